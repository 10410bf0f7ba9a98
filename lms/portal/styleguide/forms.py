from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.http import HttpRequest, QueryDict

from lms.common.form_fields import (
    CheckboxRows,
    DateInput,
    DateTimeInput,
    PeriodForm,
    RadioRows,
    SwitchInput,
    YearField,
    shown,
)
from lms.common.form_steps import Step, in_steps
from lms.common.periods import Span
from lms.common.progress import Job, JobState

HALVES = [("full", "多选全对才得分"), ("half", "漏选得一半"), ("share", "按选对的比例得分")]
PEOPLE = [("full", "正式党员"), ("probationary", "预备党员"), ("activist", "入党积极分子")]


class SampleForm(forms.Form):
    """One field of every kind."""

    title = forms.CharField(label="课程名称", max_length=120, help_text="学员在课程目录里看到的名称。")
    summary = forms.CharField(
        label="课程简介", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    organization = forms.ChoiceField(label="党组织", choices=[("1", "青川县委组织部"), ("2", "石桥村党支部")])
    scoring = forms.ChoiceField(
        label="多选题怎样给分",
        choices=HALVES,
        initial="half",
        widget=RadioRows(
            descriptions={"half": "少选一个也给一半分，选错不给分。", "share": "选对几个给几个的分，选错不给分。"}
        ),
    )
    audience = forms.MultipleChoiceField(
        label="给谁学", choices=PEOPLE, initial=["full"], required=False, widget=CheckboxRows()
    )
    agreed = forms.BooleanField(label="我已核对，内容可以公开")
    reminders = forms.BooleanField(
        label="每周提醒学习", required=False, initial=True, widget=SwitchInput(), help_text="打开后立即生效。"
    )
    password = forms.CharField(label="密码", widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    pass_line = shown(forms.IntegerField(label="及格线", min_value=1, max_value=100, initial=60), after="分")
    web = shown(forms.CharField(label="网址", required=False), before="https://")
    words = forms.CharField(label="查找课程", required=False, widget=forms.SearchInput())
    handout = forms.FileField(label="讲义", required=False, help_text="PDF 或 Word，最大 20 MB。")
    opens_on = forms.DateField(label="开课日期", widget=DateInput(), initial=date(2026, 7, 1))
    exam_at = forms.DateTimeField(label="考试时间", widget=DateTimeInput(), help_text="北京时间。", required=False)
    year = YearField(label="年度", first=2024, last=2026, initial=2026)
    number = shown(
        forms.CharField(label="证书编号", initial="YL-2026-000318", widget=forms.TextInput(attrs={"readonly": True})),
        why="编号发出后不能更改，可以复制。",
    )
    branch = shown(
        forms.ChoiceField(label="所在支部", choices=[("1", "石桥村党支部")], disabled=True),
        why="转接组织关系后由组织员更改。",
    )


class StepsForm(forms.Form):
    name = forms.CharField(label="课程名称", max_length=120)
    about = forms.CharField(label="课程简介", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    required = forms.ChoiceField(label="必修还是选修", choices=[("r", "必修"), ("e", "选修")], widget=RadioRows())
    from_on = forms.DateField(label="开课日期", widget=DateInput())
    hours = shown(forms.IntegerField(label="学时", min_value=1, max_value=80), after="学时")
    public = forms.BooleanField(label="我已核对，可以发布")


STEPS = (
    Step("sample-about", "基本信息", ("name", "about")),
    Step("sample-when", "安排", ("required", "from_on", "hours"), help="以后还可以更改。"),
    Step("sample-publish", "发布", ("public",)),
)


class WrongForm(forms.Form):
    title = forms.CharField(label="课程名称", error_messages={"required": "请填写课程名称，学员要靠它找到课程。"})
    opens_on = forms.DateField(
        label="开课日期",
        widget=DateInput(),
        validators=[MinValueValidator(date(2026, 3, 1), "这一天在课程建立之前，请选 2026年3月1日 或以后的日期。")],
    )
    scoring = forms.ChoiceField(
        label="多选题怎样给分", choices=HALVES, widget=RadioRows(), error_messages={"required": "请选择一种给分办法。"}
    )


class DropForm(forms.Form):
    film = forms.FileField(
        label="视频或录音",
        widget=forms.FileInput(attrs={"accept": "video/*,audio/*,.mkv"}),
        help_text="每个最大 4 GB。",
    )


def context(request: HttpRequest) -> dict[str, object]:
    """Samples for the examples of this section; their names begin with forms_, all sections share one context."""
    wrong = WrongForm({"title": "", "opens_on": "2026-02-15"}, auto_id="wrong_%s")
    slip = PeriodForm(QueryDict("period=own&period_from=2026-03-01&period_to=2026-02-01"), auto_id="slip_%s")
    period = PeriodForm(auto_id="when_%s")
    return {
        "forms_sample": SampleForm(auto_id="sample_%s"),
        "forms_wrong": wrong,
        "forms_steps": in_steps(StepsForm(auto_id="steps_%s"), STEPS),
        "forms_drop": DropForm(auto_id="drop_%s"),
        "forms_period": period,
        "forms_span": period.chosen(),
        "forms_slip": slip,
        "forms_spans": [Span(date(2026, 1, 1), date(2026, 3, 31)), Span(date(2026, 1, 1)), Span()],
        "forms_jobs": _jobs(),
        "forms_day": date(2026, 7, 1),
        "forms_moment": datetime(2026, 7, 1, 9, 5, tzinfo=UTC),
    }


def _jobs() -> dict[str, Job]:
    def job(key: str, state: JobState, **facts: Any) -> Job:
        told: dict[str, Any] = {
            "title": "导出 2026 年度学时表",
            "started_by": "王文静",
            "started_at": datetime(2026, 11, 21, 1, 5, tzinfo=UTC),
        }
        return Job(key=f"sample-{key}", state=state, **(told | facts))

    return {
        "waiting": job("waiting", JobState.WAITING, doing="排队等候，前面还有 2 项", cancel_url="#forms"),
        "early": job("early", JobState.RUNNING, permille=10, doing="收集学习记录", cancel_url="#forms"),
        "running": job(
            "running",
            JobState.RUNNING,
            permille=430,
            doing="写入第 1290 行，共 3000 行",
            seconds_left=110,
            cancel_url="#forms",
        ),
        "unknown": job("unknown", JobState.RUNNING, permille=None, doing="检查文件"),
        "failed": job(
            "failed",
            JobState.FAILED,
            reason="磁盘已满，学时表没有写完。",
            advice="请告诉网站维护人员；腾出空间后点“重试”，不会重复记录。",
            retry_url="#forms",
        ),
        "cancelled": job("cancelled", JobState.CANCELLED, reason="没有留下不完整的文件。", retry_url="#forms"),
        "done": job("done", JobState.DONE, doing="共 3000 行，可以下载。"),
    }
