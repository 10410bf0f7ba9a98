"""How a person wants pages to look: by day or by night, and elder mode with its size of text. Pure.

Members keep it with their account; a visitor, and the log-in page of a member, with a cookie of the same meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

THEMES = ("system", "light", "dark")
# Pixels. MIIT's rule of 2021 asks for 18 and more in elder mode, and for 30 to be reachable.
TEXT_SIZES = (18, 20, 24, 30)
COOKIE = "display"


@dataclass(frozen=True)
class Display:
    """`theme` is one of THEMES, `text_size` (of elder mode only) one of TEXT_SIZES."""

    theme: str = "system"
    elder: bool = False
    text_size: int = 20

    def changed(self, wishes: Mapping[str, str]) -> Display:
        """With what a form asks for: `theme`, `elder` ("1" or "0"), `text_size`. What makes no sense is left out."""
        theme = wishes.get("theme", "")
        elder = wishes.get("elder", "")
        size = wishes.get("text_size", "")
        return replace(
            self,
            theme=theme if theme in THEMES else self.theme,
            elder=elder == "1" if elder in ("0", "1") else self.elder,
            text_size=int(size) if size in {str(size) for size in TEXT_SIZES} else self.text_size,
        )

    @property
    def larger(self) -> int | None:
        """The next larger size of text, None at the largest."""
        return next((size for size in TEXT_SIZES if size > self.text_size), None)

    @property
    def smaller(self) -> int | None:
        """The next smaller size of text, None at the smallest."""
        return next((size for size in reversed(TEXT_SIZES) if size < self.text_size), None)

    def to_cookie(self) -> str:
        return f"{self.theme}.{int(self.elder)}.{self.text_size}"


def from_cookie(value: str) -> Display:
    """What `to_cookie` wrote; the defaults for anything else."""
    theme, _, rest = value.partition(".")
    elder, _, size = rest.partition(".")
    return Display().changed({"theme": theme, "elder": elder, "text_size": size})
