"""The documentation says what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from lms.serving import programs
from media_pipeline.views.playback import ACCEL_ROOT

pytestmark = pytest.mark.profile("embedded")  # the same files on both
PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("lms", "courses", "media_pipeline", "exams", "credits", "certificates")


def documented() -> list[str]:
    """The variables in the tables of docs/settings.md."""
    text = (PROJECT / "docs" / "settings.md").read_text()
    return re.findall(r"^\| `(LMS_[A-Z_]+)` \|", text, re.MULTILINE)


def test_every_variable_that_is_read_is_documented_and_the_reverse() -> None:
    names = documented()
    assert sorted(names) == sorted(set(names)), "one variable stands in two rows"
    assert set(names) == set(settings.ENVIRONMENT_VARIABLES)


def test_every_row_of_the_settings_has_a_default_and_a_meaning() -> None:
    rows = re.findall(r"^\| `LMS_.*$", (PROJECT / "docs" / "settings.md").read_text(), re.MULTILINE)
    for row in rows:
        _, name, default, meaning, _ = (cell.strip() for cell in row.replace("\\|", "").split("|"))
        assert default, name
        assert len(meaning) > 15, name


def test_the_variables_of_examples_and_units_exist() -> None:
    known = set(documented())
    for path in [*(PROJECT / "deploy").rglob("*"), PROJECT / "Makefile", PROJECT / "README.md"]:
        if path.is_file():
            used = set(re.findall(r"\bLMS_[A-Z_]+\b", path.read_text())) - {"LMS_TEST_PROFILE"}
            assert used <= known, path


def reads_of_the_environment(path: Path) -> list[int]:
    """The lines that use os.environ or os.getenv, but to pass it on to other programs or to name the settings."""
    lines = path.read_text().splitlines()
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        is_environ = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        if is_environ and "DJANGO_SETTINGS_MODULE" not in lines[node.lineno - 1]:
            found.append(node.lineno)
    return found


def test_only_the_settings_read_the_environment() -> None:
    # programs.py hands the environment on to its programs, checks.py looks for misspelt names.
    may = {"lms/settings/__init__.py", "lms/serving/programs.py", "lms/serving/checks.py"}
    found = {
        str(path.relative_to(PROJECT)): lines
        for room in ROOMS
        for path in (PROJECT / room).rglob("*.py")
        if (lines := reads_of_the_environment(path))
    }
    assert {path: lines for path, lines in found.items() if path not in may} == {}


def test_nginx_knows_the_place_the_site_sends_it_to_and_lets_uploads_through() -> None:
    text = (PROJECT / "deploy" / "nginx.conf").read_text()
    assert re.search(rf"location {re.escape(ACCEL_ROOT)} {{\s+internal;", text)
    largest = re.search(r"client_max_body_size (\d+)m;", text)
    assert largest is not None
    assert int(largest[1]) << 20 > settings.MAX_UPLOAD_BYTES


def test_units_and_compose_start_parts_that_exist() -> None:
    compose = (PROJECT / "deploy" / "compose.yaml").read_text()
    assert set(re.findall(r"command: \[serve, --only, (\w+)", compose)) == set(programs.NAMES)
    unit = (PROJECT / "deploy" / "systemd" / "school@.service").read_text()
    assert set(re.findall(r"school@(\w+)", unit)) == set(programs.NAMES)


LINK = re.compile(r"\[[^]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


PAGES = sorted(PROJECT.glob("*.md")) + sorted((PROJECT / "docs").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_promise_is_guarded_by_tests_that_exist() -> None:
    named = re.findall(r"^\| `(\S+)::(test_\w+)` \|", (PROJECT / "docs" / "promises.md").read_text(), re.MULTILINE)
    assert len(named) > 60
    for path, name in named:
        assert f"def {name}(" in (PROJECT / "tests" / path).read_text(), f"{path}::{name}"
