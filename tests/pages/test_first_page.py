"""What the first page costs somebody on a slow line: everything a browser with nothing in its cache is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.pages.driver import Driver
from tests.pages.people import VISITOR

pytestmark = pytest.mark.profile("embedded")  # the same files on both
LIMIT_BYTES = 200_000


@dataclass
class Traffic:
    """What came over the line: bytes with their headers, by address, and each address's kind."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def __str__(self) -> str:
        by_kind: Counter[str] = Counter()
        for request, size in self.sizes.items():
            by_kind[self.kinds.get(request, "Other")] += size
        lines = [f"{self.total:,} bytes in {len(self.sizes)} requests"]
        lines += [f"  {kind}: {size:,}" for kind, size in by_kind.most_common()]
        heaviest = sorted(self.sizes.items(), key=lambda one: -one[1])
        return "\n".join([*lines, *(f"  {size:>8,}  {self.addresses.get(request, '')}" for request, size in heaviest)])


@pytest.mark.parametrize(("person", "path"), [(VISITOR, "/account/login/"), ("learner", "/")])
def test_the_first_page_is_light(driver: Driver, person: str, path: str) -> None:
    traffic = measured(driver, person, path)
    print(f"{path}: {traffic}")  # shown with a failure, and by pytest -s
    assert traffic.sizes
    assert traffic.total < LIMIT_BYTES, f"{path}: {traffic}"


def measured(driver: Driver, person: str, path: str) -> Traffic:
    """Open the page with nothing in the cache, and let its script-made requests come in."""
    traffic = Traffic()
    context = driver.context(person, service_workers="allow", viewport={"width": 390, "height": 844})
    try:
        tab = context.new_page()
        line = context.new_cdp_session(tab)
        line.send("Network.enable")
        line.on(
            "Network.requestWillBeSent",
            lambda event: traffic.addresses.update({event["requestId"]: event["request"]["url"]}),
        )
        line.on("Network.responseReceived", lambda event: traffic.kinds.update({event["requestId"]: event["type"]}))
        line.on(
            "Network.loadingFinished",
            lambda event: traffic.sizes.update({event["requestId"]: event["encodedDataLength"]}),
        )
        tab.goto(driver.site.url + path, wait_until="networkidle")
    finally:
        context.close()
    return traffic
