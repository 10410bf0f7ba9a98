"""The third-party files of the web pages are exactly those that the manifest records."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from lms.vendoring import renew

MANIFEST: list[dict[str, Any]] = json.loads(renew.MANIFEST.read_text(encoding="utf-8"))["packages"]
FILES = {path: digest for entry in MANIFEST for path, digest in entry["files"].items()}


@pytest.mark.parametrize("path", sorted(FILES))
def test_file_is_the_recorded_one(path: str) -> None:
    data = (renew.STATIC / path).read_bytes()
    assert renew.sha256(data) == FILES[path]
    assert b"sourceMappingURL" not in data


def test_nothing_else_lies_among_the_vendored_files() -> None:
    found = {
        path.relative_to(renew.STATIC).as_posix() for path in (renew.STATIC / "vendor").rglob("*") if path.is_file()
    }
    assert found == {path for path in FILES if path.startswith("vendor/")}


def test_manifest_answers_the_wanted_list() -> None:
    wanted = [(package.name, package.version) for package in renew.read_wanted()]
    assert [(entry["name"], entry["version"]) for entry in MANIFEST] == wanted


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["name"])
def test_package_comes_with_its_licence(entry: dict[str, Any]) -> None:
    assert entry["licence"] in {"0BSD", "Apache-2.0", "MIT"}
    text = (renew.STATIC / "vendor" / f"{entry['name']}-{entry['version']}" / "LICENSE").read_text(encoding="utf-8")
    assert len(text) > 500
    assert entry["integrity"].startswith("sha512-")


def test_sprite_holds_every_listed_icon() -> None:
    root = ET.fromstring(renew.SPRITE.read_text(encoding="utf-8"))
    symbols = {element.get("id"): element for element in root if element.tag.endswith("symbol")}
    assert sorted(symbols) == json.loads((renew.HERE / "icons.json").read_text(encoding="utf-8"))
    assert all(symbol.get("viewBox") and len(symbol) for symbol in symbols.values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"f();\n//# sourceMappingURL=x.min.js.map\n", b"f();\n"),
        (b"a{}\n/*# sourceMappingURL=x.css.map */", b"a{}\n"),
        (b"a{}/*# sourceMappingURL=x.css.map */\nb{}", b"a{}b{}\n"),
        (b"f()", b"f()\n"),
    ],
)
def test_source_map_comments_are_stripped(before: bytes, after: bytes) -> None:
    assert renew.strip_source_map(before) == after


def test_sprite_refuses_what_is_not_a_shape() -> None:
    with pytest.raises(renew.VendoringError, match="contains <script>"):
        renew.make_sprite({"x": '<svg viewBox="0 0 1 1"><script>f()</script></svg>'}, "notice")
    with pytest.raises(renew.VendoringError, match="no viewBox"):
        renew.make_sprite({"x": "<svg/>"}, "notice")


def fake_npm(monkeypatch: pytest.MonkeyPatch, *, integrity: str, names: tuple[str, ...] = ("x.js", "LICENSE")) -> None:
    """Let ``npm pack`` deliver a package of its own making."""

    def run(command: list[str], *, cwd: Path, **_options: object) -> subprocess.CompletedProcess[str]:
        contents = dict.fromkeys(names, b"f();\n//# sourceMappingURL=x.js.map\n")
        contents["package.json"] = b'{"license": "MIT"}'
        with tarfile.open(cwd / "x-1.0.0.tgz", "w:gz") as archive:
            for name, data in contents.items():
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        packed = {"name": "x", "version": "1.0.0", "filename": "x-1.0.0.tgz", "integrity": integrity}
        return subprocess.CompletedProcess(command, 0, json.dumps([packed]), "")

    monkeypatch.setattr(renew.subprocess, "run", run)


PACKAGE = renew.Package("x", "1.0.0", {"x.min.js": "x.js", "LICENSE": "LICENSE"})


def test_renewing_writes_files_and_their_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_npm(monkeypatch, integrity="sha512-a")
    entry = renew.renew_package(PACKAGE, None, static=tmp_path)
    assert (tmp_path / "vendor/x-1.0.0/x.min.js").read_bytes() == b"f();\n"
    assert entry["files"]["vendor/x-1.0.0/x.min.js"] == renew.sha256(b"f();\n")
    assert renew.renew_package(PACKAGE, entry, static=tmp_path) == entry


def test_renewing_refuses_other_bytes_for_a_recorded_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_npm(monkeypatch, integrity="sha512-a")
    entry = renew.renew_package(PACKAGE, None, static=tmp_path / "first")
    fake_npm(monkeypatch, integrity="sha512-b")
    with pytest.raises(renew.VendoringError, match="has changed"):
        renew.renew_package(PACKAGE, entry, static=tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_renewing_says_which_file_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_npm(monkeypatch, integrity="sha512-a", names=("LICENSE",))
    with pytest.raises(renew.VendoringError, match=r"no x\.js"):
        renew.renew_package(PACKAGE, None, static=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_other_versions_are_removed(tmp_path: Path) -> None:
    for name in ("x-1.0.0", "x-0.9.0"):
        (tmp_path / name).mkdir()
    renew.remove_leftovers(["x-1.0.0"], vendor=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["x-1.0.0"]
