"""The main job as people do it: in Chromium, with the mouse and the keyboard, the film really playing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lms.demo.courses import QUESTIONS
from lms.demo.school import PASSWORD
from tests.factories import media_pipeline as make_media
from tests.live_site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(400)
LEARNER = "demo-003"  # has not begun the first course
PATIENCE_MS = 120_000


def log_in(page: Page, site: Site, learner_no: str) -> None:
    page.goto(f"{site.url}/account/login/")
    page.fill("[name=username]", learner_no)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site.url}/")


def test_an_instructor_uploads_a_lecture_and_sees_it_become_playable(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    log_in(page, site, "demo-teacher")
    page.goto(f"{site.url}/media/upload/")
    page.fill("[name=title]", "浏览器上传的讲座")
    page.set_input_files("[name=file]", str(make_media.clip(seconds=4)))

    page.click("form[data-upload] button[type=submit]")

    page.wait_for_url(re.compile(r"/media/[0-9a-f-]{36}/$"), timeout=PATIENCE_MS)
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 3", timeout=PATIENCE_MS)
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').currentTime > 1", timeout=PATIENCE_MS)


def test_a_member_watches_passes_and_holds_a_certificate(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page()
    log_in(page, site, LEARNER)
    watch(page, site)
    sit(page, site)
    page.goto(f"{site.url}/credits/")
    assert "0.75" in page.inner_text("main")

    page.goto(f"{site.url}/certificates/")
    download = page.locator("a[href$='/download/']").first
    for _ in range(60):
        if download.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    with page.expect_download() as started:
        download.click()
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF")

    verification = page.locator("a[href*='/certificates/verify/']").first.get_attribute("href")
    stranger = open_page()
    stranger.goto(f"{site.url}{verification}")
    assert stranger.locator("[data-answer=valid]").is_visible()


def watch(page: Page, site: Site) -> None:
    """From the catalog to a completed lecture, the film playing at the permitted one and a half times its speed."""
    page.goto(f"{site.url}/courses/branch-meetings/")
    page.click("main form[action$='/enrol/'] button, main a[href*='/courses/lectures/']")
    if "/lectures/" not in page.url:
        page.locator("main a[href*='/courses/lectures/']").first.click()
    page.wait_for_selector("#film")
    page.wait_for_function("() => document.querySelector('#film').readyState >= 3", timeout=PATIENCE_MS)
    page.evaluate("() => { const film = document.querySelector('#film'); film.muted = true; film.play(); }")
    page.wait_for_function("() => document.querySelector('#film').currentTime > 2", timeout=PATIENCE_MS)
    page.evaluate("() => { document.querySelector('#film').playbackRate = 1.5; }")
    page.wait_for_selector("#complete:not([hidden])", timeout=PATIENCE_MS)


def sit(page: Page, site: Site) -> None:
    """The exam, every question answered by a click on its label, to the result."""
    page.goto(f"{site.url}/courses/branch-meetings/")
    page.locator("main a[href*='/exams/']").first.click()
    page.click("form[action$='/start/'] button")
    for question in QUESTIONS:
        block = page.locator("fieldset.question", has_text=question.stem)
        for place in question.correct:
            block.locator("label.choice", has=page.get_by_text(question.options[place], exact=True)).click()
    page.locator("form.exam-paper button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/(confirm|submit)/$"))  # the last look before handing in
    page.locator("form.exam-paper button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/result/$"))
    assert "100" in page.inner_text("main")


def test_an_organizer_finds_the_member_in_the_score_table(site: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    log_in(page, site, "demo-organizer")
    page.goto(f"{site.url}/organizing/")
    page.locator("main a[href*='/credits/tables/']").first.click()

    assert page.get_by_text("李𬱖").first.is_visible()
    with page.expect_download() as started:
        page.locator("a[href*='table.csv']").first.click()
    assert Path(started.value.path()).read_bytes().startswith("﻿序号,".encode())
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
