"""Who may have a card, asked first: where one lives, and for those from elsewhere where they work or study."""

from dataclasses import dataclass
from datetime import date

from rules.eligibility import category_at, names_municipality
from rules.policy import Policy, current

RESIDENCE, WORK, SCHOOL, NEITHER = "residence", "work", "school", "none"

#: How the question stands. UNSURE: the address does not say enough; the applicant chooses, and staff look at it.
ELIGIBLE, ASK_AFFILIATION, ASK_ORGANISATION, NOT_ELIGIBLE, UNSURE = (
    "eligible",
    "ask_affiliation",
    "ask_organisation",
    "not_eligible",
    "unsure",
)


@dataclass(frozen=True)
class Standing:
    """`category` is the code that follows, where one does."""

    state: str
    category: str | None = None


def affiliations(policy: Policy) -> tuple[str, ...]:
    """By what else than living here one may have a card: work, school."""
    return tuple(dict.fromkeys(each.basis for each in current(policy.categories) if each.basis != RESIDENCE))


def standing(policy: Policy, on: date, address: str, affiliation: str, organisations: tuple[str, ...]) -> Standing:
    """How it stands on this day. `organisations`: the places that what was typed of work or school may mean."""
    if here := category_at(policy, RESIDENCE, address, on):
        return Standing(ELIGIBLE, here)
    if not names_municipality(address):
        return Standing(UNSURE)
    if affiliation == NEITHER or not affiliations(policy):
        return Standing(NOT_ELIGIBLE)
    if affiliation not in affiliations(policy):
        return Standing(ASK_AFFILIATION)
    if not organisations:
        return Standing(ASK_ORGANISATION)
    for place in organisations:
        if there := category_at(policy, affiliation, place, on):
            return Standing(ELIGIBLE, there)
    if all(names_municipality(place) for place in organisations):
        return Standing(NOT_ELIGIBLE)
    chosen = next(each.code for each in current(policy.categories) if each.basis == affiliation)
    return Standing(UNSURE, chosen)
