from dataclasses import replace
from datetime import date

import pytest

from rules.eligibility import category_allowed, category_at, in_force, lists_naming, names_municipality
from rules.policy import Policy
from rules.reasons import reason_problem

ON = date(2026, 11, 22)
CITY = "熊本市中央区手取本町1-1"


@pytest.mark.parametrize(
    ("category", "address", "organisation", "outcomes"),
    [
        ("resident", "熊本県熊本市東区健軍1-1", "", ("category_confirmed",)),
        ("partner", "上益城郡嘉島町上島1", "", ("category_confirmed",)),
        ("commuter", "八代市松江城町1-25", CITY, ("category_confirmed",)),
        ("resident", "合志市竹迫1", "", ("check_by_staff", "perhaps_category:partner")),
        ("resident", "福岡県福岡市博多区1-1", "", ("check_by_staff",)),
        ("resident", "大江6-1-74", "", ("check_by_staff",)),
        ("tourist", "熊本市", "", ("category_unknown",)),
    ],
)
def test_the_outcome_says_what_the_lists_say(
    policy: Policy, category: str, address: str, organisation: str, outcomes: tuple[str, ...]
) -> None:
    assert category_allowed(policy, category, address, organisation, ON) == outcomes


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("福岡県福岡市博多区1", True),
        ("八代市本町1", True),
        ("上益城郡嘉島町", True),
        ("東京都千代田区丸の内", True),
        ("熊本県大江6-1-74", False),
        ("手取本町1-1", False),
        ("九品寺2-3-4", False),
        ("", False),
    ],
)
def test_an_address_says_for_sure_where_it_lies_or_it_does_not(address: str, said: bool) -> None:
    assert names_municipality(address) is said


def test_a_place_leads_to_the_category_on_its_basis(policy: Policy) -> None:
    found = [category_at(policy, basis, CITY, ON) for basis in ("residence", "work", "school", "birth")]
    assert found == ["resident", "commuter", "student", None]
    assert category_at(policy, "work", "宇土市新小路町", ON) is None


#: The library's own page of the mutual use, and those around that are not on it.
PARTNERS = [
    "荒尾市",
    "宇城市",
    "宇土市",
    "大津町",
    "菊池市",
    "玉名市",
    "長洲町",
    "西原村",
    "南阿蘇村",
    "御船町",
    "山鹿市",
]
COMMUTER_TOWNS = [
    "阿蘇市",
    "嘉島町",
    "菊陽町",
    "玉東町",
    "甲佐町",
    "合志市",
    "高森町",
    "南関町",
    "和水町",
    "益城町",
    "美里町",
]
SINCE = date(2026, 12, 1)


@pytest.mark.parametrize("town", PARTNERS)
def test_who_lives_in_a_town_of_the_mutual_use_needs_no_proof_of_work_or_school(policy: Policy, town: str) -> None:
    assert category_at(policy, "residence", f"熊本県{town}1-1", SINCE) == "partner"


@pytest.mark.parametrize("town", COMMUTER_TOWNS)
def test_who_lives_in_any_other_town_around_is_looked_at_as_somebody_who_works_or_studies_here(
    policy: Policy, town: str
) -> None:
    assert category_at(policy, "residence", f"熊本県{town}1-1", SINCE) is None
    assert category_allowed(policy, "partner", f"熊本県{town}1-1", "", SINCE) == ("check_by_staff",)
    assert category_allowed(policy, "commuter", f"熊本県{town}1-1", CITY, SINCE) == ("category_confirmed",)


@pytest.mark.parametrize("town", [*PARTNERS, *COMMUTER_TOWNS])
def test_what_was_submitted_under_the_former_list_stands(policy: Policy, town: str) -> None:
    assert category_allowed(policy, "partner", f"熊本県{town}1-1", "", date(2026, 11, 30)) == ("category_confirmed",)


def test_the_list_in_force_leads_to_the_page_of_the_library(policy: Policy) -> None:
    shown = [each for each in policy.municipality_lists if in_force(each, SINCE) and each.code != "kumamoto_city"]
    assert [each.url for each in shown] == ["https://www.library.city.kumamoto.jp/guide/160/index.html"]


def test_a_town_of_the_same_name_in_another_prefecture_is_another_town(policy: Policy) -> None:
    assert lists_naming(policy, "長野県下伊那郡高森町下市田1", ON) == ()
    assert lists_naming(policy, "熊本県阿蘇郡高森町高森1", ON) == ("partners_2025",)


def test_lists_hold_on_their_dates_only(policy: Policy) -> None:
    dated = tuple(replace(each, valid_from=date(2026, 4, 1)) for each in policy.municipality_lists)
    later = replace(policy, municipality_lists=dated)
    assert lists_naming(later, CITY, date(2026, 3, 31)) == ()
    assert lists_naming(later, CITY, date(2026, 4, 1)) == ("kumamoto_city",)


def test_a_retired_category_is_refused(policy: Policy) -> None:
    gone = replace(policy, categories=tuple(replace(each, retired=True) for each in policy.categories))
    assert category_allowed(gone, "resident", CITY, "", ON) == ("category_retired",)


@pytest.mark.parametrize(
    ("code", "item", "decision", "problem"),
    [
        ("blurred", "document:018f", "correct", None),
        ("address_differs", "field:address", "correct", None),
        ("other", "field:phone", "correct", None),
        ("blurred", "application", "correct", "reason_not_for_item"),
        ("name_differs", "field:phone", "correct", "reason_not_for_item"),
        ("blurred", "document:018f", "reject", "reason_not_for_decision"),
        ("ugly", "application", "reject", "reason_unknown"),
    ],
)
def test_a_reason_is_given_only_for_what_it_fits(
    policy: Policy, code: str, item: str, decision: str, problem: str | None
) -> None:
    assert reason_problem(policy, code, item, decision) == problem
