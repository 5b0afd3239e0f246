"""One after another of a family: what they share is not typed again."""

from uuid import UUID

from services.intake.model.applications import NEW
from services.intake.model.views import DraftAt, KeptDraft
from services.intake.use_cases.applications import get_application
from services.intake.use_cases.context import Intake
from services.intake.use_cases.drafts import keep_in_draft

#: Who the card is for, and the images, are each one's own.
SHARED = ("postal_code", "address", "phone", "email", "guardian_name", "guardian_relation")


async def begin_for_family(intake: Intake, application_id: UUID, token: str | None) -> KeptDraft:
    """Begin a draft for another of the family, in the browser of this token. Raises NotFound.

    The category is shared where it follows from the address. Who typed for another has typed this too.
    """
    applicant = (await get_application(intake, application_id)).application.applicant
    shared = {field: applicant.display(field) for field in SHARED if applicant.display(field)}
    category = intake.policy.category(applicant.display("category"))
    if category is not None and category.basis == "residence":
        shared["category"] = category.code
    if applicant.expiry_notice:
        # It goes to the same address, and the confirmation shows it before anything is sent.
        shared["expiry_notice"] = "true"
    filled_by = "helper" if applicant.filled_by == "self" else applicant.filled_by
    return await keep_in_draft(intake, DraftAt(token), {"kind": NEW, "filled_by": filled_by, **shared})
