"""One person, one card: what staff said of candidates, and what follows from it for an approval."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connection import Connection
from chassis.errors import Conflict
from services.review.model import Applicant, Case, Decision, PastDecision, Registration
from services.review.model.candidates import Found
from services.review.model.decisions import APPROVE, DIFFERENT, SAME, last_verdicts
from services.review.store import candidates, cases, decisions, registrations, turns

_SAID = "「同じ人」の登録か審査中の申請があるため、このままでは2枚目のカードになります。"


async def take_turns(conn: Connection, decision: Decision) -> None:
    """Nobody is approved while another decision says whether they are the same person as somebody else."""
    says_so = decision.same_as is not None or any(each.verdict == SAME for each in decision.verdicts)
    if says_so or decision.decision == APPROVE:
        await turns.lock_verdicts(conn, alone=says_so)


async def find_candidates(
    conn: Connection, case: Case, applicant: Applicant, card_number: str | None, past: Sequence[PastDecision]
) -> Found:
    """Who might be the same person, with everybody of whom staff said so before, on this case or on another one."""
    spoken_of = {*last_verdicts(past), *await _said_elsewhere(conn, case)}
    return await candidates.alike(conn, case.application_id, applicant.person, card_number, spoken_of)


async def refuse_second_card(
    conn: Connection, case: Case, decision: Decision, past: Sequence[PastDecision], known: Registration | None
) -> None:
    """Raises Conflict `same_person` where an approval that makes or changes `known` leaves another card, or another
    application that may lead to one, with somebody who was said to be the same person."""
    said = last_verdicts(past, decision)
    same = {candidate for candidate, verdict in said.items() if verdict == SAME}
    different = {candidate for candidate, verdict in said.items() if verdict == DIFFERENT}
    held = await registrations.of_cases(conn, same) | await _said_elsewhere(conn, case, different)
    if held - different - ({known.id} if known else set()) or await cases.any_open(conn, same):
        raise Conflict("same_person", _SAID)


async def _said_elsewhere(conn: Connection, case: Case, different: set[UUID] | None = None) -> set[UUID]:
    """The registrations of those cases whose staff said that this one is of the same person."""
    return await registrations.of_cases(conn, await decisions.said_to_be_same(conn, case.id) - (different or set()))
