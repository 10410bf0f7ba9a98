"""All components on one page, for developers (only when DEBUG is on). Its words are samples, so not translated."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

STATES = (
    ("required", "必修"),
    ("elective", "选修"),
    ("draft", "草稿"),
    ("pending", "等待处理"),
    ("processing", "处理中"),
    ("ready", "可以播放"),
    ("failed", "处理失败"),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="课程名称", help_text="显示在课程页面上，最多 120 字。")
    summary = forms.CharField(label="课程简介", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    state = forms.ChoiceField(label="状态", choices=STATES)
    answer = forms.ChoiceField(label="课程类别", choices=STATES[:3], widget=forms.RadioSelect)
    password = forms.CharField(label="密码", widget=forms.PasswordInput)
    upload = forms.FileField(label="文件", required=False)
    agreed = forms.BooleanField(label="我已阅读考试须知")


@login_not_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component; `?page=` turns the pages of the sample list, the second form shows its errors."""
    context = {
        "states": STATES,
        "form": SampleForm(prefix="empty"),
        "wrong_form": SampleForm({"wrong-state": "none"}, prefix="wrong"),
        "page_obj": Paginator(range(187), 20).get_page(request.GET.get("page", "4")),
    }
    return render(request, "styleguide.html", context)
