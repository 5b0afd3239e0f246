"""The ways through the system that an application can take, and what each must have led to."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.end_to_end.people import photo
from tests.faults.clients import PAUSE, Applicant, Clerk

APPROVE, CORRECT, REJECT, WITHDRAW_EARLY, WITHDRAW_LATE, RACE = KINDS = (
    "approve",
    "correct",
    "reject",
    "withdraw early",
    "withdraw late",
    "race",
)
ENDS: Mapping[str, tuple[str, ...]] = {
    APPROVE: ("approved",),
    CORRECT: ("approved",),
    REJECT: ("rejected",),
    WITHDRAW_EARLY: ("withdrawn",),
    WITHDRAW_LATE: ("withdrawn",),
    RACE: ("approved", "withdrawn"),
}


@dataclass
class Journey:
    """One application: where it should go, and what was acknowledged to the people on its way."""

    kind: str
    email: str = ""
    id: str = ""
    receipt_number: str = ""
    status: str = ""

    @property
    def letters(self) -> list[str]:
        """The templates of the mails that it leads to, sorted."""
        submitted = self.kind != WITHDRAW_EARLY
        last = {
            "approved": "registration_completed",
            "rejected": "application_rejected",
            "withdrawn": "application_withdrawn",
        }
        found = ["application_received", "application_submitted"] if submitted else ["application_received"]
        if self.kind == CORRECT:
            found += ["correction_requested", "application_submitted"]
        return sorted([*found, last[self.status]])


@cache
def picture(text: str) -> bytes:
    """Small, and made once: what is tried here is not the reading of images."""
    return photo(text, (480, 300))


async def travel(person: Applicant, journey: Journey) -> None:
    """The applicant's side, to the end."""
    journey.email = person.email
    await person.apply()
    journey.id, journey.receipt_number = person.id, person.receipt_number
    await person.follow_link()
    if journey.kind == WITHDRAW_EARLY:
        await person.expect(200, "POST", f"/api/v1/applications/{person.id}/withdrawal")
    else:
        await person.upload(data=picture("first"))
        await person.submit()
    if journey.kind == CORRECT:
        await person.wait_status("correction_requested")
        await person.upload(data=picture("second"))
        await person.submit()
    if journey.kind in (WITHDRAW_LATE, RACE):
        answer = await person.call("POST", f"/api/v1/applications/{person.id}/withdrawal")
        # 409 where the decision came first.
        assert answer.status in ((200, 202) if journey.kind == WITHDRAW_LATE else (200, 202, 409)), answer
    journey.status = (await person.wait_status(*ENDS[journey.kind]))["status"]


@dataclass
class Desk:
    """The staff's side: each case is decided as its journey says."""

    journeys: list[Journey] = field(default_factory=list)

    async def work(self, clerk: Clerk) -> None:
        """Take what waits, for ever."""
        while True:
            known = {journey.id: journey for journey in self.journeys}
            for case in await clerk.waiting():
                if journey := known.get(case["application_id"]):
                    await self._decide(clerk, case["id"], journey, case["round"])
            await asyncio.sleep(PAUSE)

    async def _decide(self, clerk: Clerk, case_id: str, journey: Journey, round_: int) -> None:
        if journey.kind == REJECT:
            await clerk.settle(case_id, "reject")
        elif journey.kind == CORRECT and round_ == 1:
            await clerk.settle(case_id, "correct")
        elif journey.kind in (APPROVE, CORRECT, RACE):
            await clerk.settle(case_id, "approve")
