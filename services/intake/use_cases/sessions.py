"""Sign-in with e-mail address, password and application. A session opens exactly one application."""

from uuid import UUID

from services.intake.model.views import SignedIn
from services.intake.use_cases.context import Intake


async def sign_in(intake: Intake, email: str, password: str, application: str, proof: str | None) -> SignedIn:
    """Sign in. `application` is the id or the receipt number as typed; `proof` comes from the mailed link.

    A right proof marks the e-mail as proven; a wrong or old one is as none. Raises Unauthenticated(`wrong_credentials`),
    whichever of the three is wrong, and TooManyRequests after ten failures in 15 minutes.
    """
    raise NotImplementedError


async def application_of(intake: Intake, token: str | None) -> UUID:
    """The application that this session opens. Raises Unauthenticated after 30 idle minutes, 12 hours, or sign-out."""
    raise NotImplementedError


async def sign_out(intake: Intake, token: str) -> None:
    """End the session; one that has ended stays so."""
    raise NotImplementedError
