"""How often something may be asked: counted by address, e-mail address or application, as the policy says.

What is counted by is stored as a keyed hash alone, and forgotten after its window.
"""

import hmac
import math
from datetime import timedelta

from chassis.errors import TooManyRequests
from chassis.web.addresses import Address, household, is_within, networks
from chassis.web.languages import gettext
from rules.emails import rate_key
from rules.understanding import understand
from services.intake import store
from services.intake.use_cases.context import Intake

ADDRESS, EMAIL, APPLICATION = "address", "email", "application"


def is_exempt(intake: Intake, address: Address) -> bool:
    """Whether callers from here are not counted, as the policy says."""
    return is_within(address, networks(intake.policy.limits.exempt_addresses))


async def count_address(intake: Intake, code: str, address: Address) -> None:
    """Count this caller once more. Raises TooManyRequests beyond the policy's rate of this code."""
    await _count(intake, code, ADDRESS, household(address))


async def count_email(intake: Intake, code: str, typed: str) -> None:
    """As `count_address`, by the mailbox of an e-mail address in whatever way it is written."""
    read = understand("email", typed, today=intake.today)
    if not read.error:
        await _count(intake, code, EMAIL, rate_key(read.match_key))


async def count_application(intake: Intake, code: str, application: object) -> None:
    """As `count_address`, by the application that is signed in to."""
    await _count(intake, code, APPLICATION, str(application))


async def _count(intake: Intake, code: str, per: str, subject: str) -> None:
    rate = intake.policy.limits.rate(code, per)
    if rate is None:
        return
    now = intake.now()
    hashed = hmac.digest(intake.secret, f"rate\0{code}\0{per}\0{subject}".encode("utf-8", "replace"), "sha256")
    async with intake.db.connection() as conn:
        count, ends_at = await store.count_once_more(conn, hashed, now, now + timedelta(seconds=rate.seconds))
    if count > rate.count:
        raise _too_many(intake, max(1, math.ceil((ends_at - now).total_seconds())))


def _too_many(intake: Intake, seconds: int) -> TooManyRequests:
    said = gettext(
        "短い時間に続けて送られたため、いまは受け付けられません。"
        "{minutes}分ほどたってから、もう一度お試しください。お困りのときは、{phone}へお問い合わせください。"
    )
    return TooManyRequests(seconds, said.format(minutes=math.ceil(seconds / 60), phone=intake.policy.contact.phone))
