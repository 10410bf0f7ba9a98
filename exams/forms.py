"""The shape of what people type: settings of an exam, questions, the plain form of a paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from exams import rules, wording
from exams.models import Exam, ExamItem, Question
from exams.rules import QuestionType
from lms.common.errors import DomainError
from lms.common.form_fields import ListFilter, RadioRows, SearchField, StateField, shown

HUNDRED = Decimal(100)


class ExamForm(forms.Form):
    """Settings of an exam, in the units people use: minutes, per cent."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    duration_minutes = shown(
        forms.IntegerField(
            label=gettext_lazy("Duration"),
            min_value=rules.SHORTEST_SECONDS // 60,
            max_value=rules.LONGEST_SECONDS // 60,
            initial=60,
        ),
        after=gettext_lazy("minutes"),
    )
    attempts_allowed = shown(
        forms.IntegerField(
            label=gettext_lazy("Attempts allowed"),
            min_value=1,
            max_value=rules.MOST_ATTEMPTS,
            initial=3,
            help_text=gettext_lazy("The best attempt counts."),
        ),
        after=pgettext_lazy("unit", "times"),
    )
    pass_percent = shown(
        forms.DecimalField(
            label=gettext_lazy("Pass line"),
            min_value=Decimal("0.1"),
            max_value=Decimal(100),
            max_digits=4,
            decimal_places=1,
            initial=Decimal(60),
            help_text=gettext_lazy("So much of the full score is needed to pass."),
        ),
        after="%",
    )
    scoring_policy = forms.ChoiceField(
        label=gettext_lazy("Multiple choice with missing options"),
        choices=Exam.Policy.choices,
        initial=Exam.Policy.HALF_FOR_MISSING,
        help_text=gettext_lazy("A wrong option always earns no points, and points are never taken away."),
        widget=RadioRows(descriptions=wording.POLICY_SENTENCES),
    )
    requires_completed_lectures = forms.BooleanField(
        label=gettext_lazy("All lectures of the course must be completed first"), required=False, initial=True
    )

    GROUPS = (
        (gettext_lazy("Basics"), ("title",)),
        (gettext_lazy("Time and attempts"), ("duration_minutes", "attempts_allowed", "requires_completed_lectures")),
        (gettext_lazy("Scoring"), ("pass_percent", "scoring_policy")),
    )

    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them: title of a group, its fields."""
        for title, names in self.GROUPS:
            yield title, [self[name] for name in names]

    def settings(self) -> dict[str, Any]:
        """The valid form as services.create_exam and update_exam want it."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "duration_seconds": data["duration_minutes"] * 60,
            "attempts_allowed": data["attempts_allowed"],
            "pass_permille": int(data["pass_percent"] * 10),
            "scoring_policy": data["scoring_policy"],
            "requires_completed_lectures": data["requires_completed_lectures"],
        }


def exam_values(exam: Exam) -> dict[str, Any]:
    """An exam's settings as ExamForm shows them."""
    return {
        "title": exam.title,
        "duration_minutes": exam.duration_seconds // 60,
        "attempts_allowed": exam.attempts_allowed,
        "pass_percent": Decimal(exam.pass_permille) / 10,
        "scoring_policy": exam.scoring_policy,
        "requires_completed_lectures": exam.requires_completed_lectures,
    }


class PointsField(forms.DecimalField):
    """Points as people write them, to two decimals; cleaned to hundredths."""

    def __init__(self, *, label: Any, initial: Decimal) -> None:
        super().__init__(
            label=label,
            initial=initial,
            min_value=Decimal("0.01"),
            max_value=rules.MOST_POINTS / HUNDRED,
            decimal_places=2,
        )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        return None if cleaned is None else int(cleaned * HUNDRED)


@dataclass(frozen=True)
class OptionRow:
    """One line of the question form: an option's letter and text, and whether it is marked as right."""

    position: int
    letter: str
    text: str
    right: bool


class QuestionForm(forms.Form):
    """One question of a given type. Lines without text are left out; the marks follow their lines."""

    stem = forms.CharField(label=gettext_lazy("Question"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    explanation = forms.CharField(
        label=gettext_lazy("Explanation"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
        help_text=gettext_lazy("Shown with the result, also to those who may sit the exam again."),
    )
    options_fixed = forms.BooleanField(
        label=gettext_lazy("Keep the options in this order"),
        required=False,
        help_text=gettext_lazy("For options such as “all of the above”. Otherwise every paper shuffles them."),
    )
    points = shown(PointsField(label=gettext_lazy("Points"), initial=Decimal(2)), after=gettext_lazy("points"))

    def __init__(self, question_type: QuestionType, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question_type = question_type
        self.looks_single = False
        for letter in rules.OPTION_KEYS:
            self.fields[f"option_{letter}"] = forms.CharField(
                label=_("Option %(letter)s") % {"letter": letter}, max_length=500, required=False
            )

    @property
    def is_judge(self) -> bool:
        return self.question_type == QuestionType.JUDGE

    @property
    def is_multiple(self) -> bool:
        return self.question_type == QuestionType.MULTIPLE

    def option_rows(self) -> Iterator[OptionRow]:
        """The lines of options as they were typed, or as the question has them."""
        marked = self._marked()
        for position, letter in enumerate(rules.OPTION_KEYS):
            if self.is_judge and position >= len(rules.JUDGE_OPTIONS):
                return
            text = rules.JUDGE_OPTIONS[position] if self.is_judge else (self[f"option_{letter}"].value() or "")
            yield OptionRow(position, letter, text, position in marked)

    def _marked(self) -> set[int]:
        if not self.is_bound:
            return set(self.initial.get("correct", ()))
        assert isinstance(self.data, QueryDict)
        return {int(value) for value in self.data.getlist("correct") if value in {"0", "1", "2", "3", "4", "5"}}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rows = [row for row in self.option_rows() if row.text.strip() or row.right]
        data["options"] = [row.text.strip() for row in rows]
        data["correct"] = [position for position, row in enumerate(rows) if row.right]
        stem = data.get("stem") or "-"  # an empty stem has its own message
        problems = rules.question_problems(self.question_type, stem, data["options"], data["correct"])
        for sentence in wording.sentences(problems):
            self.add_error(None, sentence)
        self.looks_single = not problems and rules.looks_single(self.question_type, data["correct"])
        if self.looks_single:
            self.add_error(
                None,
                _(
                    "A multiple-choice question has two right options at least. Please mark another one; "
                    "a question with one right option is a single-choice question."
                ),
            )
        return data

    def question(self) -> dict[str, Any]:
        """The valid form as services.add_question and revise_question want it."""
        names = ("stem", "options", "correct", "explanation", "options_fixed")
        return {name: self.cleaned_data[name] for name in names}


def question_values(item: ExamItem) -> dict[str, Any]:
    """A question on a paper as QuestionForm shows it."""
    version = item.version
    keys = [option["key"] for option in version.options]
    return {
        "stem": version.stem,
        "explanation": version.explanation,
        "options_fixed": version.options_fixed,
        "points": Decimal(item.points) / HUNDRED,
        "correct": [keys.index(key) for key in version.answer_key.correct],
    } | {f"option_{option['key']}": option["text"] for option in version.options}


class BankForm(forms.Form):
    """What to look for in the banks."""

    q = SearchField(label=gettext_lazy("Words in the question"))
    type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        required=False,
        choices=[("", gettext_lazy("All types")), *Question.Type.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class PickForm(forms.Form):
    """Questions of the banks to be put on the paper, each for the same points."""

    version = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": gettext_lazy("Choose at least one question.")}
    )
    points = shown(PointsField(label=gettext_lazy("Points each"), initial=Decimal(2)), after=gettext_lazy("points"))

    def __init__(self, version_ids: Iterable[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["version"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(key, key) for key in version_ids]


@dataclass(frozen=True)
class PaperForm:
    """What the plain form of a paper carries: `answers` is None when it carries no answers."""

    answers: dict[int, list[str]] | None
    seen_seq: int
    confirmed: bool


def paper_form(data: QueryDict) -> PaperForm:
    """Read the plain form of a paper. Raises DomainError for a form that this site did not make."""
    try:
        slots = [int(value) for value in data.getlist("slot")]
        seen_seq = int(data.get("seen_seq") or 0)
    except ValueError:
        raise DomainError("bad_answers", _("This form is damaged. Please open the paper again.")) from None
    carries = data.get("carries", "answers") == "answers" and slots
    answers = {slot: data.getlist(f"answer-{slot}") for slot in slots} if carries else None
    return PaperForm(answers, seen_seq, data.get("confirmed") == "1")


class ExamsFilter(ListFilter):
    """Which of the courses and their exams a maker's list shows. Nonsense counts as nothing chosen."""

    q = SearchField(label=gettext_lazy("Course or exam"))
    state = StateField([*Exam.State.choices, ("none", gettext_lazy("No exam yet"))])


class ResultsFilter(ListFilter):
    """Whose results a list shows. Nonsense counts as nothing chosen."""

    q = SearchField(label=gettext_lazy("Name or learner number"))
    state = StateField(
        [
            ("passed", gettext_lazy("Passed")),
            ("failed", gettext_lazy("Not passed")),
            ("running", gettext_lazy("In progress")),
        ]
    )
