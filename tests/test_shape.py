"""The shape of the code: nothing grows without end, nothing hides under a name that says nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

pytestmark = pytest.mark.profile("embedded")  # the same files on both
PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("lms", "courses", "media_pipeline", "exams", "credits", "certificates", "tests")
LONGEST = 400
NOT_OURS = {"migrations", "vendor", "locale", "data", "__pycache__"}
SAYING_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common_utils", "tools", "stuff"}


def files(*endings: str) -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((PROJECT / room).rglob("*"))
        if path.suffix in endings and not NOT_OURS & set(path.relative_to(PROJECT).parts)
    ]


def test_no_file_is_longer_than_one_can_overlook() -> None:
    lengths = {
        str(path.relative_to(PROJECT)): length
        for path in files(".py", ".js", ".html", ".css")
        if (length := path.read_text().count("\n")) > LONGEST
    }
    assert lengths == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {path for path in files(".py", ".js", ".css") if path.stem in SAYING_NOTHING}
    named |= {path.parent for path in files(".py") if path.parent.name in SAYING_NOTHING}
    assert named == set()


def test_every_installed_app_of_ours_has_its_place_in_the_layers() -> None:
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [rooms] = [contract for contract in configuration["contracts"] if contract["name"] == "Rooms depend downwards"]
    placed = {name.strip() for layer in rooms["layers"] for name in layer.split("|")}
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).is_relative_to(PROJECT / "lms")}
    ours |= {config.name for config in apps.get_app_configs() if Path(config.path).parent == PROJECT}
    ours.discard("lms")  # the project itself: its parts are in the layers one by one
    assert ours, settings.INSTALLED_APPS
    assert ours <= placed


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in files(".py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


def test_nothing_is_skipped_for_ever() -> None:
    unconditional = (
        "@pytest.mark.skip\n",
        "@pytest.mark.skip(",
        "@pytest.mark.xfail",
        "pytest.skip(allow_module_level",
    )
    here = Path(__file__)
    guilty = [path for path in files(".py") if path != here and any(word in path.read_text() for word in unconditional)]
    assert guilty == []
