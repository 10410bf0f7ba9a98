"""The list of pages is whole: an address that nobody has put into it fails here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.pages.pages import NO_PAGES, PAGES
from tests.pages.people import PEOPLE

pytestmark = pytest.mark.profile("embedded")  # the same addresses on both
NOT_OURS = {"admin"}  # Django's own pages, for operators
ONLY_WITH_A_SETTING = set() if settings.STYLEGUIDE else {"portal:styleguide"}


def names(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all patterns, 'courses:catalog'; one without a name by its path."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or str(entry.pattern)))
        elif entry.namespace not in NOT_OURS:
            yield from names(entry, (*spaces, entry.namespace) if entry.namespace else spaces)


@pytest.fixture(scope="module")
def addresses() -> set[str]:
    return set(names(get_resolver())) | ONLY_WITH_A_SETTING


def test_every_address_is_a_page_of_the_list_or_has_a_reason_not_to_be(addresses: set[str]) -> None:
    known = {page.view for page in PAGES} | NO_PAGES.keys()
    unknown = sorted(addresses - known)
    assert not unknown, f"add them to PAGES or to NO_PAGES in tests/pages/pages.py: {', '.join(unknown)}"


def test_every_name_in_the_list_exists_and_stands_on_one_side(addresses: set[str]) -> None:
    listed = {page.view for page in PAGES if page.view}
    gone = sorted((listed | NO_PAGES.keys()) - addresses)
    assert not gone, f"take them out of tests/pages/pages.py: {', '.join(gone)}"
    assert listed & NO_PAGES.keys() == set()


def test_every_page_has_a_name_of_its_own_and_a_person_who_exists() -> None:
    assert len({str(page) for page in PAGES}) == len(PAGES)
    assert {page.person for page in PAGES} <= PEOPLE.keys()


def test_a_page_without_a_way_to_it_cannot_be_listed() -> None:
    assert [str(page) for page in PAGES if not (page.view or page.path or page.reach)] == []
