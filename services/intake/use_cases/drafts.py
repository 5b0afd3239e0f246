"""What is being typed is kept here, so that back, refresh and double click lose nothing."""

from collections.abc import Mapping

from services.intake.model.applications import Application
from services.intake.model.views import Draft, SavedDraft
from services.intake.use_cases.context import Intake


async def save_draft(intake: Intake, token: str | None, form: Mapping[str, str], password: str | None) -> SavedDraft:
    """Keep what was typed, also when it is wrong, and say how it is understood.

    `form` replaces what was kept (it must not hold a password). `password` None or "" keeps the one given before; one
    that is not acceptable is an error and forgets it. Without a token, or with one that is unknown, expired or already
    registered, a new draft begins. `understanding.errors` holds a missing password (`required`) and consent too.
    """
    raise NotImplementedError


async def find_draft(intake: Intake, token: str) -> Draft | None:
    """The draft of this token, or None where it is unknown or expired."""
    raise NotImplementedError


async def register_draft(intake: Intake, token: str) -> Application:
    """Make the draft an application and have the link mailed; again, also at once, gives the same application.

    Raises NotFound(`draft_not_found`) and Invalid with every fault.
    """
    raise NotImplementedError
