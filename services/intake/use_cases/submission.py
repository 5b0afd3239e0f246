"""Handing the application to review, and taking it back."""

from uuid import UUID

from services.intake.model.views import Submitted
from services.intake.use_cases.context import Intake


async def submit(intake: Intake, application_id: UUID) -> Submitted:
    """Hand the application to review; again, while it is submitted, gives the same answer.

    Raises NotFound, Conflict(`email_not_proven`, `wrong_state`), Invalid(`documents_missing`: a FieldError("documents",
    the proof) for each missing proof and FieldError("documents.<type>.<side>", "side_missing") for each missing side;
    `corrections_missing`: a FieldError(item, "not_corrected") for each item not answered).
    """
    raise NotImplementedError


async def withdraw(intake: Intake, application_id: UUID) -> str:
    """Withdraw: `withdrawn`, or `withdrawal_requested` while it is with review. Both may be asked again.

    Raises NotFound, and Conflict(`wrong_state`) where it ended otherwise.
    """
    raise NotImplementedError
