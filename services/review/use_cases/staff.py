"""Staff accounts and their sessions."""

from services.review.model import SignedIn, Staff
from services.review.use_cases.context import Review


async def add_staff(review: Review, username: str, password: str, role: str = "reviewer") -> Staff:
    """Make the account, or give the existing one this password and role (its sessions end).

    Raises Invalid: `username_invalid`, `password_too_short`, `role_unknown`.
    """
    raise NotImplementedError


async def sign_in(review: Review, username: str, password: str) -> SignedIn:
    """Open a session. Raises Unauthenticated `wrong_credentials` (as slowly for nobody as for a wrong password), and
    TooManyRequests after too many failures for this name."""
    raise NotImplementedError


async def staff_of(review: Review, token: str) -> Staff:
    """Who holds this token. Raises Unauthenticated where it is unknown, idle for 30 minutes or older than 12 hours."""
    raise NotImplementedError


async def sign_out(review: Review, token: str) -> None:
    """End the session; an unknown token is no error."""
    raise NotImplementedError
