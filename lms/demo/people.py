"""The demo school's tree and people. All names are invented; likeness to real places or persons is chance."""

from __future__ import annotations

from dataclasses import dataclass

from lms.members.rules import MemberKind, OrganizationKind, Role


@dataclass(frozen=True)
class Node:
    """One organization: `code` is its stable name, `parent` the code of the one above ('' for the root)."""

    code: str
    parent: str
    name: str
    short_name: str
    kind: OrganizationKind


@dataclass(frozen=True)
class Person:
    """One account: `organization` is a code; `role` (if any) is held on the organization with code `scope`."""

    learner_no: str
    full_name: str
    organization: str
    kind: MemberKind
    role: Role | None = None
    scope: str = ""


COMMITTEE, GENERAL, BRANCH, GROUP = (
    OrganizationKind.COMMITTEE,
    OrganizationKind.GENERAL_BRANCH,
    OrganizationKind.BRANCH,
    OrganizationKind.GROUP,
)

TREE = (
    Node("yunling", "", "中共云岭省委网上党校", "云岭省委党校", COMMITTEE),
    Node("yunling-lanjiang", "yunling", "中共澜山市委员会", "澜山市委", COMMITTEE),
    Node("wangxi", "yunling-lanjiang", "中共望溪县委员会", "望溪县委", COMMITTEE),
    Node("wangxi-hetang", "wangxi", "望溪县荷塘镇党总支", "荷塘镇党总支", GENERAL),
    Node("hetang-shiqiao", "wangxi-hetang", "荷塘镇石桥湾村党支部", "石桥湾村党支部", BRANCH),
    Node("hetang-taoyuan", "wangxi-hetang", "荷塘镇桃源坪村党支部", "桃源坪村党支部", BRANCH),
    Node("wangxi-organs", "wangxi", "望溪县直机关党总支", "县直机关党总支", GENERAL),
    Node("organs-education", "wangxi-organs", "望溪县教育局党支部", "教育局党支部", BRANCH),
    Node("linyue", "yunling-lanjiang", "中共临月县委员会", "临月县委", COMMITTEE),
    Node("linyue-songgang", "linyue", "临月县松岗乡党总支", "松岗乡党总支", GENERAL),
    Node("songgang-baihe", "linyue-songgang", "松岗乡白鹤寨村党支部", "白鹤寨村党支部", BRANCH),
    Node("songgang-away", "linyue-songgang", "松岗乡流动党员网络支部", "流动党员支部", OrganizationKind.NETWORK_BRANCH),
)

FULL, PROBATIONARY, TARGET, ACTIVIST, APPLICANT, PUBLIC = (
    MemberKind.FULL_MEMBER,
    MemberKind.PROBATIONARY_MEMBER,
    MemberKind.DEVELOPMENT_TARGET,
    MemberKind.ACTIVIST,
    MemberKind.APPLICANT,
    MemberKind.NON_MEMBER,
)

STAFF = (
    Person("demo-teacher", "周文澜", "yunling", FULL, Role.INSTRUCTOR, "yunling"),
    Person("demo-teacher-2", "沈砚秋", "wangxi", FULL, Role.INSTRUCTOR, "wangxi"),
    Person("demo-organizer", "郑启明", "wangxi", FULL, Role.ORGANIZER, "wangxi"),
    Person("demo-organizer-2", "何若兰", "linyue", FULL, Role.ORGANIZER, "linyue"),
    Person("demo-auditor", "严守正", "yunling", FULL, Role.AUDITOR, "yunling"),
    Person("demo-admin", "方知远", "yunling", FULL, Role.ADMINISTRATOR, "yunling"),
)

# The learner whose login is printed; the others' numbers follow from their place in the list.
LEARNER = Person("demo-member", "林晓桐", "hetang-shiqiao", FULL)

_BY_BRANCH: dict[str, tuple[tuple[str, MemberKind], ...]] = {
    "hetang-shiqiao": (
        ("石大山", FULL),
        ("李𬱖", FULL),
        ("谢春梅", FULL),
        ("罗长河", FULL),
        ("龚小满", PROBATIONARY),
        ("石秀英", ACTIVIST),
        ("欧阳松柏", FULL),
    ),
    "hetang-taoyuan": (
        ("陶永福", FULL),
        ("杨㛃", FULL),
        ("唐桂香", FULL),
        ("陶小军", TARGET),
        ("贺兰芝", ACTIVIST),
        ("田有根", FULL),
    ),
    "organs-education": (
        ("许知行", FULL),
        ("姜䶮", FULL),
        ("孟清和", FULL),
        ("蒋思敏", PROBATIONARY),
        ("汤一鸣", APPLICANT),
        ("苏晴", FULL),
        ("买买提·阿不都", FULL),
    ),
    "songgang-baihe": (
        ("白玉山", FULL),
        ("向晚晴", FULL),
        ("覃守田", FULL),
        ("韦彩云", ACTIVIST),
        ("石金花", FULL),
        ("龙在渊", PROBATIONARY),
        ("吴老根", FULL),
    ),
    "songgang-away": (
        ("覃远航", FULL),
        ("韦海生", FULL),
        ("黄燕归", FULL),
        ("莫思乡", PUBLIC),
        ("潘长路", FULL),
    ),
}


def _learners() -> tuple[Person, ...]:
    people = [(name, code, kind) for code, members in _BY_BRANCH.items() for name, kind in members]
    return (
        LEARNER,
        *(Person(f"demo-{number:03d}", name, code, kind) for number, (name, code, kind) in enumerate(people, start=1)),
    )


LEARNERS = _learners()
