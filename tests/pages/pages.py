"""Every page of the site, and who looks at it. `make screenshots` shows them, test_every_page.py checks them.

A new address belongs into PAGES, or with a reason into NO_PAGES: test_the_list.py fails until it is in one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from tests.pages import steps
from tests.pages.people import VISITOR

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.live_site import Site

Reach = Callable[["Tab", "Site", dict[str, str]], int]


@dataclass(frozen=True)
class Page:
    """One page as one person sees it.

    Attributes:
        view: the name of its URL pattern, '' for what no pattern answers.
        person: a name in PEOPLE.
        arguments: of the pattern; each is the name of a fact that school.py prints, or itself where there is none.
        state: what makes this one different from others of the same view, for its name.
        query: '?..' behind the path.
        path: instead of the pattern's own.
        status: what the site must answer.
        is_long: so many elements that axe takes ten seconds for it: it is asked by day and about colours by night.
        reach: how to get there where opening an address is not enough; returns the status it was answered with.
    """

    view: str
    person: str
    arguments: tuple[str, ...] = ()
    state: str = ""
    query: str = ""
    path: str = ""
    status: int = 200
    is_long: bool = False
    reach: Reach | None = None

    @property
    def name(self) -> str:
        """Of its screenshots and its tests, without the person: 'courses-catalog-empty'."""
        return "-".join(part for part in (self.view.replace(":", "-"), self.state) if part)

    def __str__(self) -> str:
        return f"{self.name}-{self.person}"

    def address(self, facts: dict[str, str]) -> str:
        """Path and query on a site of which `facts` are known."""
        path = self.path or reverse(self.view, args=[facts.get(argument, argument) for argument in self.arguments])
        return path + self.query


PAGES = (
    # --- Without an account ---------------------------------------------------------------------------------
    Page("members:login", VISITOR),
    Page("members:login", VISITOR, state="refused", reach=steps.log_in_wrongly),
    Page("members:login", VISITOR, state="locked", reach=steps.log_in_too_often, status=429),
    Page("certificates:verify", VISITOR),
    Page("certificates:verify-code", VISITOR, ("code",), state="valid"),
    Page("certificates:verify-code", VISITOR, ("revoked_code",), state="revoked"),
    Page("certificates:verify-code", VISITOR, ("ABCDEFGHJKMNPQRSTUVW",), state="unknown", status=404),
    Page("certificates:verify-code", VISITOR, ("AAAA-BBBB-CCCC",), state="malformed", status=404),
    Page("portal:offline", VISITOR),
    Page("portal:styleguide", VISITOR, path="/styleguide/", is_long=True),
    # --- Errors ---------------------------------------------------------------------------------------------
    Page("", VISITOR, state="error-400", reach=steps.call_by_a_foreign_name, status=400),
    Page("", VISITOR, state="error-403-csrf", reach=steps.send_a_form_without_cookies, status=403),
    Page("", VISITOR, state="error-404", path="/there-is-no-such-page/", status=404),
    Page("", VISITOR, state="error-413", reach=steps.send_too_much, status=413),
    Page("", VISITOR, state="error-500", reach=steps.show_the_server_error, status=500),
    Page("", "learner", state="error-404", path="/there-is-no-such-page/", status=404),
    Page("portal:organizer", "learner", state="refused", status=403),
    Page("courses:course-detail", "learner", ("there-is-no-such-course",), state="missing", status=404),
    # --- Learning -------------------------------------------------------------------------------------------
    Page("portal:home", "learner"),
    Page("portal:home", "candidate"),
    Page("portal:home", "newcomer"),
    Page("portal:more", "learner"),
    Page("portal:search", "learner"),
    Page("portal:search", "learner", state="found", query="?q=党"),
    Page("portal:search", "newcomer", state="nothing-found", query="?q=没有这样的课程"),
    Page("portal:notifications", "learner"),
    Page("portal:notifications", "newcomer"),
    Page("portal:course-steps", "learner", ("course",)),
    Page("members:change-password", "learner"),
    Page("courses:catalog", "learner"),
    Page("courses:catalog", "newcomer", state="found", query="?q=三会&category=practice"),
    Page("courses:catalog", "newcomer", state="nothing-found", query="?q=没有这样的课程"),
    Page("courses:course-detail", "learner", ("course",)),
    Page("courses:course-detail", "underway", ("course",)),
    Page("courses:course-detail", "newcomer", ("course",)),
    Page("courses:lecture", "underway", ("lecture",)),
    Page("courses:diagnosis", "underway", ("course",)),
    Page("exams:exam-detail", "learner", ("exam",)),
    Page("exams:exam-detail", "candidate", ("exam",)),
    Page("exams:exam-detail", "newcomer", ("exam",)),
    Page("exams:attempt", "candidate", ("running_attempt",)),
    Page("exams:confirm", "candidate", ("running_attempt",)),
    Page("exams:result", "learner", ("passed_attempt",), state="passed"),
    Page("exams:result", "candidate", ("failed_attempt",), state="failed"),
    Page("credits:statement", "learner"),
    Page("credits:statement", "newcomer"),
    Page("certificates:list", "learner"),
    Page("certificates:list", "newcomer"),
    # --- Teaching -------------------------------------------------------------------------------------------
    Page("portal:home", "instructor"),
    Page("media_pipeline:asset-list", "instructor"),
    Page("media_pipeline:upload", "instructor"),
    Page("media_pipeline:asset-detail", "instructor", ("film",)),
    Page("media_pipeline:asset-detail", "instructor", ("failed_film",), state="failed"),
    Page("courses:manage", "instructor"),
    Page("courses:course-create", "instructor"),
    Page("courses:course-create", "instructor", state="refused", reach=steps.send_an_empty_course),
    Page("courses:course-edit", "instructor", ("course",)),
    Page("courses:course-edit", "instructor", ("draft",), state="draft"),
    Page("courses:course-details", "instructor", ("draft",)),
    Page("exams:manage", "instructor"),
    Page("exams:exam-edit", "instructor", ("course",)),
    Page("exams:exam-edit", "instructor", ("draft",), state="draft"),
    Page("exams:exam-edit", "instructor", ("course_without_exam",), state="new"),
    Page("exams:bank", "instructor", ("draft",)),
    Page("exams:question-create", "instructor", ("draft", "multiple")),
    Page("exams:question-create", "instructor", ("draft", "judge"), state="judge"),
    Page("exams:question-edit", "instructor", ("course", "question")),
    Page("exams:exam-results", "instructor", ("exam",)),
    # --- Organizing -----------------------------------------------------------------------------------------
    Page("portal:home", "organizer"),
    Page("portal:more", "administrator"),
    Page("portal:search", "organizer", state="people", query="?q=石"),
    Page("portal:organizer", "organizer"),
    Page("portal:organization-members", "organizer", ("organization",)),
    Page("portal:organizer", "auditor"),
    Page("portal:home", "administrator"),
    Page("credits:score-table", "organizer", ("organization",)),
    Page("courses:diagnosis-of", "organizer", ("course", "underway_no")),
    Page("certificates:manage", "organizer"),
    Page("certificates:revoke", "administrator", ("certificate",)),
    # Last, because for a minute afterwards nobody at this address can look up a certificate.
    Page("certificates:verify-code", VISITOR, state="too-often", reach=steps.look_up_too_often, status=429),
)

ONLY_POST = "changes something and leads back to a page"
PROGRAM = "answers programs, not people"
FILE = "a file to download"
PIECE = "a piece of a picker, fetched into a page that is listed"
NO_PAGES = {
    "portal:service-worker": PROGRAM,
    "portal:notifications-read": ONLY_POST,
    "portal:notification": "notes that it was read and leads to what it tells of",
    "members:logout": ONLY_POST,
    "members:choose-language": ONLY_POST,
    "members:choose-display": ONLY_POST,
    "members:picker-branch": PIECE,
    "members:picker-search": PIECE,
    "members:picker-people": PIECE,
    "members:picker-numbers": PIECE,
    "media_pipeline:asset-progress": "a piece of the list of films and of a film's page; alone it is JSON",
    "media_pipeline:asset-retry": ONLY_POST,
    "media_pipeline:asset-cancel": ONLY_POST,
    "media_pipeline:asset-preview": PROGRAM,
    "media_pipeline:hls": PROGRAM,
    "courses:playback": PROGRAM,
    "courses:session-start": PROGRAM,
    "courses:watch-batches": PROGRAM,
    "courses:publish": ONLY_POST,
    "courses:archive": ONLY_POST,
    "courses:chapter-add": ONLY_POST,
    "courses:chapter-change": ONLY_POST,
    "courses:lecture-add": ONLY_POST,
    "courses:lecture-change": ONLY_POST,
    "courses:enrol": ONLY_POST,
    "exams:start": ONLY_POST,
    "exams:answers": PROGRAM,
    "exams:submit": ONLY_POST,
    "exams:publish": ONLY_POST,
    "exams:withdraw": ONLY_POST,
    "exams:question-move": ONLY_POST,
    "exams:question-remove": ONLY_POST,
    "credits:score-tables": "leads to the table of the highest organization in scope",
    "credits:score-table-csv": FILE,
    "certificates:retry": ONLY_POST,
    "certificates:download": FILE,
    "certificates:download-chosen": "files to download, asked for by a form",
}
