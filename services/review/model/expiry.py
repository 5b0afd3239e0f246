"""The last day of a card: which it is."""

from datetime import date

from rules.identity_documents import add_months
from services.review.model.registrations import Registration


def expiry(today: date, validity_years: int) -> date:
    """The last valid day of a card that is given out or renewed today (29 February becomes 28 where it must)."""
    return add_months(today, 12 * validity_years)


def still_valid_until(known: Registration | None, today: date, longest: date) -> date:
    """The last valid day of a card whose details change or that is replaced: as it was.

    A card that has expired, or of which nothing is known here, is valid as if renewed: the same papers were looked at.
    """
    return known.expires_on if known and known.expires_on >= today else longest
