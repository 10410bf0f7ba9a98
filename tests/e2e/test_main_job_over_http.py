"""`lms demo`: the main job through the public HTTP interface of a running site, in both forms."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

from tests.factories import media_pipeline as make_media
from tests.live_site import Site

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def lecture() -> Path:
    return make_media.clip(seconds=5)


def test_the_main_job_ends_with_a_certificate_that_a_stranger_can_verify(
    site: Site, lecture: Path, tmp_path: Path
) -> None:
    done = site.lms("demo", "--url", site.url, "--lecture", str(lecture), "--folder", str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "certificate.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "结业证书" in text
    assert "林晓桐" in text
    with (tmp_path / "score-table.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    learner = next(row for row in rows if "demo-member" in row)
    assert "0.75" in learner  # a short lecture 0.25, a passed exam 0.5
    assert "have a stranger verify it" in done.stdout


def test_what_is_no_film_is_refused_in_plain_words(site: Site, tmp_path: Path) -> None:
    fake = tmp_path / "fake.webm"
    fake.write_bytes(b"this is not a film, whatever it")

    done = site.lms("demo", "--url", site.url, "--lecture", str(fake), "--folder", str(tmp_path))

    assert done.returncode == 1
    assert "This is not a film or a sound recording" in done.stderr or "不是" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "certificate.pdf").exists()


def test_loading_the_demo_school_again_changes_nothing(site: Site) -> None:
    counting = (
        "from django.apps import apps; "
        "print({m._meta.label: m.objects.count() for m in apps.get_models() if m._meta.app_label in "
        "('members', 'media_pipeline', 'courses', 'exams', 'credits', 'certificates')})"
    )
    before = site.lms("shell", "--verbosity", "0", "--command", counting)
    assert before.returncode == 0, before.stderr

    again = site.lms("demo-school")

    assert again.returncode == 0, again.stdout + again.stderr
    assert site.lms("shell", "--verbosity", "0", "--command", counting).stdout == before.stdout


def test_the_ledger_holds_after_all_this(site: Site) -> None:
    audit = site.lms("ledger-audit")

    assert audit.returncode == 0, audit.stdout + audit.stderr
