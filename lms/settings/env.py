"""The one reader of environment variables: typed, documented, loud about nonsense.

Every setting that differs between two machines is read here and nowhere else. Each read declares its
variable, so that `docs/settings.md` can be held against what the code really reads (tests/test_docs.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def with_file(environment: Mapping[str, str], default: Path) -> dict[str, str]:
    """The environment, over what the file LMS_ENV_FILE (else `default`) says; a file that is not there says nothing.

    The file has lines NAME=value and comments (#). Raises ImproperlyConfigured for any other line, and for a name
    that does not begin with LMS_.
    """
    path = Path(environment.get("LMS_ENV_FILE", "").strip() or default)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    except OSError as error:
        raise ImproperlyConfigured(f"LMS_ENV_FILE cannot be read: {error}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not name or name.startswith("#"):
            continue
        if not equals or not name.startswith("LMS_"):
            raise ImproperlyConfigured(f"{path}, line {number} is not LMS_..=..")
        values[name] = value
    return values | {name: value for name, value in environment.items() if value.strip()}


@dataclass
class Environment:
    """Typed access to a mapping of variables.

    A secret may also be given as NAME_FILE, the path of a file that holds it; blanks around it are dropped.
    """

    source: Mapping[str, str]
    declared: set[str] = field(default_factory=set)

    def text(self, name: str, default: str = "") -> str:
        """The variable's text, or `default` when it is absent or empty."""
        self.declared.add(name)
        return self.source.get(name, "").strip() or default

    def secret(self, name: str) -> str:
        """The variable's text, or the content of the file NAME_FILE points to, or ''.

        Raises ImproperlyConfigured when the file cannot be read.
        """
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name)
        self.declared.add(name)
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error

    def flag(self, name: str, default: bool) -> bool:
        """True for 1/true/yes/on, False for 0/false/no/off; anything else raises ImproperlyConfigured."""
        value = self.text(name).lower()
        if not value:
            return default
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")

    def integer(self, name: str, default: int, *, at_least: int = 0) -> int:
        """A whole number of at least `at_least`; anything else raises ImproperlyConfigured."""
        value = self.text(name)
        if not value:
            return default
        try:
            number = int(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None
        if number < at_least:
            raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {number}")
        return number

    def web_address(self, name: str, default: str) -> str:
        """An address such as 'https://school.example.org', without a slash at its end.

        Raises ImproperlyConfigured for anything with a path, or without http:// or https://.
        """
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
            raise ImproperlyConfigured(f"{name} must look like https://school.example.org, not {value!r}")
        return value

    def words(self, name: str, default: str = "") -> list[str]:
        """A list written with commas: 'a, b' -> ['a', 'b']."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`; anything else raises ImproperlyConfigured."""
        value = self.text(name, default)
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        return value


def make_directory(name: str, path: Path) -> Path:
    """`path`, made if need be and closed to strangers; `name` is the variable that a person may change.

    Raises ImproperlyConfigured when it cannot be made.
    """
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: the folder {path} cannot be made: {error.strerror}") from error
    return path
