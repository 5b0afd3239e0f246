"""Who may do what: only the bearer of a service token for exactly this act on exactly this document, once."""

from uuid import UUID

from chassis.errors import Forbidden, Unauthenticated
from chassis.ids import parse_id
from chassis.service_tokens import Grant, verify
from services.documents import store
from services.documents.use_cases.vault import Vault

AUDIENCE = "documents"
#: What each caller may ask for at all.
PURPOSES = {"intake": {"put", "read", "delete"}, "review": {"read", "mask", "delete"}}


async def admit(vault: Vault, token: str | None, purpose: str, document: UUID | None) -> Grant:
    """The grant that the token gives.

    Raises Unauthenticated (`service_token`, `replayed`) or Forbidden where it is for another act, on behalf of another
    applicant or of nobody, or for another document.
    """
    if token is None:
        raise Unauthenticated("service_token")
    grant = verify(token, vault.callers, AUDIENCE, vault.now())
    if grant.purpose != purpose or purpose not in PURPOSES.get(grant.caller, ()):
        raise Forbidden("other_purpose")
    if not _speaks_for(grant):
        raise Forbidden("other_actor")
    if grant.resource != document:
        raise Forbidden("other_document")
    async with vault.db.transaction() as tx:
        if not await store.use_token(tx.conn, grant):
            raise Unauthenticated("replayed")
    return grant


def _speaks_for(grant: Grant) -> bool:
    """Whether the actor is one whom the caller knows: intake the application's own applicant, review its staff."""
    sort, _, id_ = grant.actor.partition(":")
    if grant.caller == "intake":
        return sort == "applicant" and parse_id(id_) == grant.owner
    return sort == "staff" and parse_id(id_) is not None


async def prune_tokens(vault: Vault) -> bool:
    """Forget the ids of expired tokens: those are refused anyway. True if there may be more."""
    async with vault.db.transaction() as tx:
        return await store.prune_tokens(tx.conn, vault.now()) > 0
