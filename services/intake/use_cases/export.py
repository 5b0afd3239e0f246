"""The right to see and take along everything that is kept about oneself."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from services.intake.model.applications import ENDED, ERASED
from services.intake.store.held import held_about
from services.intake.use_cases.context import Intake


async def everything_of(intake: Intake, application_id: UUID) -> Mapping[str, Any]:
    """All that intake keeps, without the images and without what opens the application. Raises NotFound.

    `application` and the rows of each table beside it; each of `documents` has `delete_on`, the day on which the image
    is destroyed, null while the application goes on.
    """
    async with intake.db.connection() as conn:
        held = await held_about(conn, application_id)
    if held is None or held["application"]["status"] == ERASED:
        raise NotFound
    application = held["application"]
    delete_on = None
    if application["status"] in ENDED and application["ended_at"] is not None:
        days: int = getattr(intake.policy.retention.images, application["status"])
        delete_on = application["ended_at"].astimezone(intake.zone).date() + timedelta(days=days)
    documents = [{**each, "delete_on": delete_on} for each in held["documents"]]
    return {**held, "documents": documents}
