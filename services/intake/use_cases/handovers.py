"""From the computer to the telephone: a link that opens once and soon, and only the photographs of one application."""

from uuid import UUID

from chassis.errors import NotFound, Unauthenticated
from chassis.tokens import new_token, token_hash
from services.intake import messages, store
from services.intake.model.handovers import LASTS, WITHIN, Handover
from services.intake.use_cases.applications import lock_ours
from services.intake.use_cases.context import Intake


async def begin_handover(intake: Intake, application_id: UUID) -> str:
    """A token for the link; an earlier one, and what it opened, ends. Raises NotFound and Conflict(`wrong_state`)."""
    token = new_token()
    async with intake.db.transaction() as tx:
        await lock_ours(tx, application_id)
        await store.put_handover(tx.conn, application_id, token_hash(token), intake.now())
    return token


async def is_waiting(intake: Intake, token: str) -> bool:
    """Whether this link can be opened now; changes nothing."""
    async with intake.db.connection() as conn:
        return await store.is_waiting(conn, _hash(token), intake.now() - WITHIN)


async def open_handover(intake: Intake, token: str) -> str:
    """The token of a session that opens the photographs alone. Raises NotFound(`link_ended`) the second time."""
    session, now = new_token(), intake.now()
    async with intake.db.transaction() as tx:
        if not await store.open_handover(tx.conn, _hash(token), token_hash(session), now, now - WITHIN):
            raise NotFound("link_ended", messages.text("link_ended"))
    return session


async def handed_over(intake: Intake, session: str) -> Handover:
    """What this session opens. Raises Unauthenticated after 30 minutes, or once it was ended."""
    async with intake.db.connection() as conn:
        handover = await store.handover_of_session(conn, _hash(session), intake.now() - LASTS)
    if handover is None:
        raise Unauthenticated(detail=messages.text("signed_out"))
    return handover


async def find_handover(intake: Intake, application_id: UUID) -> Handover | None:
    """The newest of the application."""
    async with intake.db.connection() as conn:
        return await store.handover_of(conn, application_id)


async def end_handover(intake: Intake, session: str) -> None:
    """The photographs are sent; one that has ended stays so."""
    async with intake.db.transaction() as tx:
        await store.end_handover(tx.conn, _hash(session), intake.now())


def _hash(token: str) -> bytes:
    return token_hash(token.encode("utf-8", "replace").decode())
