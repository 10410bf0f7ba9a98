"""Samples of charts: every kind, and the data that is hard to draw."""

from __future__ import annotations

from django.http import HttpRequest

from lms.common.charts import Chart, Kind, Mark, Series, count_by_range, range_labels, score_edges

MONTHS = tuple(f"{month}月" for month in range(1, 13))
BRANCHES = (
    "中共云岭县委组织部机关党支部",
    "青石镇党委",
    "青石镇河湾村党总支第一网格联合党支部（流动党员）",
    "云岭镇党委",
    "白水乡党委",
    "县人民医院党总支",
    "实验小学党支部",
)
HOURS = (150, 225, 0, 400, 325, 50, 0, 600, 275, 125, 350, 75)


def context(request: HttpRequest) -> dict[str, object]:
    """Samples for the examples of this section."""
    return {f"chart_{chart.key.replace('-', '_')}": chart for chart in (*_bars(), *_columns(), *_others(), *_hard())}


def _bars() -> tuple[Chart, ...]:
    hours = (3250, 2410, 1875, 2960, 640, 2200, 0)
    parts = ((2400, 1800, 1500, 2000, 600, 1200, 0), (850, 610, 375, 960, 40, 1000, 0))
    return (
        Chart(
            key="bars",
            kind=Kind.BARS,
            title="各组织人均学时",
            category="组织",
            labels=BRANCHES,
            series=(Series("人均学时", hours),),
            unit="学时",
            places=2,
            additive=False,
            mark=Mark(3200, "年度目标"),
            note="截至 2026-11-21 10:00（北京时间）。",
        ),
        Chart(
            key="stacked-bars",
            kind=Kind.BARS,
            title="学时来自哪里",
            category="组织",
            labels=BRANCHES,
            series=(Series("课程", parts[0]), Series("考试", parts[1])),
            unit="学时",
            places=2,
            stacked=True,
        ),
        Chart(
            key="grouped-bars",
            kind=Kind.BARS,
            title="两年对比",
            category="组织",
            labels=BRANCHES[:4],
            series=(Series("2025 年", (2800, 2100, 1500, 3000)), Series("2026 年", hours[:4])),
            unit="学时",
            places=2,
        ),
    )


def _columns() -> tuple[Chart, ...]:
    other = (100, 200, 150, 100, 400, 300, 200, 150, 300, 225, 0, 125)
    kinds = ("党史", "理论", "法规", "作风", "实务", "时政")
    return (
        Chart(
            key="columns",
            kind=Kind.COLUMNS,
            title="每月学时",
            category="月份",
            labels=MONTHS,
            series=(Series("学时", HOURS),),
            unit="学时",
            places=2,
            steps=True,
        ),
        Chart(
            key="grouped-columns",
            kind=Kind.COLUMNS,
            title="每季度：课程与考试",
            category="季度",
            labels=("第一季度", "第二季度", "第三季度", "第四季度"),
            series=(Series("课程", (375, 775, 875, 550)), Series("考试", (450, 800, 650, 350))),
            unit="学时",
            places=2,
            mark=Mark(800, "季度目标"),
        ),
        Chart(
            key="stacked-columns",
            kind=Kind.COLUMNS,
            title="每季度学习的内容",
            category="季度",
            labels=("第一季度", "第二季度", "第三季度", "第四季度"),
            series=tuple(
                Series(name, tuple(other[number + part] for part in range(4))) for number, name in enumerate(kinds)
            ),
            unit="学时",
            places=2,
            stacked=True,
        ),
    )


def _others() -> tuple[Chart, ...]:
    edges = score_edges(60)
    scores = [35, 48, 55, 58, 61, 64, 66, 68, 71, 73, 73, 75, 78, 79, 82, 84, 85, 86, 86, 88, 89, 91, 94, 97, 100]
    sums = tuple(sum(HOURS[: month + 1]) for month in range(10))
    return (
        Chart(
            key="line",
            kind=Kind.LINE,
            title="累计学时与预计",
            category="月份",
            labels=MONTHS,
            series=(Series("累计学时", (*sums, 2400, 2650), forecast_from=10),),
            unit="学时",
            places=2,
            mark=Mark(3200, "年度目标"),
        ),
        Chart(
            key="lines",
            kind=Kind.LINE,
            title="各乡镇每月学习人数",
            category="月份",
            labels=MONTHS,
            series=tuple(
                Series(name, tuple((base + step * month * (1 if month < 6 else 0.4)).__int__() for month in range(12)))
                for name, base, step in (
                    ("青石镇", 40, 9.0),
                    ("云岭镇", 62, 5.0),
                    ("白水乡", 20, 8.0),
                    ("龙潭镇新时代文明实践所", 30, 3.0),
                    ("河湾乡", 75, -2.0),
                    ("松坪乡", 28, 2.5),
                )
            ),
            unit="人",
        ),
        Chart(
            key="distribution",
            kind=Kind.DISTRIBUTION,
            title="成绩分布",
            category="分数（百分制）",
            labels=range_labels(edges),
            series=(Series("人数", count_by_range(scores, edges)),),
            unit="人",
            edges=edges,
            mark=Mark(60, "及格线"),
        ),
        Chart(
            key="progress",
            kind=Kind.PROGRESS,
            title="本年学时",
            category="学员",
            labels=("林晓桐",),
            series=(Series("课程", (1850,)), Series("考试", (400,))),
            unit="学时",
            places=2,
            stacked=True,
            mark=Mark(3200, "年度目标"),
        ),
    )


def _hard() -> tuple[Chart, ...]:
    many = tuple(f"第{number}党支部" for number in range(1, 101))
    sizes = tuple((number * 37) % 101 for number in range(100))
    months = tuple(f"{year}年{month}月" for year in (2024, 2025, 2026) for month in range(1, 13))
    return (
        Chart("many", Kind.BARS, "一百个党支部", "组织", many, (Series("人数", sizes),), unit="人"),
        Chart(
            "huge",
            Kind.BARS,
            "播放次数",
            "年份",
            ("2024 年", "2025 年", "2026 年"),
            (Series("次", (130_000_000, 98_765, 1_234_567_890_123)),),
            unit="次",
        ),
        Chart(
            "long",
            Kind.COLUMNS,
            "三年的学习人数",
            "月份",
            months,
            (Series("人数", tuple((index * 53) % 97 + 3 for index in range(36))),),
            unit="人",
            steps=True,
        ),
        Chart("zeros", Kind.COLUMNS, "全部为零", "月份", MONTHS[:4], (Series("学时", (0, 0, 0, 0)),), unit="学时"),
        Chart("single", Kind.LINE, "只有一个数", "月份", ("11月",), (Series("人数", (12,)),), unit="人"),
        Chart("empty", Kind.BARS, "还没有数据", "组织", (), (Series("人数", ()),), unit="人"),
    )
