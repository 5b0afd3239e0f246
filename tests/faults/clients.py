"""People who do not give up: what was not acknowledged is sent again, as it was, until it is."""

import asyncio
import os
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp

from tests.end_to_end.people import Answer, Api, Office, Person

#: Longer than any server needs to come back, and than a crashed run holds an idempotency key (60 s).
PATIENCE = 90.0
#: A killed sender's mail goes to another after half a minute; one that a killed mail server left open waits a minute,
#: and two the next time.
PATIENCE_FOR_MAIL = 300.0
PAUSE = 0.25


@dataclass
class Counts:
    """How often an answer did not come, or was "later"."""

    lost: int = 0
    later: int = 0


@dataclass
class Patient(Api):
    """A caller that repeats a request until it is answered."""

    async def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Answer:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            last: object
            try:
                last = answer = await super().call(method, path, key=key, **options)
            except (aiohttp.ClientError, TimeoutError) as error:
                last = error
                self.counts.lost += 1
            else:
                if not _later(answer):
                    return answer
                self.counts.later += 1
            assert asyncio.get_running_loop().time() < deadline, f"{method} {path}: at last {last!r}"
            await asyncio.sleep(PAUSE)

    counts: Counts = field(default_factory=Counts)


def _later(answer: Answer) -> bool:
    code = answer.body.get("code") if isinstance(answer.body, dict) else None
    return answer.status == 503 or (answer.status == 409 and code == "idempotency_key_running")


@dataclass(frozen=True)
class Letter:
    """A mail, and when the server took it (seconds since 1970)."""

    at: float
    message: EmailMessage


class Letters:
    """The mailbox as its files: readable while the mail server is killed. Each file is read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: set[str] = set()
        self._by_recipient: dict[str, list[Letter]] = {}

    def of(self, address: str) -> list[Letter]:
        """The mails to this address, oldest first."""
        with os.scandir(self.folder) as entries:
            found = {entry.name for entry in entries if entry.name.endswith(".eml")}
        for name in sorted(found - self._read):
            self._read.add(name)
            message = message_from_bytes((self.folder / name).read_bytes(), policy=policy.default)
            # The mailbox names its files by the time in nanoseconds.
            letter = Letter(int(name[:20]) / 1e9, message)
            self._by_recipient.setdefault(str(message["To"]), []).append(letter)
        return self._by_recipient.get(address, [])

    async def wait(self, address: str, subject: str) -> dict[str, Any]:
        """The first mail whose subject holds `subject`, as `Mailbox.wait` gives it."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_FOR_MAIL
        while True:
            for mail in (letter.message for letter in self.of(address)):
                if subject in str(mail["Subject"]):
                    text = mail.get_body(("plain",))
                    assert text is not None
                    return {"Subject": str(mail["Subject"]), "Text": text.get_content()}
            assert asyncio.get_running_loop().time() < deadline, f"no mail {subject!r}"
            await asyncio.sleep(PAUSE)


class Applicant(Patient, Person):
    """An applicant who repeats what was not acknowledged."""

    def __init__(self, http: aiohttp.ClientSession, url: str, letters: Letters, counts: Counts) -> None:
        Person.__init__(self, http, url, letters)  # type: ignore[arg-type]
        self.counts = counts

    async def wait_status(self, *statuses: str) -> dict[str, Any]:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while (seen := await self.look())["status"] not in statuses:
            assert asyncio.get_running_loop().time() < deadline, f"{seen['status']}, not {statuses}"
            await asyncio.sleep(PAUSE)
        return seen


class Clerk(Patient, Office):
    """One of the staff. Where an answer was lost the case itself says whether the decision was taken."""

    def __init__(self, http: aiohttp.ClientSession, url: str, counts: Counts) -> None:
        Office.__init__(self, http, url)
        self.counts = counts

    async def waiting(self) -> list[dict[str, Any]]:
        """The head of the queue."""
        return list((await self.expect(200, "GET", "/api/v1/cases?status=waiting&after="))["cases"])

    async def settle(self, case_id: str, decision: str) -> bool:
        """Claim and decide; False where it is not ours to decide (any more)."""
        while True:
            claim = await self.call("POST", f"/api/v1/cases/{case_id}/claim")
            if claim.status == 409:
                return False
            assert claim.status == 200, claim
            case = await self.expect(200, "GET", f"/api/v1/cases/{case_id}")
            body = {"version": case["version"], "decision": decision, "reasons": _reasons(case, decision)}
            answer = await self.call("POST", f"/api/v1/cases/{case_id}/decision", json=body)
            if answer.status == 200:
                return True
            # Repeated after a lost answer, or overtaken by the applicant: look again.
            assert answer.status == 409, answer


def _reasons(case: dict[str, Any], decision: str) -> list[dict[str, str]]:
    if decision == "correct":
        return [{"item": f"document:{case['documents'][0]['id']}", "code": "blurred", "note": ""}]
    if decision == "reject":
        return [{"item": "application", "code": "not_eligible", "note": ""}]
    return []
