"""What templates about exams may say: points."""

from __future__ import annotations

from django import template

from lms.common.templatetags import school

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """Points on a paper kept in hundredths, as people read them: 250 -> '2.5', None -> a dash."""
    return school.hours(hundredths)
