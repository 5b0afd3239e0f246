"""What is being typed is kept here, so that back, refresh and double click lose nothing.

A browser has one token for all its drafts, and a draft for each application that is begun in it: what is typed in one tab
never overwrites what is typed in another.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from chassis.database import Transaction
from chassis.errors import Conflict, NotFound
from chassis.ids import new_id
from chassis.tokens import new_token, token_hash
from rules import text
from rules.passwords import normalised, own_words
from rules.understanding import Understood
from services.intake import messages, store
from services.intake.model.applications import ENDED, ERASED, Application
from services.intake.model.forms import FIELDS, password_errors, understand_form
from services.intake.model.views import Draft, DraftAt, KeptDraft, SavedDraft, Understanding
from services.intake.use_cases.context import Intake
from services.intake.use_cases.pause import refuse_while_paused, time_of_drafts
from services.intake.use_cases.reception import record_application, understood

#: Of one browser, the latest: more are not shown at once.
_MOST = 20


async def save_draft(intake: Intake, at: DraftAt, form: Mapping[str, str], password: str | None) -> SavedDraft:
    """Keep what was typed, also when it is wrong, and say how it is understood.

    `form` replaces what was kept (it must not hold a password). `password` None or "" keeps the one given before; one
    that is not acceptable is an error and forgets it. A new draft begins where `at` names none, one that is unknown,
    expired or already registered, or one that another page has changed since. `understanding.errors` holds a missing
    password (`required`) and consent too.
    """
    wrong = password_errors(intake.policy, password, own_words(form, intake.today)) if password else []
    fresh = await intake.hashing.hash(normalised(password)) if password and not wrong else None
    async with intake.db.transaction() as tx:
        token, earlier = await _begun(intake, tx, at)
        password_hash = fresh if password else earlier.password_hash if earlier else None
        row = await _keep(intake, tx, replace(at, token=token), earlier, _kept(form), password_hash)
    given = {field: value for field, value in form.items() if field != "password"}
    understanding = understand_form(intake.policy, intake.today, given, password_given=password_hash is not None)
    if wrong:
        others = [error for error in understanding.errors if error.field != "password"]
        understanding = Understanding(None, [*others, *wrong], understanding.values)
    return SavedDraft(token, _draft(row), understanding)


async def keep_in_draft(intake: Intake, at: DraftAt, fields: Mapping[str, str]) -> KeptDraft:
    """Keep these fields beside what was typed before, right or wrong. Where a new draft begins, as `save_draft` says, it
    holds what was typed before, too. No password is kept."""
    async with intake.db.transaction() as tx:
        token, earlier = await _begun(intake, tx, at)
        form = {**(earlier.form if earlier else {}), **_kept(fields)}
        password_hash = earlier.password_hash if earlier else None
        row = await _keep(intake, tx, replace(at, token=token), earlier, form, password_hash)
    return KeptDraft(token, _draft(row))


async def find_draft(intake: Intake, token: str, id_: UUID | None = None) -> Draft | None:
    """The draft of this browser that has this id, or that was touched last; None where it is unknown or expired."""
    async with intake.db.connection() as conn:
        rows = await store.drafts_of(conn, _hash(token), time_of_drafts(intake), id_)
    return _draft(rows[0]) if rows else None


async def drafts_of(intake: Intake, token: str) -> list[Draft]:
    """The drafts of this browser, registered or not, the latest touched first."""
    async with intake.db.connection() as conn:
        rows = await store.drafts_of(conn, _hash(token), time_of_drafts(intake), most=_MOST)
    return [_draft(row) for row in rows]


async def forget_drafts(intake: Intake, token: str) -> None:
    """Erase all that was typed in this browser and is not registered."""
    async with intake.db.transaction() as tx:
        await store.forget_drafts(tx.conn, _hash(token))


async def register_draft(intake: Intake, at: DraftAt) -> Application:
    """Make the draft an application and have the link mailed; again, also at once, gives the same application.

    Raises NotFound(`draft_not_found`), Conflict(`stale_draft`) where it is not the version that was confirmed, Invalid
    with every fault, and Unavailable(`reception_paused`): the draft stays.
    """
    async with intake.db.transaction() as tx:
        # Whoever comes second waits here, and then finds what the first has made.
        row = await _locked(intake, tx, at)
        if row is None:
            raise NotFound("draft_not_found", messages.text("draft_not_found"))
        if row.application_id is not None:
            application = await store.find_application(tx.conn, row.application_id)
            if application is None:
                raise NotFound("draft_not_found", messages.text("draft_not_found"))
            return application
        if row.version != at.version:
            raise Conflict("stale_draft", messages.text("stale_draft"))
        refuse_while_paused(intake)
        understanding = understand_form(
            intake.policy, intake.today, row.form, password_given=row.password_hash is not None
        )
        applicant = understood(understanding)
        assert row.password_hash is not None
        application = await record_application(intake, tx, applicant, row.password_hash)
        await store.draft_registered(tx.conn, row.id, application.id, intake.now())
    return application


async def registered_before(
    intake: Intake, token: str, values: Mapping[str, Understood]
) -> tuple[Draft, Application] | None:
    """What was registered in this browser for the same person, and goes on. Nothing is looked up beyond this browser:
    nobody learns of an application that was made elsewhere."""
    registered = [draft for draft in await drafts_of(intake, token) if draft.application_id]
    async with intake.db.connection() as conn:
        for draft in registered:
            application = await store.find_application(conn, draft.application_id) if draft.application_id else None
            over = application is None or application.status in (*ENDED, ERASED)
            if application and not over and _is_same_person(values, application.applicant.values):
                return draft, application
    return None


def _is_same_person(one: Mapping[str, Understood], other: Mapping[str, Understood]) -> bool:
    """By birth date and either name or e-mail address, or by name and e-mail address: a family shares one of them."""
    same = [
        field
        for field in ("birth_date", "name", "email")
        if field in one and field in other and one[field].match_key == other[field].match_key
    ]
    return len(same) > 1


async def _begun(intake: Intake, tx: Transaction, at: DraftAt) -> tuple[str, store.DraftRow | None]:
    """The token of the browser, a new one where we know of none; and the draft, locked, if it is there and still open."""
    if not at.token or not await store.drafts_of(tx.conn, _hash(at.token), time_of_drafts(intake)):
        return new_token(), None
    row = await _locked(intake, tx, at)
    return at.token, row if row is not None and row.application_id is None else None


async def _locked(intake: Intake, tx: Transaction, at: DraftAt) -> store.DraftRow | None:
    if not at.token or not at.id:
        return None
    return await store.lock_draft(tx.conn, _hash(at.token), at.id, time_of_drafts(intake))


async def _keep(
    intake: Intake,
    tx: Transaction,
    at: DraftAt,
    earlier: store.DraftRow | None,
    form: Mapping[str, str],
    password_hash: str | None,
) -> store.DraftRow:
    now = intake.now()
    expires_at = now + timedelta(days=intake.policy.deadlines.provisional_days)
    row = store.DraftRow(new_id(), 1, form, password_hash, now, expires_at)
    if earlier is not None:
        same_words = earlier.form == form
        # Of two pages that wrote other words into one draft, neither overwrites the other: the later one begins its own;
        # and so does who goes on from what was typed for one person with what is another's.
        mended = at.version in (None, earlier.version) and not _is_another(earlier.form, form)
        if same_words or mended:
            changed = not same_words or password_hash != earlier.password_hash
            row = replace(row, id=earlier.id, version=earlier.version + changed)
    await store.save_draft(tx.conn, _hash(at.token or ""), row)
    return row


def _is_another(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether another person is typed, rather than a slip mended: the name and something else of who it is."""
    differ = [field for field in ("name", "kana", "birth_date") if one.get(field) and other.get(field) != one[field]]
    filled = all(other.get(field) for field in differ)
    return filled and "name" in differ and len(differ) > 1


def _draft(row: store.DraftRow) -> Draft:
    has_password = row.password_hash is not None
    return Draft(row.id, row.version, row.form, has_password, row.application_id, row.saved_at, row.expires_at)


def _hash(token: str) -> bytes:
    return token_hash(token.encode("utf-8", "replace").decode())


def _kept(form: Mapping[str, str]) -> dict[str, str]:
    """What a draft keeps: enough to show back what is too long, and no more; never a password."""
    return {field: text.storable(form[field]) for field in FIELDS if field in form and field != "password"}
