"""Who the pages are shown to: one person, or one case, in each state that an application can be in."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import asyncpg
from playwright.async_api import Browser

from chassis.tokens import token_hash
from tests.browser.bad_days import Addresses
from tests.browser.walk import GROWN_UP, fill, send
from tests.end_to_end.browser import opened
from tests.end_to_end.people import Mailbox, Office, Person, eventually, photo
from tools.system import System

Cookies = Mapping[str, str]
EXPIRE = "UPDATE applications SET status = 'expired', ended_at = now() WHERE id = $1"

HAND_OVER = "INSERT INTO handovers (application_id, token_hash, created_at) VALUES ($1, $2, now())"
UNPROVE = "UPDATE applications SET email_proven_at = NULL WHERE id = $1"
#: A minute and a half before the page would be signed out: for having done nothing, or after half a day.
IDLE = "UPDATE sessions SET used_at = now() - interval '28 minutes 30 seconds' WHERE application_id = $1"
OLD = "UPDATE sessions SET created_at = now() - interval '11 hours 58 minutes 30 seconds' WHERE application_id = $1"
#: Whose password was typed wrong too often.
LOCKED_OUT = "suzuki"
#: Cards from before this service, whose holders want to be told before they expire; one of them until staff stop it.
REMINDED, REMINDED_NO_MORE = "9100000000001", "9100000000002"


@dataclass
class Role:
    """Whose cookies a page gets, and what stands in its address: id, number, proof, token, case, document."""

    cookies: Cookies = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Stage:
    """Where people and cases are made."""

    system: System
    mailbox: Mailbox
    office: Office
    browser: Browser

    async def person(self) -> Person:
        """Somebody with a fresh application, signed in."""
        made = Person(self.mailbox.http, self.system.url("intake"), self.mailbox)
        await made.apply()
        await made.follow_link()
        return made

    async def submitted(self) -> Person:
        made = await self.person()
        await made.upload()
        await made.submit()
        return made


async def nobody(_stage: Stage) -> Role:
    return Role()


async def provisional(stage: Stage) -> Role:
    return _of(await stage.person())


async def linked(stage: Stage) -> Role:
    """Somebody who has just opened the mailed link, and somebody who has forgotten the password."""
    person = Person(stage.mailbox.http, stage.system.url("intake"), stage.mailbox)
    await person.apply()
    proof = await _part_of_link(person, "continue")
    await person.expect(202, "POST", "/api/v1/password-resets", json={"email": person.email})
    token = await _part_of_link(person, "password")
    return Role(words={"id": person.id, "number": person.receipt_number, "proof": proof, "token": token})


async def ready(stage: Stage) -> Role:
    """Everything is there and can be submitted; the photograph is one that something is to be said about."""
    person = await stage.person()
    document = await person.upload(data=photo(size=(400, 250)))
    return _of(person, document=document["id"])


async def submitted(stage: Stage) -> Role:
    return _of(await stage.submitted())


async def amended(stage: Stage) -> Role:
    person = await stage.submitted()
    version = (await person.look())["version"]
    changes = {"version": version, "phone": "096-328-6842"}
    await person.expect(200, "PATCH", f"/api/v1/applications/{person.id}", json=changes)
    return _of(person)


async def correcting(stage: Stage) -> Role:
    """Staff asked for a better photograph, for a field, and for a look at the whole."""
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    asked = [(f"document:{case['documents'][0]['id']}", "blurred"), ("field:address", "address_differs")]
    asked.append(("application", "other"))
    reasons = [{"item": item, "code": code, "note": "番地のところが読めません。"} for item, code in asked]
    await stage.office.decide(case, "correct", reasons=reasons)
    await person.wait_status("correction_requested")
    return _of(person)


async def mended(stage: Stage) -> Role:
    """The photograph that was asked for is there; it only has to be sent."""
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    item = f"document:{case['documents'][0]['id']}"
    await stage.office.decide(case, "correct", reasons=[{"item": item, "code": "glare", "note": None}])
    await person.wait_status("correction_requested")
    await person.upload(data=photo("second"))
    return _of(person)


async def approved(stage: Stage) -> Role:
    person = await stage.submitted()
    await stage.office.decide(await stage.office.find_case(person.id), "approve")

    async def registered() -> bool:
        return bool((await person.look()).get("registration"))

    await eventually(registered)
    return _of(person)


async def rejected(stage: Stage) -> Role:
    person = await stage.submitted()
    reasons = [{"item": "application", "code": "not_eligible", "note": "お住まいの図書館をご利用ください。"}]
    await stage.office.decide(await stage.office.find_case(person.id), "reject", reasons=reasons)
    await person.wait_status("rejected")
    return _of(person)


async def withdrawn(stage: Stage) -> Role:
    person = await stage.person()
    await person.expect(200, "POST", f"/api/v1/applications/{person.id}/withdrawal")
    return _of(person)


async def expired(stage: Stage) -> Role:
    role = _of(await stage.person())
    await expire(stage, role)
    return role


async def leaving(stage: Stage) -> Role:
    """Somebody else each time: the application or the session ends."""
    return _of(await stage.person())


async def parting(stage: Stage) -> Role:
    """The same, with a photograph."""
    person = await stage.person()
    await person.upload()
    return _of(person)


async def handed(stage: Stage) -> Role:
    """Somebody on whose telephone a link opens, as the picture on the computer says it. Each link opens once."""
    person, token = await stage.person(), secrets.token_urlsafe(32)
    await _write(stage, HAND_OVER, person.id, token_hash(token))
    return Role(words={"token": token})


async def drafted(stage: Stage) -> Role:
    """Somebody whose form is filled in, in such a way that there are questions to it."""
    return await _form(stage, register=False)


async def registered(stage: Stage) -> Role:
    """Somebody who has just registered provisionally."""
    return await _form(stage, register=True)


async def expire(stage: Stage, role: Role) -> None:
    """Days pass here by a stroke of the pen."""
    await _write(stage, EXPIRE, role.words["id"])


async def unprove(stage: Stage, role: Role) -> None:
    """The address was changed elsewhere, and nobody has opened the link that was sent there."""
    await _write(stage, UNPROVE, role.words["id"])


async def idle(stage: Stage, role: Role) -> None:
    """Half an hour passes, nearly."""
    await _write(stage, IDLE, role.words["id"])


async def old(stage: Stage, role: Role) -> None:
    """Half a day passes, nearly."""
    await _write(stage, OLD, role.words["id"])


async def staff(stage: Stage) -> Role:
    return _staff(stage)


async def locked_out(stage: Stage) -> Role:
    """Somebody who may not even try again."""
    wrong = {"username": LOCKED_OUT, "password": "wrong password"}
    for _ in range(10):
        await stage.office.expect(401, "POST", "/api/v1/sessions", json=wrong)
    return Role()


async def waiting_case(stage: Stage) -> Role:
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    return _staff(stage, case=case["id"], document=case["documents"][0]["id"])


async def claimed_case(stage: Stage) -> Role:
    """A case of somebody who may be registered already, and who has been asked to mend something before."""
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    reasons = [{"item": f"document:{case['documents'][0]['id']}", "code": "blurred", "note": None}]
    await stage.office.decide(case, "correct", reasons=reasons)
    await person.wait_status("correction_requested")
    await person.upload(data=photo("second"))
    await person.submit()
    case = await stage.office.find_case(person.id, round_=2)
    await stage.office.expect(200, "POST", f"/api/v1/cases/{case['id']}/claim")
    return _staff(stage, case=case["id"], document=case["documents"][-1]["id"])


async def correcting_case(stage: Stage) -> Role:
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    reasons = [{"item": f"document:{case['documents'][0]['id']}", "code": "blurred", "note": None}]
    await stage.office.decide(case, "correct", reasons=reasons)
    return _staff(stage, case=case["id"])


async def approved_case(stage: Stage) -> Role:
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    await stage.office.decide(case, "approve")
    return _staff(stage, case=case["id"])


async def unmasked_case(stage: Stage) -> Role:
    """A case with a number that is still to be covered, of somebody whose family has cards."""
    sibling, person = _stranger(stage), _stranger(stage)
    await sibling.apply_and_submit(
        name="島崎　空", kana="しまざき　そら", birth_date="昭和40年1月2日", phone="096-328-0001"
    )
    await stage.office.find_case(sibling.id)
    await person.apply(name="島崎　海", kana="しまざき　うみ", birth_date="昭和42年3月4日", phone="096-328-0001")
    await person.follow_link()
    await person.upload()
    document = await person.upload("eligibility_certificate", data=photo("second"))
    await person.submit()
    return await _claimed(stage, person, document["id"])


async def lost_card_case(stage: Stage) -> Role:
    """A lost card whose number is not known, of somebody who may be registered."""
    registered, person = _stranger(stage), _stranger(stage)
    who = {"name": "城山　波", "kana": "しろやま　なみ", "birth_date": "平成元年3月3日", "phone": "096-328-0002"}
    await registered.apply_and_submit(**who)
    await stage.office.decide(await stage.office.find_case(registered.id), "approve")
    await person.apply_and_submit(**who, kind="replacement")
    return await _claimed(stage, person)


async def reminded(stage: Stage) -> Role:
    return await _reminded(stage, REMINDED)


async def reminded_no_more(stage: Stage) -> Role:
    return await _reminded(stage, REMINDED_NO_MORE)


#: Made anew for each page, which leaves nothing of them.
USED_UP = (leaving, parting, handed)


class Cast:
    """Each role, made when it is first wanted."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.addresses = Addresses(stage.system)
        self._made: dict[Callable[[Stage], Awaitable[Role]], Role] = {}

    async def of(self, make: Callable[[Stage], Awaitable[Role]]) -> Role:
        if make in USED_UP:
            return await make(self.stage)
        if make not in self._made:
            self._made[make] = await make(self.stage)
        return self._made[make]


def _of(person: Person, **words: str) -> Role:
    assert person.token
    return Role({"intake_session": person.token}, {"id": person.id, "number": person.receipt_number, **words})


def _staff(stage: Stage, **words: str) -> Role:
    assert stage.office.token
    return Role({"review_session": stage.office.token}, words)


def _stranger(stage: Stage) -> Person:
    return Person(stage.mailbox.http, stage.system.url("intake"), stage.mailbox)


async def _claimed(stage: Stage, person: Person, document: str = "") -> Role:
    case = await stage.office.find_case(person.id)
    await stage.office.expect(200, "POST", f"/api/v1/cases/{case['id']}/claim")
    return _staff(stage, case=case["id"], document=document)


async def _reminded(stage: Stage, card_number: str) -> Role:
    """Somebody with this card, who wants to be told before it expires."""
    person = _stranger(stage)
    await person.apply_and_submit(kind="renewal", card_number=card_number, expiry_notice=True)
    await stage.office.decide(await stage.office.find_case(person.id), "approve")
    return _staff(stage)


async def _write(stage: Stage, statement: str, *values: object) -> None:
    conn = await asyncpg.connect(stage.system.house.database_url("intake"))
    try:
        await conn.execute(statement, *values)
    finally:
        await conn.close()


async def _part_of_link(person: Person, page: str) -> str:
    async def mailed() -> str | None:
        for mail in await person.mailbox.to(person.email):
            whole = await person.mailbox.wait(person.email, mail["Subject"])
            if found := re.search(rf"/{page}/{person.id}/([\w-]+)", whole["Text"]):
                return found[1]
        return None

    part = await eventually(mailed)
    assert part
    return part


async def _form(stage: Stage, *, register: bool) -> Role:
    async with opened(stage.browser, 1280, scripts=False) as page:
        await page.goto(f"{stage.system.url('intake')}/apply?kind=new")
        typed = {**GROWN_UP, "birth_era": "昭和", "birth_year": "64", "birth_month": "2"}
        await fill(page, **typed, email=f"saki.{secrets.token_hex(6)}@gmial.com")
        await send(page, "/apply?")
        if register:
            await send(page, "/apply/register")
        cookies = {each["name"]: each["value"] for each in await page.context.cookies()}
    return Role({name: value for name, value in cookies.items() if name == "intake_draft"})
