"""The demo school's catalog: two categories, four courses, one exam of ten questions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoCourse:
    """One course of one chapter with one lecture; `film` is a slug of lms.demo.films."""

    slug: str
    category: str
    title: str
    summary: str
    organization: str
    instructor: str
    cover: str
    chapter: str
    film: str
    is_required: bool


@dataclass(frozen=True)
class DemoQuestion:
    """One question of the demo exam; `correct` are positions in `options`, counted from 0."""

    type: str
    stem: str
    options: tuple[str, ...]
    correct: tuple[int, ...]
    explanation: str
    points: int  # hundredths of a point


CATEGORIES = (("theory", "理论学习"), ("practice", "工作实务"))

COURSES = (
    DemoCourse(
        slug="branch-meetings",
        category="practice",
        title="党支部“三会一课”制度",
        summary=(
            "支部党员大会、支部委员会会议、党小组会和党课怎样安排，会前、会中、会后各做什么，会议记录写明什么。"
            "看完讲座并通过结业测试，可以取得结业证书。"
        ),
        organization="yunling",
        instructor="demo-teacher",
        cover="img/cover-2.svg",
        chapter="第一章　制度与做法",
        film="branch-meetings",
        is_required=True,
    ),
    DemoCourse(
        slug="charter-primer",
        category="theory",
        title="党章学习入门",
        summary="先看结构，再读原文：总纲和条文怎样分章，读的时候怎样联系实际、做好笔记。适合刚递交入党申请书的同志。",
        organization="yunling",
        instructor="demo-teacher",
        cover="img/cover-1.svg",
        chapter="第一章　党章的结构与学习方法",
        film="charter-primer",
        is_required=True,
    ),
    DemoCourse(
        slug="online-learning",
        category="theory",
        title="网络学习方法与学习档案",
        summary="怎样安排自己的学习时间，学时、成绩和证书从哪里来，一分钟没有计入时到哪里去看原因。",
        organization="yunling",
        instructor="demo-teacher",
        cover="img/cover-4.svg",
        chapter="第一章　学习有方法",
        film="online-learning",
        is_required=False,
    ),
    DemoCourse(
        slug="rural-revitalization",
        category="practice",
        title="乡村振兴案例：青禾村",
        summary="从产业、人才、文化、生态、组织五个方面看一个（虚构的）村庄，党支部可以从哪里着手。",
        organization="wangxi",
        instructor="demo-teacher-2",
        cover="img/cover-3.svg",
        chapter="第一章　一个村庄的五个方面",
        film="rural-revitalization",
        is_required=False,
    ),
)

EXAM_COURSE = "branch-meetings"
BANK_NAME = "支部工作题库"
JUDGE = ("正确", "错误")


def _single(stem: str, options: tuple[str, ...], correct: int, explanation: str) -> DemoQuestion:
    return DemoQuestion("single", stem, options, (correct,), explanation, 1000)


def _multiple(stem: str, options: tuple[str, ...], correct: tuple[int, ...], explanation: str) -> DemoQuestion:
    return DemoQuestion("multiple", stem, options, correct, explanation, 1000)


def _judge(stem: str, is_true: bool, explanation: str) -> DemoQuestion:
    return DemoQuestion("judge", stem, JUDGE, (0 if is_true else 1,), explanation, 1000)


EXAM_TITLE = "“三会一课”制度结业测试"
QUESTIONS = (
    _single(
        "“三会一课”中的“一课”是指什么？",
        ("党课", "公开课", "技术课", "安全教育课"),
        0,
        "“三会一课”指支部党员大会、支部委员会、党小组会和党课。",
    ),
    _single(
        "支部党员大会一般多长时间召开一次？",
        ("每周", "每月", "每季度", "每年"),
        2,
        "支部党员大会一般每季度召开一次，可根据需要随时召开。",
    ),
    _single(
        "党小组会一般多长时间召开一次？",
        ("每周", "每月", "每季度", "每半年"),
        1,
        "党小组会一般每月召开一次。",
    ),
    _single(
        "支部委员会会议一般多长时间召开一次？",
        ("每月", "每两个月", "每季度", "每半年"),
        0,
        "支部委员会会议一般每月召开一次。",
    ),
    _multiple(
        "下列会议中，属于“三会”的有哪些？",
        ("支部党员大会", "支部委员会", "党小组会", "村民代表会议"),
        (0, 1, 2),
        "村民代表会议是村民自治的会议，不属于“三会一课”。",
    ),
    _multiple(
        "一份完整的会议记录应当写明哪些内容？",
        ("时间和地点", "应到和实到人数", "讨论的议题和决议", "参会人员的家庭收入"),
        (0, 1, 2),
        "会议记录写明时间、地点、主持人、出席情况、议题、发言要点和决议，不记录与会议无关的个人信息。",
    ),
    _multiple(
        "在外务工的党员可以通过哪些方式参加学习？",
        ("网上党校", "流动党员网络支部", "事后补学并做好记录", "由他人代为学习"),
        (0, 1, 2),
        "学习必须由本人完成，代学不计学时。",
    ),
    _judge(
        "党课可以结合本地实际，请先进典型、驻村干部来讲。",
        True,
        "党课应当联系实际，讲课人可以多样。",
    ),
    _judge(
        "会议当天没有人做记录，过后可以凭印象编写一份补上。",
        False,
        "记录应当真实，不得事后编造。",
    ),
    _judge(
        "因故缺席的党员应当说明原因，并及时补学。",
        True,
        "缺席要有原因，缺课要补学。",
    ),
)
