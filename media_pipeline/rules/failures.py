"""Why a lecture cannot be processed: the file is bad (for good), or the machine is busy (for now)."""

from __future__ import annotations

from enum import StrEnum


class FailureCode(StrEnum):
    """Stable words for programs; title and advice for people: media_pipeline.wording."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_MEDIA = "not_media"
    INCOMPLETE = "incomplete"
    NO_STREAMS = "no_streams"
    TOO_LONG = "too_long"
    TOO_MANY_PIXELS = "too_many_pixels"
    PROTECTED = "protected"
    DAMAGED = "damaged"
    MACHINE_BUSY = "machine_busy"


class MediaRefused(Exception):
    """The file itself is bad: trying again cannot help. `detail` is for operators (what ffmpeg said)."""

    def __init__(self, code: FailureCode, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class MachineBusy(Exception):
    """The machine could not do it now (full disk, missing program, unreachable storage): worth another try.

    `reason` is a stable word (disk_full, program_missing, storage, memory, time_limit, killed), `detail` for
    operators.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


# What ffmpeg 5 and 6 print, in the order in which it decides; the first match counts.
_OF_THE_MACHINE = (
    ("No space left on device", "disk_full"),
    ("Disk quota exceeded", "disk_full"),
    ("Cannot allocate memory", "memory"),
    ("Input/output error", "storage"),
    ("Permission denied", "storage"),
    ("No such file or directory", "storage"),
    ("failed to execute", "program_missing"),
)
_OF_THE_FILE = (
    ("moov atom not found", FailureCode.INCOMPLETE),
    ("DRM protected", FailureCode.PROTECTED),
    ("not whitelisted", FailureCode.NOT_MEDIA),
    ("not on whitelist", FailureCode.NOT_MEDIA),
)
_SIGNALS = {9: "killed", 24: "time_limit", 25: "disk_full"}  # SIGKILL, SIGXCPU, SIGXFSZ


def classify(returncode: int, stderr: str, *, otherwise: FailureCode) -> MediaRefused | MachineBusy:
    """What a failed run of ffmpeg or ffprobe means.

    Arguments: the exit status (negative, or 128 more than the number, for a signal), the end of stderr, and
    the code for a complaint about the file that is not known more exactly.
    """
    detail = stderr.strip()[-2000:] or f"exit status {returncode}"
    signal = -returncode if returncode < 0 else returncode - 128
    if signal in _SIGNALS:
        return MachineBusy(_SIGNALS[signal], detail)
    for phrase, reason in _OF_THE_MACHINE:
        if phrase in stderr:
            return MachineBusy(reason, detail)
    for phrase, code in _OF_THE_FILE:
        if phrase in stderr:
            return MediaRefused(code, detail)
    return MediaRefused(otherwise, detail)
