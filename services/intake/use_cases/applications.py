"""Seeing and mending an application."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.intake.model.applications import Application
from services.intake.model.views import ApplicationView
from services.intake.use_cases.context import Intake


async def get_application(intake: Intake, application_id: UUID) -> ApplicationView:
    """Everything that the applicant may see. Raises NotFound."""
    raise NotImplementedError


async def change_application(
    intake: Intake, application_id: UUID, version: int, fields: Mapping[str, Any]
) -> Application:
    """Change the given fields, all or none of them.

    While provisional any field of the applicant but e-mail, password, kind and language; while a correction is
    requested the named ones and those that follow from them. Raises NotFound, Conflict (`wrong_state`,
    `stale_version`) and Invalid (`field_not_open`, or what is wrong with a value).
    """
    raise NotImplementedError
