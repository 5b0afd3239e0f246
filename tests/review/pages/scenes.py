"""Every form of the staff's pages: on which page it stands, where it goes, and what is typed into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.review import use_cases
from services.review.model import APPROVE, CORRECT, Decision, Reason
from tests.review import samples
from tests.review.conftest import House

MASK = "/cases/{case}/documents/{document}/mask"
TYPED = "ここまで入力した"


@dataclass(frozen=True)
class Form:
    """`page` and `action` may name what `set_up` returns in braces. `typed`: whether `fields` hold the text TYPED."""

    page: str
    action: str
    fields: Mapping[str, str]
    typed: bool = False


_AMENDED = {"amend-field-0": "name", "amend-value-0": "水前寺 花", "amend-reason-0": TYPED}
#: By the route that takes it.
FORMS = {
    "/sign-out": Form("/queue", "/sign-out", {}),
    "/cases/{id}/claim": Form("/cases/{waiting}", "/cases/{waiting}/claim", {}),
    "/cases/{id}/release": Form("/cases/{case}", "/cases/{case}/release", {}),
    "/cases/{id}/decision": Form(
        "/cases/{case}", "/cases/{case}/decision", {"decision": APPROVE, "version": "1", **_AMENDED}, True
    ),
    "/cases/{id}/deadline": Form(
        "/cases/{correcting}",
        "/cases/{correcting}/deadline",
        {"correct_by": "2026-12-20", "extension_reason": TYPED},
        True,
    ),
    "/cases/{id}/undelivered": Form("/cases/{correcting}", "/cases/{correcting}/undelivered", {"until": "7"}),
    "/cases/{id}/documents/{document_id}/mask": Form(
        MASK, MASK, {"x-0": "10", "y-0": "20", "width-0": "30", "height-0": "12.5"}
    ),
    "/cases/{id}/documents/{document_id}/destruction": Form(
        "/cases/{case}/documents/{document}/destruction",
        "/cases/{case}/documents/{document}/destruction",
        {"version": "1"},
    ),
    "/registrations": Form("/registrations", "/registrations", {"card_number": TYPED}, True),
    "/registrations/{registration}/notice": Form("", "/registrations/{registration}/notice", {}),
}


async def set_up(house: House) -> dict[str, str]:
    """Cases in each state that has a form, all the reviewer's; and a card whose holder is told before it expires."""
    registered = await house.claimed(who=samples.somebody(1), expiry_notice=True)
    card = (await use_cases.decide(house.review, registered.id, house.reviewer, Decision(1, APPROVE))).card_number
    correcting = await house.claimed(who=samples.somebody(2))
    asked = Decision(1, CORRECT, (Reason("application", "call_us"),))
    await use_cases.decide(house.review, correcting.id, house.reviewer, asked)
    await house.hear(samples.mail(correcting.application_id, "failed", sequence=7))
    document = samples.document()
    house.vault.images[UUID(document["id"])] = b"jpeg"
    case = await house.claimed(who=samples.somebody(3), documents=[document])
    [row] = await house.rows("SELECT id FROM registrations")
    return {
        "case": str(case.id),
        "document": document["id"],
        "correcting": str(correcting.id),
        "waiting": str((await house.case(who=samples.somebody(4))).case.id),
        "registration": str(row["id"]),
        "card": str(card),
    }
