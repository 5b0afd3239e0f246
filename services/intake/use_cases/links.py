"""The mailed link, again. The answers never tell whether there is an application."""

from uuid import UUID

from services.intake.use_cases.context import Intake


async def resend_link(intake: Intake, application_id: UUID) -> None:
    """Mail a fresh link; earlier ones stay good. At most once a minute and five times a day, else silently nothing.

    Raises NotFound.
    """
    raise NotImplementedError


async def request_link(intake: Intake, email: str, application: str) -> None:
    """Ask for the link by e-mail address and application (id or receipt number as typed).

    Nothing is looked up here, so that answer and timing are the same for everyone; a loop does what was asked.
    """
    raise NotImplementedError
