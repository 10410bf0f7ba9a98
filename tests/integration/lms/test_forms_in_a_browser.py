"""Forms in a real browser: what is wrong stays readable, nothing typed is lost, steps, files, and no script at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

# One form of the site is enough: the scripts do not know which database there is.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.profile("embedded")]
OpenPage = Callable[..., "Page"]


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    settings.ROOT_URLCONF = "tests.integration.lms.forms_pages"
    return f"{live_server.url}/try/"


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.tagName.toLowerCase()"))


def test_what_is_wrong_is_said_beside_the_field_and_goes_when_it_is_mended(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_role("button", name="保存").click()

    name = page.locator("[name=name]")
    note = page.locator("#id_name_error [data-check]")
    expect(note).to_be_visible()
    assert focused(page) == "name"
    assert name.get_attribute("aria-invalid") == "true"
    assert "id_name_error" in (name.get_attribute("aria-describedby") or "").split()
    expect(page.locator("#id_kind_error [data-check]")).to_be_visible()
    name.fill("党章")
    expect(note).to_be_hidden()
    assert name.get_attribute("aria-invalid") is None
    fill(page, hours="99", opens_on="2026-07-01")
    page.locator("[name=kind]").first.check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#id_hours_error [data-check]")).to_contain_text("80")


def test_the_list_of_errors_takes_the_focus_and_leads_to_the_fields(site: str, page: Page) -> None:
    page.goto(f"{site}?novalidate")
    fill(page, name="重复的课", hours="7", about="写了一些")
    page.get_by_role("button", name="保存").click()

    expect(page.locator("error-summary")).to_be_focused()
    page.locator("error-summary a").first.click()
    expect(page.locator("[name=name]")).to_be_focused()
    assert page.locator("[name=about]").input_value() == "写了一些"
    assert page.locator("[name=hours]").input_value() == "7"


def test_too_long_a_text_is_kept_and_told_in_characters(site: str, page: Page) -> None:
    page.goto(site)
    count = page.locator("char-count [aria-hidden]")
    about = page.locator("[name=about]")
    about.fill("𬱖一二三四五六七八九")
    expect(count).to_contain_text("0")
    about.fill("一二三四五六七八九十多两字")
    expect(page.locator("char-count[data-too-long]")).to_have_count(1)
    assert about.input_value().endswith("多两字")
    expect(page.locator("char-count [role=status]")).to_contain_text("3", timeout=3000)
    fill(page, name="党章", hours="7", opens_on="2026-07-01")
    page.locator("[name=kind]").first.check()
    page.get_by_role("button", name="保存").click()
    expect(about).to_be_focused()


def test_leaving_asks_only_when_something_would_be_lost(site: str, page: Page) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(site)
    page.get_by_role("link", name="别处").click()
    page.wait_for_url("**/elsewhere/")
    assert asked == []
    page.goto(site)
    page.locator("[name=name]").press_sequentially("党")
    page.get_by_role("link", name="别处").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.locator("[name=name]").input_value() == "党"
    fill(page, name="党章", hours="7", opens_on="2026-07-01")
    page.locator("[name=kind]").first.check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#saved")).to_have_text("党章 2026-07-01")
    assert asked == ["beforeunload"]


def test_steps_are_checked_one_by_one_and_lose_nothing(site: str, page: Page) -> None:
    page.goto(f"{site}steps/")
    forward, back, send = (page.locator(f"[data-step-{name}]") for name in ("next", "back", "submit"))
    expect(page.locator("#about-it")).to_be_visible()
    expect(page.locator("#plan")).to_be_hidden()
    expect(send).to_be_hidden()
    forward.click()
    expect(page.locator("#id_name_error [data-check]")).to_be_visible()
    expect(page.locator("#plan")).to_be_hidden()

    fill(page, name="党章")
    page.locator("[name=kind]").first.check()
    page.locator("[name=name]").press("Enter")  # goes on, and sends nothing
    expect(page.locator("#plan")).to_be_visible()
    assert page.url.endswith("#plan")
    expect(page.locator(".steps a[aria-current=step]")).to_have_count(1)
    expect(page.locator("#plan legend").first).to_be_focused()
    fill(page, hours="12", opens_on="2026-07-01")
    back.click()
    assert page.locator("[name=name]").input_value() == "党章"
    page.go_back()
    expect(page.locator("#plan")).to_be_visible()
    forward.click()
    expect(send).to_be_visible()
    page.locator(".skip-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#files")).to_be_visible()  # another address in the page is no step
    send.click()
    expect(page.locator("#saved")).to_have_text("党章 2026-07-01")


def test_an_error_of_the_server_opens_its_step(site: str, page: Page) -> None:
    page.goto(f"{site}steps/")
    fill(page, name="重复的课")
    page.locator("[name=kind]").first.check()
    page.locator("[data-step-next]").click()
    fill(page, hours="12", opens_on="2026-07-01")
    page.locator("[data-step-next]").click()
    page.locator("[data-step-submit]").click()

    expect(page.locator("error-summary")).to_be_focused()
    expect(page.locator("#about-it")).to_be_visible()
    page.locator(".steps a").nth(1).click()
    expect(page.locator("#plan")).to_be_visible()
    assert page.locator("[name=hours]").input_value() == "12"
    page.locator("error-summary a").first.click()
    expect(page.locator("[name=name]")).to_be_focused()


def test_without_script_steps_are_one_form_and_files_a_plain_field(site: str, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"{site}steps/")
    for name in ("about-it", "plan", "files"):
        expect(page.locator(f"#{name}")).to_be_visible()
    fill(page, name="党章", hours="12", opens_on="2026-07-01")
    page.locator("[name=kind]").first.check()
    page.locator("[data-step-submit]").click()
    expect(page.locator("#saved")).to_have_text("党章 2026-07-01")
    page.goto(f"{site}drop/")
    expect(page.locator("input[type=file]")).to_be_visible()
    expect(page.locator("[data-hint]")).to_be_hidden()


def test_a_period_shows_its_dates_when_they_are_wanted_also_without_script(site: str, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"{site}period/")
    expect(page.locator("[name=period_from]")).to_be_hidden()
    page.locator("[value=own] + label").click()
    fill(page, period_from="2026-03-01", period_to="2026-03-31")
    page.locator(".period-form button").click()
    expect(page.locator("#days")).to_have_text("2026-03-01 2026-03-31")


# --- Files --------------------------------------------------------------------------------------------------------

SLOW = """() => {
  const drop = document.querySelector("file-drop");
  drop.transport = (file, report) => {
    window.asked = [...(window.asked ?? []), file.name];
    let give;
    const done = new Promise((resolve, reject) => (give = { resolve, reject }));
    window.way = { report, give, file };
    const told = (word) => () => (window.asked = [...window.asked, word]);
    return { done, cancel: told("cancel"), pause: told("pause"), resume: told("resume") };
  };
  drop.keepInInput();
}"""


@pytest.fixture
def films(tmp_path: Path) -> list[Path]:
    sizes = {"one.mp4": 4000, "two.mkv": 2000, "large.mp4": 6000, "notes.txt": 10, "empty.mp4": 0}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(b"x" * size)
    return [tmp_path / name for name in sizes]


def states(page: Page) -> list[str]:
    return [row.get_attribute("data-state") or "" for row in page.locator(".drop-file").all()]


def test_files_are_checked_sent_paused_stopped_and_tried_again(site: str, page: Page, films: list[Path]) -> None:
    page.goto(f"{site}drop/")
    page.evaluate(SLOW)
    page.set_input_files("input[type=file]", films)
    assert states(page) == ["waiting", "waiting", "refused", "refused", "refused"]
    expect(page.locator(".drop-file [data-problem]:visible")).to_have_count(3)

    page.evaluate("() => { document.querySelector('file-drop').start(); }")
    first = page.locator(".drop-file").first
    page.evaluate("() => way.report(1000, 4000)")
    assert first.locator("progress").evaluate("bar => bar.value") == 250
    expect(first.locator("[data-percent]")).to_have_text("25%")
    first.locator("[data-act=pause]").click()
    assert states(page)[0] == "paused"
    first.locator("[data-act=resume]").click()
    page.evaluate("() => { way.report(4000, 4000); }")
    assert states(page)[0] == "saving"
    page.evaluate("() => way.give.resolve({ location: '/' })")
    expect(page.locator(".drop-file[data-state=done]")).to_have_count(1)

    second = page.locator(".drop-file").nth(1)
    page.wait_for_function("() => way.file.name === 'two.mkv'")
    second.locator("[data-act=cancel]").click()
    expect(second).to_have_attribute("data-state", "cancelled")
    second.locator("[data-act=retry]").click()
    page.evaluate("() => { document.querySelector('file-drop').start(); }")
    page.evaluate("() => way.give.reject(new Error('网络断了，请重试。'))")
    expect(second.locator("[data-problem]")).to_have_text("网络断了，请重试。")
    assert page.evaluate("asked") == ["one.mp4", "pause", "resume", "two.mkv", "cancel", "two.mkv"]
    expect(page.locator("file-drop [role=status]")).to_contain_text("1")

    second.locator("[data-act=remove]").click()
    expect(page.locator(".drop-file")).to_have_count(4)
    assert page.evaluate("document.activeElement.dataset.act") == "remove"


def test_files_dropped_and_pasted_are_taken_too(site: str, page: Page) -> None:
    page.goto(f"{site}drop/")
    page.evaluate(SLOW)
    page.evaluate("""() => {
        const given = (name) => {
            const data = new DataTransfer();
            data.items.add(new File(["x"], name, { type: "video/mp4" }));
            return data;
        };
        const drop = new DragEvent("drop", { cancelable: true, dataTransfer: given("dropped.mp4") });
        document.querySelector("[data-zone]").dispatchEvent(drop);
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given("pasted.mp4"), cancelable: true }));
    }""")
    expect(page.locator(".drop-file [data-name]")).to_have_text(["dropped.mp4", "pasted.mp4"])


def test_a_form_of_its_own_sends_each_file_and_shows_the_server_s_reason(
    site: str, page: Page, tmp_path: Path, console: Any
) -> None:
    console.allow("400")
    for name in ("good.mp4", "bad.mp4"):
        (tmp_path / name).write_bytes(b"x" * 100)
    page.goto(f"{site}drop/")
    page.evaluate("""async () => {
        const { formTransport } = await import("/static/js/xhr_upload.js");
        const drop = document.querySelector("file-drop");
        const words = { lost: "l", forbidden: "f", server: "s{1}" };
        drop.transport = formTransport(drop.closest("form"), { field: "film", words });
        drop.keepInInput();
    }""")
    page.set_input_files("input[type=file]", [tmp_path / "good.mp4", tmp_path / "bad.mp4"])
    page.evaluate("() => { document.querySelector('file-drop').start(); }")
    expect(page.locator(".drop-file[data-state=done]")).to_have_count(1)
    expect(page.locator(".drop-file[data-state=failed] [data-problem]")).to_have_text("这个文件坏了，请另选一个。")


def test_time_left_is_smoothed_and_coarse(site: str, page: Page) -> None:
    page.goto(f"{site}drop/")
    told = page.evaluate("""async () => {
        const { speedometer, timeLeft } = await import("/static/js/progress.js");
        let now = 0;
        const rate = speedometer(() => now);
        const rates = [];
        for (let second = 1; second <= 20; second += 1) {
            now = second * 1000;
            rates.push(rate(second * 1000 + (second === 15 ? 5000 : 0)));
        }
        const words = { leftUnknown: "?", leftMoment: "s", leftSeconds: "{1}s" };
        Object.assign(words, { leftMinutes: "{1}m", leftHours: "{1}h" });
        return { rates, words: [Infinity, 5, 31, 61, 600, 661, 5400].map((seconds) => timeLeft(seconds, words)) };
    }""")
    assert told["words"] == ["?", "s", "40s", "2m", "10m", "15m", "2h"]
    assert told["rates"][0] == 0
    assert told["rates"][9] == pytest.approx(1000)
    assert 1000 < told["rates"][14] < 2000  # one packet of six times the size hardly shows
