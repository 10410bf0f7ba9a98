"""Every word a user sees exists in Simplified Chinese, and the compiled catalogues are the newest."""

from __future__ import annotations

import gettext
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import process

pytestmark = pytest.mark.profile("embedded")  # the same files on both
PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("lms", "courses", "media_pipeline", "exams", "credits", "certificates")
CATALOGUE = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")


@pytest.fixture(autouse=True)
def with_gettext() -> None:
    for program in ("msgfmt", "msgcmp", "xgettext"):
        if shutil.which(program) is None:
            process.skip_or_fail(process.Missing("gettext", "apt-get install gettext"))


def words(path: Path) -> dict[str, str]:
    """The messages of a compiled catalogue."""
    with path.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


@pytest.mark.parametrize("room", ROOMS)
def test_the_catalogue_is_complete_and_the_compiled_one_is_its_newest(room: str, tmp_path: Path) -> None:
    catalogue = PROJECT / room / CATALOGUE
    compiled = tmp_path / "django.mo"
    argv = ["msgfmt", "--check-format", "--statistics", "--output-file", str(compiled), str(catalogue)]
    done = subprocess.run(
        argv, capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "fuzzy" not in done.stderr, done.stderr
    assert "untranslated" not in done.stderr, done.stderr
    assert words(compiled) == words(catalogue.with_suffix(".mo")), "run `make messages`"


@pytest.mark.parametrize("room", ROOMS)
def test_no_word_is_missing_from_the_catalogue(room: str, tmp_path: Path) -> None:
    copy = tmp_path / room
    shutil.copytree(PROJECT / room, copy, ignore=shutil.ignore_patterns("static", "*.ttf", "*.mp4", "__pycache__"))
    argv = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location", "--keep-pot", "-v", "0"]
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    subprocess.run(argv, cwd=copy, env=environment, check=True)
    template = copy / "locale" / "django.pot"
    argv = ["msgcmp", str(PROJECT / room / CATALOGUE), str(template)]
    done = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
