"""Pictures of every page for looking at: `make screenshots`, or python -m tests.pages.screenshots.

Four widths; by day, by night and in elder mode; and index.html, which shows all of them on one sheet. A site with the
demo school is started for it in a folder of its own, and both are gone afterwards.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests import browser as chromium
from tests.live_site import Site, running
from tests.pages.driver import HEIGHTS, Driver, Visit, facts_of
from tests.pages.pages import PAGES, Page
from tests.pages.people import PEOPLE
from tests.servers import process, scratch

WIDTHS = (390, 768, 1280, 1920)
MODES = ("light", "dark", "elder")
TALLEST = 6_000  # pixels of one picture; a longer page gives several


def main(arguments: list[str]) -> int:
    chosen = parser().parse_args(arguments)
    pages = [page for page in PAGES if wanted(page, chosen.only, chosen.roles)]
    if not pages:
        print("no page of the list is meant: --only names a part of 'courses-catalog', --roles", ", ".join(PEOPLE))
        return 2
    out = Path(chosen.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with demo_site() as site, driver_of(site) as driver:
        print(f"the site is up after {time.monotonic() - began:.0f} s; {len(pages)} pages", flush=True)
        taken = {str(page): list(pictures(driver, page, out)) for page in pages}
    sheet = out / "index.html"
    sheet.write_text(contact_sheet(taken), encoding="utf-8")
    count = sum(map(len, taken.values()))
    print(f"{count} pictures in {time.monotonic() - began:.0f} s: {sheet}")
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make screenshots")
    parser.add_argument("--out", default="var/screenshots", help="the folder for the pictures")
    parser.add_argument("--only", default="", help="only pages with one of these in their name, with commas between")
    parser.add_argument("--roles", default="", help=f"only as these people: {', '.join(PEOPLE)}")
    return parser


def wanted(page: Page, only: str, roles: str) -> bool:
    """Whether the choice of the command line includes the page."""
    parts, people = ([word.strip() for word in text.split(",") if word.strip()] for text in (only, roles))
    return (not parts or any(part in page.name for part in parts)) and (not people or page.person in people)


@contextmanager
def demo_site() -> Iterator[Site]:
    """A site of the embedded form in a folder that is removed again."""
    with scratch.scratch_directory() as folder:
        port = process.free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        environment = kept | {
            "LMS_ENV_FILE": os.devnull,
            "LMS_DATA_DIR": str(folder),
            "LMS_SECRET_KEY": "only-for-pictures-" + "0123456789abcdef" * 3,
            "LMS_ALLOWED_HOSTS": "127.0.0.1",
            "LMS_SITE_URL": f"http://127.0.0.1:{port}",
            "LMS_HTTPS": "0",
            "LMS_WEB_WORKERS": "1",
            "LMS_LADDER_TOP": "480",
            "LMS_STYLEGUIDE": "1",
        }
        with running(folder, environment, port) as site:
            yield site


@contextmanager
def driver_of(site: Site) -> Iterator[Driver]:
    """A browser of its own at the site, without pytest."""
    from playwright.sync_api import sync_playwright

    # With the site's own settings: the addresses of the pages depend on them.
    os.environ.update({name: value for name, value in site.environment.items() if name.startswith("LMS_")})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    facts = facts_of(site)
    with sync_playwright() as playwright:
        arguments = chromium.ARGUMENTS
        opened = playwright.chromium.launch(executable_path=chromium.find_chromium(), args=arguments)
        yield Driver(opened, site, facts)
        opened.close()


def pictures(driver: Driver, page: Page, out: Path) -> Iterator[str]:
    """Take all pictures of a page; yields the names of the files."""
    print(f"  {page}", flush=True)
    visit = driver.open(page)
    for width in WIDTHS:
        visit.resize(width)
        yield from sheets(visit, "light", width, out)
        visit.dark(True)
        yield from sheets(visit, "dark", width, out)
        visit.dark(False)
    with driver.elder(page.person):
        visit = driver.open(page)
        for width in WIDTHS:
            visit.resize(width)
            yield from sheets(visit, "elder", width, out)


def sheets(visit: Visit, mode: str, width: int, out: Path) -> Iterator[str]:
    """The page from top to bottom, in as many pictures as it takes."""
    height = visit.tab.evaluate("() => document.documentElement.scrollHeight")
    for number, top in enumerate(range(0, height, TALLEST), start=1):
        name = f"{visit.page}-{mode}-{width}{f'-{number}' if number > 1 else ''}.png"
        clip = {"x": 0, "y": top, "width": width, "height": min(height - top, TALLEST)}
        visit.tab.screenshot(path=out / name, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
        yield name


def contact_sheet(taken: dict[str, list[str]]) -> str:
    """One page with all pictures, a row of each mode below the page's name."""
    return SHEET % "\n".join(section(name, names) for name, names in taken.items())


def section(name: str, pictures: Iterable[str]) -> str:
    rows = []
    for mode in MODES:
        kept = {
            picture: picture.removesuffix(".png").rpartition(f"-{mode}-")[2]
            for picture in pictures
            if f"-{mode}-" in picture
        }
        cells = (
            f'<a href="{html.escape(picture)}"><img loading="lazy" src="{html.escape(picture)}" alt="">'
            f"<span>{place}</span></a>"
            for picture, place in sorted(kept.items(), key=lambda one: [int(part) for part in one[1].split("-")])
        )
        rows.append(f"<h3>{mode}</h3><div>{''.join(cells)}</div>")
    return f'<section id="{html.escape(name)}"><h2>{html.escape(name)}</h2>{"".join(rows)}</section>'


SHEET = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
body { font-family: sans-serif; margin: 1rem; background: #777; color: #fff }
div { display: flex; gap: 1rem; align-items: flex-start }
a { color: inherit; display: grid }
img { height: 26rem; width: 22rem; object-fit: cover; object-position: top; background: #fff }
h3 { margin: .6rem 0 .2rem; font-size: 1rem }
</style>
%s
</html>
"""

assert set(WIDTHS) <= HEIGHTS.keys()

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
