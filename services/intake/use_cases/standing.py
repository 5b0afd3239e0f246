"""Where an application stands among those that wait."""

from uuid import UUID

from services.intake.model.standing import Place
from services.intake.store.queue import place_of
from services.intake.use_cases.context import Intake


async def place_in_queue(intake: Intake, application_id: UUID) -> Place | None:
    """Its place as far as intake knows; None while nobody has to decide on it, and once it is to be withdrawn."""
    async with intake.db.connection() as conn:
        place, waiting = await place_of(conn, application_id)
    return Place(place, waiting) if place else None
