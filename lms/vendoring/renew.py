"""Fetch the third-party files of the web pages and record what they are.

Maintainers run this when a version in ``wanted.json`` or a name in ``icons.json`` changes; it needs ``npm``
and the network, which nothing else in the project does:

    python -m lms.vendoring.renew

It writes ``lms/static/vendor/<name>-<version>/``, ``lms/static/icons.svg`` and the manifest ``VENDOR.json``.
Run twice, it writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
WANTED = HERE / "wanted.json"
MANIFEST = HERE / "VENDOR.json"
SPRITE = STATIC / "icons.svg"

#: ``//# sourceMappingURL=x.js.map`` and ``/*# sourceMappingURL=x.css.map */``. The maps are not shipped, and
#: Django's manifest storage refuses a file that points at a missing one.
SOURCE_MAP = re.compile(rb"[ \t]*(?://[#@] sourceMappingURL=[^\s*]+|/\*[#@] sourceMappingURL=[^*]+\*/)[ \t]*\n?")

_SVG = "{http://www.w3.org/2000/svg}"


class VendoringError(Exception):
    """A package is not what was asked for; nothing should be committed."""


@dataclass(frozen=True)
class Package:
    """One entry of ``wanted.json``.

    ``files`` gives the package's file for each name here. ``texts`` adds files from beside this script: a
    package may only name its licence where the licence asks for its full text. ``icons`` is the list for the
    sprite.
    """

    name: str
    version: str
    files: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    icons: str | None = None

    @property
    def folder(self) -> str:
        """The folder below ``static/vendor``."""
        return f"{self.name}-{self.version}"


def read_wanted(path: Path = WANTED) -> tuple[Package, ...]:
    """Read the list of wanted packages.

    Args:
        path: a JSON file with the key ``packages``.

    Returns:
        The packages in the file's order.

    Raises:
        TypeError: an entry lacks a key or has an unknown one.
        OSError: the file cannot be read.
    """
    return tuple(Package(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["packages"])


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def strip_source_map(data: bytes) -> bytes:
    """Remove the comments that point at source maps.

    Args:
        data: the content of a script or a style sheet.

    Returns:
        The content without them, ending in one line break.
    """
    return SOURCE_MAP.sub(b"", data).rstrip() + b"\n"


def fetch(package: Package, folder: Path) -> tuple[Path, str]:
    """Download and unpack one package with ``npm pack``, which runs none of its scripts.

    Args:
        package: what to download.
        folder: an empty folder for it.

    Returns:
        The unpacked ``package`` folder, and the archive's integrity value (SHA-512, checked by npm).

    Raises:
        VendoringError: npm failed, or delivered another version.
    """
    command = ["npm", "pack", f"{package.name}@{package.version}", "--json", "--ignore-scripts"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if run.returncode != 0:
        raise VendoringError(f"npm pack {package.name}@{package.version} failed:\n{run.stderr.strip()}")
    report = json.loads(run.stdout)
    packed = next(iter(report.values() if isinstance(report, dict) else report))
    if (packed["name"], packed["version"]) != (package.name, package.version):
        raise VendoringError(f"asked for {package.folder}, got {packed['name']}-{packed['version']}")
    with tarfile.open(folder / packed["filename"]) as archive:
        unpack(archive, folder)
    return folder / "package", packed["integrity"]


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the archive's plain files below ``folder``, and nothing else.

    ``extractall(filter="data")`` would do, but came with Python 3.11.4; Debian 12 has 3.11.2.
    """
    for member in archive.getmembers():
        target = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isfile() else None
        if content is None:
            continue
        if not target.is_relative_to(folder.resolve()):
            raise VendoringError(f"the archive wants to write outside its folder: {member.name}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.read())


def make_sprite(sources: dict[str, str], notice: str) -> str:
    """Join single icons into one SVG file of symbols, to be shown by ``<use href="icons.svg#name">``.

    Args:
        sources: the SVG text of each icon by its name.
        notice: where the icons come from and their licence; it may not contain two hyphens in a row.

    Returns:
        The sprite. Symbols take the colour of the surrounding text.

    Raises:
        VendoringError: an icon has no view box or contains something other than shapes.
        xml.etree.ElementTree.ParseError: an icon is not well-formed.
    """
    symbols = []
    for name, source in sorted(sources.items()):
        root = ET.fromstring(source)  # noqa: S314 (an icon of a package whose integrity npm has checked)
        view_box = root.get("viewBox")
        if view_box is None:
            raise VendoringError(f"the icon {name} has no viewBox")
        shapes = "".join(_shape(name, child) for child in root)
        symbols.append(f'<symbol id="{name}" viewBox="{view_box}" fill="currentColor">{shapes}</symbol>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg">\n<!-- {notice} -->\n'
    return head + "\n".join(symbols) + "\n</svg>\n"


def _shape(icon: str, element: ET.Element) -> str:
    """Write one drawing element again, without a namespace prefix."""
    tag = element.tag.removeprefix(_SVG)
    if tag not in {"path", "circle", "rect", "ellipse", "polygon"} or len(element):
        raise VendoringError(f"the icon {icon} contains <{tag}>")
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in element.attrib.items())
    return f"<{tag}{attributes}/>"


def renew_package(package: Package, known: dict[str, Any] | None, *, static: Path = STATIC) -> dict[str, Any]:
    """Fetch one package and write its files.

    Args:
        package: the package.
        known: its entry in the present manifest, if there is one.
        static: the folder that holds ``vendor`` and the sprite.

    Returns:
        Its new manifest entry; paths in it are relative to ``static``.

    Raises:
        VendoringError: npm failed; a file is missing; or the registry delivers other bytes than those
            recorded earlier for the same version.
    """
    written: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as scratch:
        source, integrity = fetch(package, Path(scratch))
        if known and known["version"] == package.version and known["integrity"] != integrity:
            raise VendoringError(f"{package.folder}: the registry's archive has changed since it was recorded")
        licence = json.loads((source / "package.json").read_text(encoding="utf-8"))["license"]
        for target, path in package.files.items():
            written[f"vendor/{package.folder}/{target}"] = strip_source_map(_read(source / path))
        for target, path in package.texts.items():
            written[f"vendor/{package.folder}/{target}"] = _read(HERE / path)
        if package.icons:
            names = json.loads((HERE / package.icons).read_text(encoding="utf-8"))
            icons = {name: _read(source / "icons" / f"{name}.svg").decode() for name in names}
            notice = f"{package.name} {package.version}, licence {licence}, see vendor/{package.folder}/LICENSE"
            written[SPRITE.name] = make_sprite(icons, notice).encode()
    for relative, data in written.items():
        (static / relative).parent.mkdir(parents=True, exist_ok=True)
        (static / relative).write_bytes(data)
    return {
        "name": package.name,
        "version": package.version,
        "licence": licence,
        "integrity": integrity,
        "files": {relative: sha256(data) for relative, data in sorted(written.items())},
    }


def _read(path: Path) -> bytes:
    """Read a file, or say which one is missing."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise VendoringError(f"there is no {path.name}") from error


def remove_leftovers(kept: Iterable[str], *, vendor: Path = STATIC / "vendor") -> None:
    """Delete the folders of versions no longer wanted.

    Args:
        kept: the folder names to keep.
        vendor: the folder that holds them.
    """
    keep = set(kept)
    for folder in vendor.iterdir():
        if folder.is_dir() and folder.name not in keep:
            shutil.rmtree(folder)


def main() -> None:
    """Renew everything and write the manifest."""
    known: dict[str, dict[str, Any]] = {}
    if MANIFEST.exists():
        recorded = json.loads(MANIFEST.read_text(encoding="utf-8"))
        known = {entry["name"]: entry for entry in recorded["packages"]}
    packages = read_wanted()
    entries = []
    for package in packages:
        entries.append(renew_package(package, known.get(package.name)))
        print(f"{package.folder}: {len(entries[-1]['files'])} files, {entries[-1]['licence']}")
    remove_leftovers(package.folder for package in packages)
    MANIFEST.write_text(json.dumps({"packages": entries}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
