"""A site of forms to try out, beside the real one: for test_forms.py and test_forms_in_a_browser.py."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import RequestContext, Template
from django.urls import path

from lms.common.form_fields import DateInput, PeriodForm, RadioRows, SwitchInput, shown
from lms.common.form_steps import Step, in_steps
from lms.urls import handler400, handler403, handler404, handler500
from lms.urls import urlpatterns as real

__all__ = ["handler400", "handler403", "handler404", "handler500"]


class CourseForm(forms.Form):
    name = forms.CharField(label="名称", max_length=20, help_text="目录里的名称")
    about = forms.CharField(label="简介", max_length=10, required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(
        label="类别", choices=[("r", "必修"), ("e", "选修")], widget=RadioRows(descriptions={"r": "全体学员"})
    )
    hours = shown(forms.IntegerField(label="学时数", min_value=1, max_value=80), after="学时")
    opens_on = forms.DateField(label="开课", widget=DateInput())
    reminders = forms.BooleanField(label="提醒", required=False, widget=SwitchInput())
    film = forms.FileField(label="视频", required=False, widget=forms.FileInput(attrs={"accept": "video/*,.mkv"}))

    def clean_name(self) -> str:
        if "重复" in self.cleaned_data["name"]:
            raise forms.ValidationError("已有同名课程，请换一个名称。")
        return str(self.cleaned_data["name"])


STEPS = (
    Step("about-it", "基本信息", ("name", "about", "kind")),
    Step("plan", "安排", ("hours", "opens_on", "reminders")),
    Step("files", "文件", ("film",)),
)
PAGE = """{% extends "base.html" %}{% block content %}
<form method="post" class="form-panel" enctype="multipart/form-data" data-unsaved data-once{{ novalidate }}>
{% csrf_token %}{% include "components/_form_errors.html" %}
{% if steps %}{% include "components/_steps_form.html" %}
{% elif drop %}{% include "components/_file_drop.html" with field=form.film several=True max_bytes=5000 %}
{% else %}{% for field in form %}{% include "components/_field.html" %}{% endfor %}
<button type="submit">保存</button>{% endif %}
</form><a href="/try/elsewhere/">别处</a>{% endblock %}"""
SAVED = """{% extends "base.html" %}{% block content %}<p id="saved">{{ saved }}</p>{% endblock %}"""
PERIOD = """{% extends "base.html" %}{% block content %}
{% include "components/_period_form.html" %}
<p id="days">{{ span.from_on|date:"c" }} {{ span.to_on|date:"c" }}</p>{% endblock %}"""


def _page(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    return HttpResponse(Template(source).render(RequestContext(request, context)))


@login_not_required
def try_form(request: HttpRequest, look: str = "") -> HttpResponse:
    form = CourseForm(request.POST or None, request.FILES or None)
    if look == "drop" and request.method == "POST":
        if "bad" in request.FILES["film"].name:
            return JsonResponse({"message": "这个文件坏了，请另选一个。"}, status=400)
        return JsonResponse({"location": "/try/"}, status=201)
    if form.is_bound and form.is_valid():
        return _page(request, SAVED, saved=f"{form.cleaned_data['name']} {form.cleaned_data['opens_on']}")
    facts = {"form": form, "drop": look == "drop", "novalidate": " novalidate" if "novalidate" in request.GET else ""}
    return _page(request, PAGE, steps=in_steps(form, STEPS) if look == "steps" else None, **facts)


@login_not_required
def try_period(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET or None)
    return _page(request, PERIOD, form=form, span=form.chosen())


urlpatterns = [
    path("try/", try_form),
    path("try/period/", try_period),
    path("try/<str:look>/", try_form),
    *real,
]
