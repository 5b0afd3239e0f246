"""Who may have a card: read from the municipality an address names, by the policy's dated lists.

A typed address outside the lists never blocks an application. The outcome `check_by_staff` is stored with it, and
stored outcomes are not computed again.
"""

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from rules import text
from rules.policy_choices import Category, MunicipalityList

if TYPE_CHECKING:
    from rules.policy import Policy

_PREFECTURE = re.compile("^(東京都|北海道|京都府|大阪府|[^ 0-9市郡区町村]{2,3}県)")
_COUNTY = re.compile("^[^ 0-9市区町村郡]{1,5}郡")
_CITY = re.compile("[^ 0-9]{1,7}?市")
_MUNICIPALITY = re.compile("[^ 0-9]{1,7}?[市区町村]")


def lists_naming(policy: "Policy", address: str, on: date) -> tuple[str, ...]:
    """Codes of the municipality lists in force on this day that name the municipality of this address."""
    prefecture, _, rest = _parts(address)
    return tuple(
        each.code
        for each in policy.municipality_lists
        if in_force(each, on) and prefecture in ("", each.prefecture) and rest.startswith(each.municipalities)
    )


def names_municipality(address: str) -> bool:
    """Whether the address says for sure in which municipality it lies: 手取本町1-1 may be anywhere."""
    prefecture, county, rest = _parts(address)
    return (_MUNICIPALITY if prefecture or county else _CITY).match(rest) is not None


def category_at(policy: "Policy", basis: str, place: str, on: date) -> str | None:
    """The first category on this basis (residence, work, school) whose lists name this place."""
    for category in policy.categories:
        if category.basis == basis and not category.retired and _fits(policy, category, place, place, on):
            return category.code
    return None


def suggest_category(policy: "Policy", address: str, organisation_address: str, on: date) -> str | None:
    """The first category of the policy that these addresses fit, or None: nobody is turned away by it."""
    for category in policy.categories:
        if not category.retired and _fits(policy, category, address, organisation_address, on):
            return category.code
    return None


def category_allowed(
    policy: "Policy", category: str, address: str, organisation_address: str, on: date
) -> tuple[str, ...]:
    """Outcomes to store with the application, beginning with one of:

    `category_confirmed` (the lists name the place), `check_by_staff` (they do not, or the address names no
    municipality), `category_unknown`, `category_retired` (the last two refuse). With `check_by_staff`,
    `perhaps_category:<code>` follows when the addresses fit another category. `on` is the day of submission.
    """
    chosen = policy.category(category)
    if chosen is None:
        return ("category_unknown",)
    if chosen.retired:
        return ("category_retired",)
    if _fits(policy, chosen, address, organisation_address, on):
        return ("category_confirmed",)
    better = suggest_category(policy, address, organisation_address, on)
    return ("check_by_staff", f"perhaps_category:{better}") if better else ("check_by_staff",)


def _fits(policy: "Policy", category: Category, address: str, organisation_address: str, on: date) -> bool:
    place = address if category.basis == "residence" else organisation_address
    return not set(category.lists).isdisjoint(lists_naming(policy, place, on))


def _parts(address: str) -> tuple[str, str, str]:
    """Prefecture, county (both "" where they are not said) and what follows."""
    place = re.sub(r"\s", "", unicodedata.normalize("NFKC", address[: text.MAX_RAW]))
    prefecture = _PREFECTURE.match(place)
    place = place[prefecture.end() :] if prefecture else place
    county = _COUNTY.match(place)
    return prefecture[1] if prefecture else "", county[0] if county else "", place[county.end() :] if county else place


def in_force(each: MunicipalityList, on: date) -> bool:
    """Whether the list holds on this day."""
    return (each.valid_from is None or each.valid_from <= on) and (each.valid_until is None or on <= each.valid_until)
