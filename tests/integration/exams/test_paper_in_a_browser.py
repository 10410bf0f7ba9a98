"""The paper in a real browser: saving, lost connections, time running out, and no script at all."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from exams import queries
from exams.models import AnswerEvent, Attempt
from exams.rules import AttemptState
from lms.common import clock
from tests.conftest import make_people
from tests.factories import exams as make
from tests.factories.exams import RIGHT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hall(transactional_db) -> make.Hall:
    people = make_people()
    return make.hall(people.county, people.instructor, people.learner)


@pytest.fixture
def sitting(hall) -> Attempt:
    return hall.start(now=clock.now())


def log_in(page, hall, live_server) -> None:
    """Give the page's browser a session of the learner."""
    client = Client()
    client.force_login(hall.learner, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


@pytest.fixture
def paper(page, hall, sitting, live_server):
    """The page of the open paper."""
    log_in(page, hall, live_server)
    page.goto(live_server.url + reverse("exams:attempt", args=[sitting.pk]))
    return page


def answer(page, slot: int, keys: list[str]) -> None:
    for key in keys:
        page.locator(f"input[name=answer-{slot}][value={key}]").check()


def mark(page, slot: int):
    return page.locator(f"[data-slot='{slot}'] [data-mark]")


def test_every_answer_is_saved_as_it_is_given_and_the_paper_is_handed_in(paper, sitting):
    for slot, chosen in RIGHT.items():
        answer(paper, slot, chosen)
        expect(mark(paper, slot)).to_have_text("已保存")
    assert queries.current_answers(sitting.pk) == RIGHT
    expect(paper.locator("[data-map][data-done]")).to_have_count(3)
    expect(paper.locator("[data-clock-text]")).to_have_text(re.compile(r"^(1:00:00|59:\d\d)$"))
    before = AnswerEvent.objects.count()
    paper.get_by_role("button", name="交卷").last.click()
    expect(paper.get_by_text("全部 3 道题均已作答。")).to_be_visible()
    assert AnswerEvent.objects.count() == before
    paper.get_by_role("button", name="确认交卷").click()
    expect(paper.get_by_role("heading", name="合格")).to_be_visible()
    sitting.refresh_from_db()
    assert (sitting.state, sitting.score) == (AttemptState.SCORED, 10000)


def test_answers_survive_a_lost_connection_and_a_reload(paper, sitting, console):
    console.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    answers_url = re.compile(r"/answers/$")
    paper.route(answers_url, lambda route: route.abort())
    answer(paper, 1, ["A"])
    expect(mark(paper, 1)).to_have_text("尚未保存，正在重试")
    expect(paper.get_by_text("暂时无法连接服务器")).to_be_visible()
    assert not AnswerEvent.objects.exists()
    paper.reload()
    expect(paper.locator("input[name=answer-1][value=A]")).to_be_checked()
    expect(mark(paper, 1)).to_have_text("尚未保存，正在重试")
    paper.unroute(answers_url)
    expect(mark(paper, 1)).to_have_text("已保存", timeout=20_000)
    expect(paper.get_by_text("暂时无法连接服务器")).to_be_hidden()
    assert queries.current_answers(sitting.pk) == {1: ["A"]}


def test_an_answer_whose_acknowledgement_was_lost_is_stored_once(paper, sitting, console):
    console.allow("ERR_FAILED")
    lost = []

    def lose(route):
        route.fetch()  # the server stores it
        lost.append(True)
        if len(lost) > 1:
            paper.unroute(answers_url)
        route.abort()

    answers_url = re.compile(r"/answers/$")
    paper.route(answers_url, lose)
    answer(paper, 3, ["B"])
    expect(mark(paper, 3)).to_have_text("已保存", timeout=20_000)
    assert len(lost) == 2
    assert AnswerEvent.objects.count() == 1


def test_handing_in_waits_for_answers_that_are_under_way(paper, sitting, console):
    console.allow("ERR_FAILED")
    paper.route(re.compile(r"/answers/$"), lambda route: route.abort())
    answer(paper, 1, ["A"])
    hand_in = paper.get_by_role("button", name="交卷").last
    hand_in.click()
    expect(paper.get_by_text("还有答案没有保存成功")).to_be_visible()
    assert not AnswerEvent.objects.exists()
    hand_in.click()  # now the form itself carries them
    expect(paper.get_by_role("heading", name="确定交卷吗？")).to_be_visible()
    assert queries.current_answers(sitting.pk) == {1: ["A"]}


def test_after_logging_in_again_elsewhere_the_answers_go_on(paper, sitting, hall, live_server, console):
    console.allow("ERR_FAILED|403")
    paper.context.clear_cookies()
    answer(paper, 1, ["A"])
    expect(paper.get_by_text("您已退出登录")).to_be_visible()
    assert not AnswerEvent.objects.exists()
    elsewhere = paper.context.new_page()
    log_in(elsewhere, hall, live_server)
    elsewhere.goto(live_server.url + reverse("exams:exam-detail", args=[hall.exam.pk]))
    expect(mark(paper, 1)).to_have_text("已保存", timeout=20_000)
    assert queries.current_answers(sitting.pk) == {1: ["A"]}


def test_when_the_time_is_up_the_paper_hands_itself_in_with_the_last_answer(paper, sitting):
    for slot, chosen in RIGHT.items():
        answer(paper, slot, chosen)
    deadline = clock.now()
    Attempt.objects.update(deadline_at=deadline, hard_deadline_at=deadline + timedelta(seconds=60))
    # Coming back to the tab asks for the clock, and with it comes the new deadline.
    paper.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    paper.wait_for_url("**/result/", timeout=20_000)
    expect(paper.get_by_role("heading", name="合格")).to_be_visible()
    sitting.refresh_from_db()
    assert (sitting.score, sitting.submit_kind) == (10000, "by_member")
    assert deadline <= sitting.submitted_at <= deadline + timedelta(seconds=60)


def test_a_paper_that_was_handed_in_elsewhere_leads_to_its_result(paper, sitting, hall, console):
    console.allow("409")
    hall.submit(sitting, now=clock.now())
    answer(paper, 1, ["A"])
    paper.wait_for_url("**/result/")
    assert not AnswerEvent.objects.exists()


def test_without_a_script_the_form_does_it_all(open_page, hall, live_server):
    page = open_page(java_script_enabled=False)
    log_in(page, hall, live_server)
    page.goto(live_server.url + reverse("exams:exam-detail", args=[hall.exam.pk]))
    page.get_by_role("button", name="开始考试").click()
    answer(page, 1, ["A"])
    answer(page, 2, ["A", "C"])
    page.get_by_role("button", name="交卷").last.click()
    expect(page.get_by_text("还有 1 道题没有作答。")).to_be_visible()
    page.get_by_role("link", name="返回试卷").click()
    answer(page, 3, ["B"])
    page.get_by_role("button", name="交卷").last.click()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_role("heading", name="合格")).to_be_visible()
    assert Attempt.objects.get().score == 10000


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(open_page, hall, sitting, live_server, width):
    page = open_page(viewport={"width": width, "height": 800})
    log_in(page, hall, live_server)
    for address in (
        reverse("exams:exam-detail", args=[hall.exam.pk]),
        reverse("exams:attempt", args=[sitting.pk]),
        reverse("exams:confirm", args=[sitting.pk]),
    ):
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_question_says_in_words_how_it_stands(paper, sitting):
    expect(mark(paper, 1)).to_have_text("还没有作答")
    answer(paper, 2, ["A", "C"])
    expect(mark(paper, 2)).to_have_text("已保存")
    expect(paper.locator("[data-map='2']")).to_contain_text("已作答")
    for key in ("A", "C"):
        paper.locator(f"input[name=answer-2][value={key}]").uncheck()
    expect(mark(paper, 2)).to_have_text("已保存：没有作答")
    expect(paper.locator("[data-map='2']")).to_contain_text("还没有作答")


def test_number_keys_choose_an_option_of_the_question_in_focus(paper, sitting):
    options = paper.locator("[data-slot='1'] .choice input")
    options.first.focus()
    paper.keyboard.press("2")
    expect(options.nth(1)).to_be_checked()
    expect(options.nth(1)).to_be_focused()
    paper.keyboard.press("9")
    expect(options.nth(1)).to_be_checked()
    expect(mark(paper, 1)).to_have_text("已保存")
    assert len(queries.current_answers(sitting.pk)[1]) == 1


def test_the_bar_never_covers_what_has_the_focus(open_page, hall, sitting, live_server):
    page = open_page(viewport={"width": 320, "height": 560})
    log_in(page, hall, live_server)
    type(hall.learner).objects.filter(pk=hall.learner.pk).update(elder_mode=True, text_size=30)
    page.goto(live_server.url + reverse("exams:attempt", args=[sitting.pk]))
    page.wait_for_function("() => document.documentElement.style.scrollPaddingTop !== ''")
    stops = page.locator(".exam-paper :is(input:not([type=hidden]), a, .paper-end button)")
    covered = []
    for index in reversed(range(stops.count())):  # backwards, as Shift and Tab go: from below the bar
        stops.nth(index).focus()
        covered += page.evaluate(
            "() => { const focus = document.activeElement, bar = document.querySelector('.paper-bar');"
            " return bar.contains(focus) || focus.getBoundingClientRect().top >= bar.getBoundingClientRect().bottom"
            " ? [] : [focus.name || focus.href]; }"
        )
    assert covered == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_leaving_the_paper_asks(paper, sitting, hall):
    paper.get_by_role("button", name="暂时离开").click()
    expect(paper.get_by_role("dialog")).to_contain_text("计时不停")
    paper.get_by_role("dialog").get_by_role("button", name="暂时离开").click()
    paper.wait_for_url(f"**{reverse('exams:exam-detail', args=[hall.exam.pk])}*")
    expect(paper.get_by_role("link", name="继续作答")).to_be_visible()


def test_another_attempt_asks_and_says_how_many_are_left(paper, sitting, hall):
    hall.submit(sitting, now=clock.now())
    paper.goto(paper.url)
    paper.get_by_role("button", name="再考一次").click()
    dialog = paper.get_by_role("dialog")
    expect(dialog).to_contain_text("还可以再考 2 次")
    dialog.get_by_role("button", name="取消").click()
    assert Attempt.objects.count() == 1
    paper.get_by_role("button", name="再考一次").click()
    dialog.get_by_role("button", name="再考一次").click()
    expect(paper.get_by_text("第 2 次考试")).to_be_visible()
    assert Attempt.objects.count() == 2


def test_on_the_narrowest_screen_the_bar_still_says_what_its_figures_are(paper):
    paper.set_viewport_size({"width": 320, "height": 700})
    bar = paper.locator("[data-paper-bar]")
    expect(bar.locator("[data-clock]")).to_have_text(re.compile(r"剩余\s*\d"))
    expect(bar.get_by_text("剩余", exact=True)).to_be_visible()
    expect(bar.get_by_text("已答", exact=True)).to_be_visible()
    expect(bar.get_by_role("link", name="已答 0/3", exact=True)).to_be_visible()
