"""What staff are mailed: counts, to the addresses of the policy, and nothing that concerns an applicant."""

import dataclasses

import asyncpg
import pytest

from rules.policy_days import StaffDigest
from tests.notifier.conftest import House
from tests.notifier.samples import heard

ADDRESSES = ("office@library.example.jp", "head@library.example.jp")


def _mailed_to(house: House, *addresses: str) -> None:
    policy = dataclasses.replace(house.notifier.policy, staff_digest=StaffDigest(9, addresses))
    house.notifier = dataclasses.replace(house.notifier, policy=policy)


async def test_each_address_gets_one_mail_however_often_the_event_comes(house: House) -> None:
    _mailed_to(house, *ADDRESSES)
    await house.hear(heard("review.digest_due.v1"), times=3)
    assert await house.send_all() == 2
    assert sorted(house.office.recipients) == sorted(ADDRESSES)
    assert {mail["Subject"] for mail in house.office.messages} == {"【熊本市立図書館】審査待ち 37件（目安超過 2件）"}
    assert [(row["application_id"], row["status"], row["content"]) for row in await house.deliveries()] == [
        (None, "sent", None),
        (None, "sent", None),
    ]


async def test_nobody_hears_of_mails_to_staff_sent_or_not(house: House) -> None:
    _mailed_to(house, *ADDRESSES)
    house.office.answer_rcpt = lambda address: "550 gone" if address.startswith("head") else "250 OK"
    await house.hear(heard("review.digest_due.v1"))
    assert await house.send_all() == 2
    assert sorted(row["status"] for row in await house.deliveries()) == ["failed", "sent"]
    assert await house.said() == []


async def test_without_addresses_nobody_is_mailed(house: House) -> None:
    _mailed_to(house)
    await house.hear(heard("review.digest_due.v1"))
    assert await house.deliveries() == []


async def test_a_late_mail_to_staff_is_tried_again_and_said_to_nobody(house: House) -> None:
    _mailed_to(house, ADDRESSES[0])
    house.office.answer_rcpt = lambda _address: "450 busy"
    await house.hear(heard("review.digest_due.v1"))
    for _ in range(8):
        assert await house.send_all() == 1
        house.clock.move(hours=5)
    assert [row["attempts"] for row in await house.deliveries()] == [8]
    assert await house.said() == []


async def test_a_delivery_to_an_applicant_must_name_its_application(house: House) -> None:
    await house.hear(heard("review.delayed.v1"))
    async with house.db.connection() as conn:
        with pytest.raises(asyncpg.CheckViolationError):
            await conn.execute("UPDATE deliveries SET application_id = NULL")
