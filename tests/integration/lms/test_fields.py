"""Fields of forms and pages of lists: what the two oldest components say."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from tests.markup import Page


class SampleForm(forms.Form):
    title = forms.CharField(label="课程名称", help_text="最多 120 字。")
    answer = forms.ChoiceField(label="答案", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)


def test_a_field_points_to_its_help_and_its_error() -> None:
    form = SampleForm({})
    template = Template('{% for field in form %}{% include "components/_field.html" %}{% endfor %}')
    page = Page(template.render(Context({"form": form})))
    ids = {attributes["id"] for _tag, attributes in page.tags if "id" in attributes}
    title = page.all("input", name="title")[0]
    assert title["aria-invalid"] == "true"
    assert title["aria-describedby"] == "id_title_helptext id_title_error"
    assert page.all("fieldset")[0]["aria-describedby"] == "id_answer_error"
    assert {"id_title_helptext", "id_title_error", "id_answer_error"} <= ids
    labelled = {attributes["for"] for attributes in page.all("label")}
    assert labelled == {"id_title", "id_answer_0", "id_answer_1"}


def test_turning_pages_keeps_the_rest_of_the_query(rf: RequestFactory) -> None:
    request = rf.get("/list/?q=党章&page=4")
    template = Template('{% include "components/_pagination.html" %}')
    page_obj = Paginator(range(187), 20).get_page(4)
    page = Page(template.render(RequestContext(request, {"page_obj": page_obj})))
    targets = [link["href"] for link in page.all("a")]
    query = "?q=%E5%85%9A%E7%AB%A0&page="
    assert targets == [query + number for number in ("3", "1", "3", "5", "10", "5")]


@pytest.mark.parametrize(("count", "number", "shown"), [(20, 1, []), (41, 1, ["2", "3"]), (41, 3, ["1", "2"])])
def test_pages_are_offered_only_where_there_are_some(
    rf: RequestFactory, count: int, number: int, shown: list[str]
) -> None:
    template = Template('{% include "components/_pagination.html" %}')
    page_obj = Paginator(range(count), 20).get_page(number)
    html = template.render(RequestContext(rf.get("/"), {"page_obj": page_obj}))
    numbered = re.findall(r'<a class="page-link" href="\?page=(\d+)">', html)
    assert numbered == shown
