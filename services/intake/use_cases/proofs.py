"""The links that are mailed. One shows that the e-mail address is the applicant's, and opens nothing by itself; the other
sets a new password, once and soon."""

from datetime import timedelta
from uuid import UUID

from chassis.database import Transaction
from chassis.tokens import new_token, token_hash
from services.intake import store
from services.intake.use_cases.context import Intake


async def new_link(intake: Intake, tx: Transaction, application_id: UUID) -> str:
    """A fresh link to mail; links given before stay good."""
    proof, now = new_token(), intake.now()
    expires_at = now + timedelta(hours=intake.policy.deadlines.link_hours)
    await store.insert_proof(tx.conn, token_hash(proof), application_id, now, expires_at)
    return f"{intake.public_url}/continue/{application_id}/{proof}"


async def new_password_link(intake: Intake, tx: Transaction, application_id: UUID) -> str:
    """A fresh link to mail that sets a new password."""
    token, now = new_token(), intake.now()
    expires_at = now + timedelta(minutes=intake.policy.deadlines.password_reset_minutes)
    await store.insert_password_reset(tx.conn, token_hash(token), application_id, now, expires_at)
    return f"{intake.public_url}/password/{application_id}/{token}"
