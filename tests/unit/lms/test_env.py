"""The reader of environment variables: typed, and loud about nonsense."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings.env import Environment, make_directory, with_file


def test_an_absent_or_empty_variable_gives_the_default() -> None:
    env = Environment({"LMS_A": "  "})
    assert env.text("LMS_A", "x") == "x"
    assert env.text("LMS_B", "y") == "y"
    assert env.flag("LMS_A", True) is True
    assert env.integer("LMS_A", 7) == 7
    assert env.words("LMS_A", "a,b") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("FALSE", False)]
)
def test_a_flag_has_its_common_spellings(text: str, value: bool) -> None:
    assert Environment({"LMS_A": text}).flag("LMS_A", not value) is value


@pytest.mark.parametrize("text", ["2", "ja", "true!"])
def test_a_flag_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LMS_A must be 1 or 0"):
        Environment({"LMS_A": text}).flag("LMS_A", False)


@pytest.mark.parametrize("text", ["4.5", "four", "", "-1", "0"])
def test_a_number_that_is_none_or_too_small_is_refused(text: str) -> None:
    env = Environment({"LMS_A": text})
    if text == "":
        assert env.integer("LMS_A", 3, at_least=1) == 3
        return
    with pytest.raises(ImproperlyConfigured, match="LMS_A must be"):
        env.integer("LMS_A", 3, at_least=1)


def test_words_are_separated_by_commas_and_lose_their_blanks() -> None:
    assert Environment({"LMS_A": " a, b,,c "}).words("LMS_A") == ["a", "b", "c"]


def test_a_word_outside_the_choice_is_refused() -> None:
    env = Environment({"LMS_A": "fast"})
    with pytest.raises(ImproperlyConfigured, match="LMS_A must be one of app, accel"):
        env.choice("LMS_A", "app", ("app", "accel"))


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("hidden \n")
    env = Environment({"LMS_A_FILE": str(path), "LMS_A": "open"})
    assert env.secret("LMS_A") == "hidden"
    assert env.declared == {"LMS_A", "LMS_A_FILE"}


def test_a_secret_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="LMS_A_FILE cannot be read"):
        Environment({"LMS_A_FILE": str(tmp_path / "none")}).secret("LMS_A")


@pytest.mark.parametrize("text", ["school.example.org", "ftp://school.example.org", "https://", "https://a.org/path"])
def test_an_address_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="LMS_A must look like"):
        Environment({"LMS_A": text}).web_address("LMS_A", "http://127.0.0.1")


def test_an_address_loses_its_last_slash() -> None:
    assert Environment({"LMS_A": "https://a.org/"}).web_address("LMS_A", "") == "https://a.org"


def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=r"LMS_DATA_DIR: the folder .* cannot be made: Not a directory"):
        make_directory("LMS_DATA_DIR", tmp_path / "file" / "var")
    assert make_directory("LMS_DATA_DIR", tmp_path / "a" / "b").is_dir()


def test_a_file_fills_in_what_the_environment_leaves_open(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# this machine\n\nLMS_HTTPS = 0\nLMS_SITE_URL=http://a/?x=1\nLMS_DEBUG=1\n")

    found = with_file({"LMS_DEBUG": "0", "LMS_HTTPS": "", "PATH": "/bin"}, file)

    assert found == {"LMS_HTTPS": "0", "LMS_SITE_URL": "http://a/?x=1", "LMS_DEBUG": "0", "PATH": "/bin"}
    assert with_file({"LMS_DEBUG": "0"}, tmp_path / "absent") == {"LMS_DEBUG": "0"}


@pytest.mark.parametrize("line", ["LMS_HTTPS", "PATH=/tmp", "export LMS_HTTPS=0"])
def test_a_file_with_a_line_that_is_no_setting_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "env"
    file.write_text(f"LMS_DEBUG=1\n{line}\n")

    with pytest.raises(ImproperlyConfigured, match="line 2"):
        with_file({}, file)
