"""The words keep to docs/words.md, and Django's own sentences are said our way."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import django
import pytest
from django.utils import translation

pytestmark = pytest.mark.profile("embedded")  # the same files on both
PROJECT = Path(__file__).resolve().parents[1]
ROOMS = ("lms", "lms/wording", "courses", "media_pipeline", "exams", "credits", "certificates")
HAN = "[\u3400-\u9fff]"

CHINESE_RULES = {
    "您 instead of 你": re.compile("你"),
    "no half-width punctuation after Chinese": re.compile(HAN + "[,;:?!()]"),
    "no half-width punctuation before Chinese": re.compile("[,;?!()]" + HAN),
    "a space between Chinese and digits or letters": re.compile(
        f"(?![年月]){HAN}[A-Za-z0-9]|[A-Za-z0-9](?![年月日]){HAN}"
    ),
    "no exclamation marks": re.compile("[!！]"),
    "one sign for what is left out": re.compile(r"\.\.\.|。。"),
    "Chinese quotation marks": re.compile(r'(?<!=)"(?![^<]*>)'),
    "no officialese": re.compile("非法|无效的|未知错误|系统错误|操作失败|操作成功|予以|请知悉|进行.{0,6}操作"),
    "one thing, one word": re.compile("课时|学年|用户名"),
    "no machine's words": re.compile("转码|缓存|接口|服务端|后台任务"),
}
ENGLISH_RULES = {
    "no exclamation marks": re.compile(r"[^ ]!"),
    "no words that scold or cheer": re.compile(r"\b(successfully|oops|sorry|invalid|illegal|simply)\b", re.IGNORECASE),
    "one sign for what is left out": re.compile(r"\.\.\."),
}
TEMPLATES = [
    path
    for room in ("lms", "courses", "media_pipeline", "exams", "credits", "certificates")
    for path in sorted((PROJECT / room).rglob("*.html"))
    if "styleguide" not in path.parts
]


def catalogue(room: str, language: str) -> dict[str, str]:
    """Message id -> words, without the header; the plural forms count as messages of their own."""
    path = PROJECT / room / "locale" / language / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        messages = dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    return {
        key.split("\4")[-1] if isinstance(key, str) else f"{key[0]} [{key[1]}]": words
        for key, words in messages.items()
        if key
    }


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("rule", CHINESE_RULES)
def test_the_chinese_words_keep_the_rule(room: str, rule: str) -> None:
    guilty = {
        key: words for key, words in catalogue(room, "zh_Hans").items() if CHINESE_RULES[rule].search(_visible(words))
    }
    assert guilty == {}


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("rule", ENGLISH_RULES)
def test_the_english_words_keep_the_rule(room: str, rule: str) -> None:
    ids = catalogue(room, "en") or {key: key for key in catalogue(room, "zh_Hans")}
    assert {key: words for key, words in ids.items() if ENGLISH_RULES[rule].search(_visible(words))} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_a_sentence_is_a_sentence_in_both_languages(room: str) -> None:
    guilty = {
        key: words
        for key, words in catalogue(room, "zh_Hans").items()
        if re.search(r"[a-z)]{3}\.( \[\d\])?$", key) and not words.endswith(("。", "：", "”"))
    }
    assert guilty == {}


def test_the_rules_find_what_they_are_for() -> None:
    wrong = {
        "您 instead of 你": "你的旧密码",
        "no half-width punctuation after Chinese": "密码错误,请重试",
        "no half-width punctuation before Chinese": "PDF,文件",
        "a space between Chinese and digits or letters": "共12讲",
        "no exclamation marks": "已保存！",
        "one sign for what is left out": "请稍候...",
        "Chinese quotation marks": '没有找到"三会"',
        "no officialese": "无效的输入",
        "one thing, one word": "还没有课时",
        "no machine's words": "正在转码",
    }
    assert {rule for rule, words in wrong.items() if CHINESE_RULES[rule].search(_visible(words))} == set(CHINESE_RULES)
    right = "共 12 讲，第 3 讲“三会一课”于 2026年7月1日 17:05 学完（PDF 文件）。"
    assert [rule for rule, found in CHINESE_RULES.items() if found.search(right)] == []


def test_no_template_writes_a_date_in_a_pattern_of_its_own() -> None:
    pattern = re.compile(r"\|(?:date|time):[\"'](?!c[\"']|[A-Z_]+_FORMAT[\"'])([^\"']*)[\"']")
    guilty = {
        str(path.relative_to(PROJECT)): found
        for path in TEMPLATES
        if (found := [form for form in pattern.findall(path.read_text()) if form not in {"H:i:s", "Y-m-d"}])
    }
    assert guilty == {}


def test_djangos_sentences_are_said_our_way_in_both_languages() -> None:
    folder = Path(django.__file__).parent
    known = "".join(
        (folder / part / "locale/en/LC_MESSAGES/django.po").read_text(encoding="utf-8")
        for part in ("conf", "contrib/auth")
    )
    known = known.replace('"\n"', "")
    ours = [key for key in catalogue("lms/wording", "zh_Hans") if not key.endswith("]")]
    assert len(ours) > 40
    assert set(ours) == {key for key in catalogue("lms/wording", "en") if not key.endswith("]")}
    for key in ours:
        assert f'msgid "{key}"' in known, f"Django does not say {key!r} any more"
    with translation.override("zh-hans"):
        assert translation.gettext("This field is required.") == "请填写此项。"
    with translation.override("en"):
        assert translation.gettext("This field is required.") == "Please fill this in."


def _visible(words: str) -> str:
    """Words as they appear: without placeholders' names and without markup."""
    words = re.sub(r"%\([a-z_0-9]+\)[sd]|%[sd%]|\{[a-z_0-9]*\}", "", words)
    return re.sub(r"<[^>]*>", "", words)
