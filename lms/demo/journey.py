"""The main job over the site's public HTTP interface, as its users would do it, one step after the other.

A teacher uploads a lecture, waits for the transcode, publishes a course with an exam; a member watches it at real
speed and sits the exam; the ledger, an organizer's score table, the certificate and its public verification follow.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from lms.demo.courses import QUESTIONS, DemoQuestion
from lms.demo.people import STAFF
from lms.demo.school import PASSWORD
from lms.demo.visitor import Stuck, Visitor

TEACHER, MEMBER, ORGANIZER = "demo-teacher", "demo-member", "demo-organizer"
SCHOOL = next(person.scope for person in STAFF if person.learner_no == TEACHER)  # a code, as the picker takes it
EXAM_QUESTIONS = (QUESTIONS[0], QUESTIONS[4], QUESTIONS[7])  # one of each type
REPORT_SECONDS = 10.0
TRANSCODE_PATIENCE_SECONDS = 6 * 3600
CERTIFICATE_PATIENCE_SECONDS = 120


@dataclass
class Console:
    """Where the journey tells what it does."""

    write: Callable[[str], None]
    bar: Callable[[str, float], None]  # a label and a share between 0 and 1

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Tell a step, and how long it took."""
        began = time.monotonic()
        yield
        self.write(f"  ✓ {text}  ({time.monotonic() - began:.1f} s)")


@dataclass
class Journey:
    """One walk through the site at `site` with the film `lecture`; files it receives are put into `folder`."""

    site: str
    lecture: Path
    folder: Path
    console: Console

    def walk(self) -> None:
        """The whole way. Raises Stuck where the site does not do what it promises."""
        teacher = self.visitor(TEACHER)
        asset = self.upload(teacher)
        duration_ms = self.transcode(teacher, asset)
        slug = self.publish(teacher, asset)
        exam = self.set_exam(teacher, slug)
        member = self.visitor(MEMBER)
        self.watch(member, slug, duration_ms)
        self.sit(member, exam)
        self.read_ledger(member)
        self.export_score_table()
        self.certify(member, slug)

    def visitor(self, learner_no: str) -> Visitor:
        visitor = Visitor(self.site)
        with self.console.step(f"{learner_no} logs in"):
            visitor.log_in(learner_no, PASSWORD)
        return visitor

    def upload(self, teacher: Visitor) -> str:
        """Returns the asset's page."""
        with self.console.step(f"upload {self.lecture.name}, {self.lecture.stat().st_size:,} bytes"):
            teacher.open("/media/upload/")
            teacher.upload(
                "/media/upload/",
                "file",
                self.lecture,
                lambda sent, total: self.console.bar("uploading", sent / max(total, 1)),
                title=f"示范讲座 {self.lecture.stem}",
            )
            if not re.search(r"/media/[0-9a-f-]{36}/$", teacher.url):
                raise Stuck(f"the upload was not taken: {refusals(teacher.page)}")
        return teacher.url

    def transcode(self, teacher: Visitor, asset: str) -> int:
        """Wait until the film can be played; returns its length in milliseconds. Raises Stuck if it cannot."""
        deadline = time.monotonic() + TRANSCODE_PATIENCE_SECONDS
        with self.console.step(f"transcode {asset}"):
            while (progress := teacher.json(f"{asset}progress/"))["state"] not in {"ready", "failed", "cancelled"}:
                self.console.bar(f"{progress.get('step') or 'waiting'}", progress["permille"] / 1000)
                if time.monotonic() > deadline:
                    raise Stuck("the transcode took longer than six hours")
                time.sleep(1)
            if progress["state"] != "ready":
                raise Stuck(f"the film was refused: {progress.get('message', '')}")
        self.console.write(f"      source: {progress['source']}")
        self.console.write(f"      stream: {progress['stream']}/")
        return int(progress["duration_ms"])

    def publish(self, teacher: Visitor, asset: str) -> str:
        """A course of one chapter with the film; returns its slug."""
        slug = f"demo-{time.strftime('%Y%m%d-%H%M%S')}"
        with self.console.step(f"publish the course {self.site}/courses/{slug}/"):
            teacher.open("/courses/manage/new/")
            form = teacher.form("/courses/manage/new/")
            category = next(value for value, _label in form.choices["category"] if value)
            teacher.submit(
                "/courses/manage/new/",
                title=f"示范课程 {slug}",
                slug=slug,
                summary="由 lms demo 建立。",
                lecturer_name="周文澜",
                category=category,
                organization=SCHOOL,
            )
            edit = f"/courses/manage/{slug}/"
            teacher.open(edit)
            if "/lectures/" not in teacher.page:
                teacher.submit("/chapters/", title="第一章")
            teacher.open(edit)
            add = next(form for form in teacher.forms() if re.search(r"/chapters/\d+/lectures/$", form.action))
            teacher.submit(add.action, asset=asset.rstrip("/").rpartition("/")[2], title="示范讲座")
            teacher.open(edit)
            teacher.submit("/publish/")
        return slug

    def set_exam(self, teacher: Visitor, slug: str) -> str:
        """An exam of three questions on the course; returns the exam's page."""
        page = f"/exams/manage/{slug}/"
        with self.console.step(f"publish an exam of {len(EXAM_QUESTIONS)} questions"):
            teacher.open(page)
            teacher.submit(page, title="示范考试", duration_minutes="30")
            for question in EXAM_QUESTIONS:
                address = f"{page}questions/new/{question.type}/"
                teacher.open(address)
                options = {} if question.type == "judge" else question_fields(question)
                teacher.submit(
                    address,
                    stem=question.stem,
                    points="10",
                    correct=[str(place) for place in question.correct],
                    **options,
                )
            teacher.open(page)
            teacher.submit(f"{page}publish/")
            teacher.open(page)
            return re.sub(r"results/$", "", teacher.link(r"/exams/\d+/results/$"))

    def watch(self, member: Visitor, slug: str, duration_ms: int) -> None:
        """Watch the lecture at real speed, reporting every ten seconds as the player does."""
        with self.console.step(f"watch {duration_ms / 1000:.0f} s at real speed"):
            member.open(f"/courses/{slug}/")
            lecture = re.sub(r".*(/courses/lectures/\d+/).*", r"\1", member.link(r"/courses/lectures/\d+/"))
            member.open(lecture)
            session = member.json(f"{lecture}sessions/", {})
            began, position, seq = time.monotonic(), 0, 0
            while position < duration_ms:
                time.sleep(min(REPORT_SECONDS, (duration_ms - position) / 1000 + 0.05))
                played = min(duration_ms, int((time.monotonic() - began) * 1000))
                seq += 1
                body = {"batches": [{"seq": seq, "segments": [[position, played]]}], "position_ms": played}
                answer = member.json(f"/courses/sessions/{session['session']}/batches/", body)
                position = played
                self.console.bar(f"counted {answer['covered_ms'] / 1000:.0f} s", position / duration_ms)
            if not answer["lecture_completed"]:
                raise Stuck(
                    f"watched to the end, but only {answer['covered_ms']} ms of {duration_ms} counted: {answer}"
                )

    def sit(self, member: Visitor, exam: str) -> None:
        """Start, answer everything rightly, hand in."""
        with self.console.step("sit the exam"):
            member.open(exam)
            member.submit("/start/")
            paper = next(form for form in member.forms() if form.action.endswith("/submit/"))
            answers = {
                name: keys
                for question in EXAM_QUESTIONS
                for name, keys in [right_answer(member.page, paper.choices, question)]
            }
            action = paper.action
            member.submit(action, **answers)
            if "/result/" not in member.url:
                member.submit(action)  # the last look before handing in
            if "/result/" not in member.url:
                raise Stuck(f"the paper was not handed in: {member.url}")

    def read_ledger(self, member: Visitor) -> None:
        with self.console.step(f"read the ledger {self.site}/credits/"):
            member.open("/credits/")

    def export_score_table(self) -> None:
        """As the organizer: the score table of the county, as a file."""
        organizer = self.visitor(ORGANIZER)
        with self.console.step("export the score table"):
            organizer.open("/organizing/")
            organizer.open(organizer.link(r"/credits/.*\d+"))
            table = organizer.download(organizer.link(r"csv"))
            path = self.folder / "score-table.csv"
            path.write_bytes(table.content)
            if MEMBER not in table.text:
                raise Stuck(f"{MEMBER} is not in the score table {path}")
        self.console.write(f"      {path}")

    def certify(self, member: Visitor, slug: str) -> None:
        """Download the certificate as soon as it is drawn, and have it verified by a stranger."""
        path = self.folder / "certificate.pdf"
        with self.console.step("receive the certificate"):
            download, verification = self.certificate_of(member, slug)
            content = member.download(download).content
            if not content.startswith(b"%PDF"):
                raise Stuck(f"{download} is no PDF")
            path.write_bytes(content)
        self.console.write(f"      {path}")
        with self.console.step(f"have a stranger verify it: {verification}"):
            if 'data-answer="valid"' not in Visitor(self.site).open(verification):
                raise Stuck(f"{verification} does not call the certificate valid")

    def certificate_of(self, member: Visitor, slug: str) -> tuple[str, str]:
        """The addresses of the certificate's file and of its verification, as soon as it has been drawn."""
        deadline = time.monotonic() + CERTIFICATE_PATIENCE_SECONDS
        while True:
            member.open("/certificates/")
            row = next((part for part in member.page.split("<tr>") if slug in part), "")
            download = re.search(r'href="([^"]*/download/)"', row)
            verification = re.search(r'href="([^"]*/verify/[^"]+)"', row)
            if download and verification:
                return urljoin(self.site, download[1]), urljoin(self.site, verification[1])
            if time.monotonic() > deadline:
                raise Stuck(f"no certificate to download for {slug} at {member.url}")
            time.sleep(0.5)


def question_fields(question: DemoQuestion) -> dict[str, str]:
    """The option lines of the question form: option_A, option_B, .."""
    return {f"option_{letter}": text for letter, text in zip("ABCDEF", question.options, strict=False)}


def right_answer(page: str, choices: dict[str, list[tuple[str, str]]], question: DemoQuestion) -> tuple[str, list[str]]:
    """The field of a question on a paper, found by its stem, and the keys of its right options."""
    at = page.find(html.escape(question.stem))
    field = re.search(r'name="(answer-\d+)"', page[at:]) if at >= 0 else None
    if field is None:
        raise Stuck(f"the paper does not ask: {question.stem}")
    right = {question.options[place] for place in question.correct}
    return field[1], [key for key, label in choices[field[1]] if label.partition(" ")[2] in right or label in right]


def refusals(page: str) -> str:
    """What a page says went wrong, without its markup."""
    parts = re.findall(r'class="[^"]*(?:invalid-feedback|alert-danger|field-error)[^"]*"[^>]*>(.*?)</', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(" ".join(parts))).split()) or "no reason was given"
