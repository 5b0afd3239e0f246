from datetime import date

import pytest

from rules.identity_documents import Document, missing_proofs, missing_sides, offered_to, refusal, sides_that_help
from rules.policy import Policy

ON = date(2026, 11, 22)


def sent(type: str, *sides: str, shows: bool = True) -> Document:
    return Document(type, frozenset(sides or ("front",)), shows)


def test_a_licence_with_the_current_address_is_enough_for_a_resident(policy: Policy) -> None:
    assert missing_proofs(policy, "resident", [sent("driving_licence")], ON) == []


def test_nothing_sent_leaves_everything_to_prove(policy: Policy) -> None:
    everything = ["name", "birth_date", "current_address", "work_or_school"]
    assert missing_proofs(policy, "commuter", [], ON) == everything


@pytest.mark.parametrize(
    "more",
    [
        [sent("driving_licence", "front", "back", shows=False)],
        [sent("driving_licence", shows=False), sent("utility_bill")],
        [sent("driving_licence", shows=False), sent("addressed_mail")],
        [sent("driving_licence", shows=False), sent("resident_record", "page1")],
    ],
)
def test_an_old_address_is_made_good_by_the_back_or_by_a_supplement(policy: Policy, more: list[Document]) -> None:
    assert missing_proofs(policy, "resident", more, ON) == []


def test_an_old_address_alone_is_not_enough(policy: Policy) -> None:
    for documents in ([sent("driving_licence", shows=False)], [sent("my_number_card", "front", "back", shows=False)]):
        assert missing_proofs(policy, "resident", documents, ON) == ["current_address"]


def test_a_supplement_alone_proves_no_name_and_no_birth_date(policy: Policy) -> None:
    assert missing_proofs(policy, "resident", [sent("utility_bill")], ON) == ["name", "birth_date"]


def test_commuters_and_students_prove_where_they_work_or_study(policy: Policy) -> None:
    licence = sent("driving_licence")
    assert missing_proofs(policy, "commuter", [licence], ON) == ["work_or_school"]
    assert missing_proofs(policy, "commuter", [licence, sent("employment_certificate", "page1")], ON) == []
    assert missing_proofs(policy, "student", [licence, sent("student_id")], ON) == []


def test_refused_documents_prove_nothing(policy: Policy) -> None:
    assert len(missing_proofs(policy, "resident", [sent("health_insurance_card")], ON)) == 3
    assert missing_proofs(policy, "resident", [sent("health_insurance_card")], date(2025, 12, 1)) == []


@pytest.mark.parametrize(
    ("type", "side", "code"),
    [
        ("health_insurance_card", "front", "hokensho_ended"),
        ("my_number_card", "back", "mynumber_back"),
        ("mynumber_card_with_licence", "back", "mynumber_back"),
        ("special_residence_card_2026", "back", "check_individual_number"),
        ("special_permanent_resident_card_2026", "back", "check_individual_number"),
        ("special_permanent_resident_card_2026", "front", None),
        ("tsuchi_card", "front", "tsuchi_card"),
        ("eligibility_notice", "front", "eligibility_notice"),
        ("basic_pension_number_notice", "front", None),
        ("library_card", "front", "unknown_type"),
        ("driving_licence", "inside", "unknown_side"),
        ("driving_licence", "back", None),
    ],
)
def test_each_refusal_has_its_code(policy: Policy, type: str, side: str, code: str | None) -> None:
    assert refusal(policy, type, side, ON) == code


@pytest.mark.parametrize("code", ["special_residence_card_2026", "special_permanent_resident_card_2026"])
def test_a_card_is_not_accepted_before_it_exists(policy: Policy, code: str) -> None:
    days = (date(2026, 6, 13), date(2026, 6, 14))
    assert [refusal(policy, code, "front", day) for day in days] == ["document_not_yet_valid", None]


def test_who_brings_what_is_refused_is_told_what_to_use(policy: Policy) -> None:
    refused = [kind for kind in policy.document_types if kind.refused_as]
    assert {kind.code for kind in refused} == {"health_insurance_card", "tsuchi_card", "eligibility_notice"}
    assert [kind.code for kind in refused if not (kind.replaced_by and kind.note)] == []


def test_what_may_be_hidden_needs_no_mask_of_staff(policy: Policy) -> None:
    """A place of `mask` keeps staff from approving until it is covered; a place of `may_hide` does not."""
    may = {kind.code: [place.code for place in kind.may_hide] for kind in policy.document_types if kind.may_hide}
    assert may["disability_certificate"] == ["disability", "grade"]
    assert may["driving_licence"] == ["licence_conditions", "organ_donation"]
    assert may["eligibility_certificate"] == ["organ_donation"]
    masked = {(kind.code, place.code) for kind in policy.document_types for place in kind.mask}
    assert masked & {(code, place) for code, places in may.items() for place in places} == set()


def test_the_present_address_is_looked_for_where_the_document_has_it(policy: Policy) -> None:
    """On the front of a licence unless it changed; in a passport nowhere but in 所持人記入欄."""
    found = [
        sides_that_help(policy, Document(kind, frozenset({first}), current))
        for kind, first in (("driving_licence", "front"), ("passport", "page1"), ("disability_certificate", "page1"))
        for current in (True, False)
    ]
    assert found == [[], ["back"], ["page2"], ["page2"], [], ["page2"]]


def test_a_back_without_its_front_asks_for_the_front(policy: Policy) -> None:
    assert missing_sides(policy, [sent("driving_licence", "back")], ON) == [("driving_licence", "front")]


def test_an_unknown_category_is_a_mistake_of_the_caller(policy: Policy) -> None:
    with pytest.raises(KeyError):
        missing_proofs(policy, "tourist", [], ON)


@pytest.mark.parametrize(
    ("age", "first", "has_licence", "has_child_card"),
    [
        (0, "child_medical_certificate", False, True),
        (15, "child_medical_certificate", False, True),
        (16, "child_medical_certificate", True, True),
        (18, "child_medical_certificate", True, True),
        (19, "driving_licence", True, False),
    ],
)
def test_people_are_offered_what_those_of_their_age_can_have(
    policy: Policy, age: int, first: str, has_licence: bool, has_child_card: bool
) -> None:
    codes = [kind.code for kind in offered_to(policy.document_types, age)]
    assert codes[0] == first
    assert ("driving_licence" in codes, "child_medical_certificate" in codes) == (has_licence, has_child_card)
    assert "my_number_card" in codes
