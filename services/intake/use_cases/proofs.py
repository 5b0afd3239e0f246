"""The link that is mailed: it shows that the e-mail address is the applicant's, and opens nothing by itself."""

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
