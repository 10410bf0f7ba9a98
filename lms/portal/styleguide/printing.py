"""Official tables on paper."""

from __future__ import annotations

from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    """Rows of a table of learning hours."""
    names = ("李𬱖", "张䶮", "王㛃", "欧阳建国", "陈桂兰", "刘德明")
    rows = [(number, name, "石桥村党支部", f"{26 + number * 2.5:g}") for number, name in enumerate(names, start=1)]
    return {"print_rows": rows}
