"""What people read about failures and states: title, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media_pipeline.rules import FailureCode, UnitKind

Text = str | Promise


@dataclass(frozen=True)
class Failure:
    """`title` says what is wrong, `advice` what the person can do about it."""

    title: Text
    advice: Text

    @property
    def sentence(self) -> str:
        return together(self.title, self.advice)


def together(first: Text, second: Text) -> str:
    """Two sentences one after the other; Chinese needs no blank between them."""
    return gettext("%(first)s %(second)s") % {"first": first, "second": second}


FAILURES = {
    FailureCode.EMPTY: Failure(
        _("The file is empty."),
        _("Please choose it again; if it is on a phone or a network drive, copy it to this computer first."),
    ),
    FailureCode.TOO_LARGE: Failure(
        _("The file is too large."),
        _("Please export the film in a smaller size (1080p is enough), or cut it into several lectures."),
    ),
    FailureCode.NOT_MEDIA: Failure(
        _("This is not a film or a sound recording."),
        _("Please upload an MP4, MOV, MKV, WebM, AVI, MP3 or WAV file. Renaming another file does not help."),
    ),
    FailureCode.INCOMPLETE: Failure(
        _("The file is incomplete: its end is missing."),
        _("The recording or a copy was broken off. Please take the original file and upload it again."),
    ),
    FailureCode.NO_STREAMS: Failure(
        _("There is neither picture nor sound in this file that can be read."),
        _("Please open it on your computer to check it, export it as MP4 (H.264) and upload it again."),
    ),
    FailureCode.TOO_LONG: Failure(
        _("The film is longer than this site takes."),
        _("Please cut it into several lectures; shorter ones are also easier to watch."),
    ),
    FailureCode.TOO_MANY_PIXELS: Failure(
        _("The picture is larger than this site takes."),
        _("Please export the film at 1080p or 4K and upload it again."),
    ),
    FailureCode.PROTECTED: Failure(
        _("The film is protected against copying."),
        _("A protected film cannot be processed. Please ask its publisher for a version without protection."),
    ),
    FailureCode.DAMAGED: Failure(
        _("The film is damaged and cannot be converted."),
        _("Please check that it plays to the end, export it anew as MP4 (H.264), and upload it again."),
    ),
    FailureCode.MACHINE_BUSY: Failure(
        _("The server could not finish the work. Your file is in order and has been kept."),
        _("Please try again later with one click; if it fails again, tell the administrator."),
    ),
}
STEPS = {
    UnitKind.PROBE: _("Checking the file"),
    UnitKind.TRANSCODE: _("Converting"),
    UnitKind.PACKAGE: _("Publishing"),
}


def failure(code: str) -> Failure:
    """Title and advice for a failure code; for one that is not known any more, those of a busy machine."""
    try:
        return FAILURES[FailureCode(code)]
    except ValueError:
        return FAILURES[FailureCode.MACHINE_BUSY]


def too_large(limit_bytes: int) -> str:
    """The message for a file past the limit, with the limit."""
    told = gettext("The file is too large: at most %(limit)s are taken.") % {"limit": filesizeformat(limit_bytes)}
    return together(told, FAILURES[FailureCode.TOO_LARGE].advice)
