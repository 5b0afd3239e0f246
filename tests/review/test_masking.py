"""Numbers that must be covered, images that may not be kept, and what is heard of both."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid, NotFound, Unavailable
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import Case, Decision, Reason
from services.review.model.masks import Box
from tests.review import samples
from tests.review.conftest import House

BOXES = [Box(0.1, 0.2, 0.3, 0.1)]
WHY = "individual_number_visible"


async def pending(house: House, **changed: Any) -> tuple[Case, UUID]:
    """A claimed case with a document that waits for its mask."""
    document = {**samples.document(), "type": "eligibility_certificate", "mask": "pending"}
    house.vault.images[UUID(document["id"])] = b"jpeg"
    return await house.claimed(documents=[document], **changed), UUID(document["id"])


def approval(case: Case) -> Decision:
    return Decision(case.version, "approve")


async def test_approval_waits_for_the_mask(house: House) -> None:
    case, document = await pending(house)
    with pytest.raises(Conflict) as refused:
        await use_cases.decide(house.review, case.id, house.reviewer, approval(case))
    assert refused.value.code == "mask_pending"
    assert await house.said() == []
    await use_cases.mask_document(house.review, case.id, document, BOXES, house.reviewer)
    assert house.vault.asked == [{"boxes": [{"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}]}]
    assert [(grant.purpose, grant.actor) for grant in house.vault.grants] == [("mask", f"staff:{house.reviewer.id}")]
    assert (await use_cases.decide(house.review, case.id, house.reviewer, approval(case))).status == "decided"
    assert await house.rows("SELECT staff_id, document_id, detail FROM audit WHERE action = 'document_masked'") == [
        {"staff_id": house.reviewer.id, "document_id": document, "detail": {"boxes": 1}}
    ]


async def test_a_rejection_or_a_correction_needs_no_mask(house: House) -> None:
    for decision, code in (("reject", "not_eligible"), ("correct", "mask_numbers")):
        case, document = await pending(house, who=samples.somebody(len(house.vault.images)))
        item = f"document:{document}" if decision == "correct" else "application"
        said = Decision(case.version, decision, (Reason(item, code),))
        decided = await use_cases.decide(house.review, case.id, house.reviewer, said)
        assert decided.status in ("decided", "correction_requested")


async def test_who_has_not_the_case_masks_and_destroys_nothing(house: House) -> None:
    case, document = await pending(house)
    with pytest.raises(Conflict, match="not_claimed"):
        await use_cases.mask_document(house.review, case.id, document, BOXES, house.colleague)
    with pytest.raises(Conflict, match="not_claimed"):
        await use_cases.destroy_document(house.review, case.id, document, case.version, house.colleague)
    with pytest.raises(Conflict, match="stale_version"):
        await use_cases.destroy_document(house.review, case.id, document, case.version + 1, house.reviewer)
    for case_id, document_id in ((case.id, new_id()), (new_id(), document)):
        with pytest.raises(NotFound):
            await use_cases.mask_document(house.review, case_id, document_id, BOXES, house.reviewer)
    with pytest.raises(Invalid):
        await use_cases.mask_document(house.review, case.id, document, [Box(2, 0, 1, 1)], house.reviewer)
    assert house.vault.grants == []


async def test_an_image_with_an_individual_number_is_destroyed_at_once_and_asked_for_again(house: House) -> None:
    case, document = await pending(house)
    decided = await use_cases.destroy_document(house.review, case.id, document, case.version, house.reviewer)
    assert decided.status == "correction_requested"
    assert (house.vault.images, house.vault.asked) == ({}, [{"why": "individual_number"}])
    [(type_, subject, data)] = await house.said()
    assert (type_, subject) == ("review.correction_requested.v1", case.application_id)
    which = {"document_type": "eligibility_certificate", "side": "front"}
    assert data["items"] == [{"item": f"document:{document}", "code": WHY, "note": None, **which}]
    [gone] = (await house.of(case.application_id)).documents
    assert (gone.deleted_at, gone.deleted_because) == (house.clock(), "individual_number")
    with pytest.raises(NotFound):
        await use_cases.read_rendition(house.review, case.id, document, "reading", house.reviewer)


async def test_while_documents_is_away_nothing_is_asked_of_the_applicant(house: House) -> None:
    case, document = await pending(house)
    house.vault.status = 503
    with pytest.raises(Unavailable):
        await use_cases.destroy_document(house.review, case.id, document, case.version, house.reviewer)
    with pytest.raises(Unavailable):
        await use_cases.mask_document(house.review, case.id, document, BOXES, house.reviewer)
    assert await house.said() == []
    assert await house.rows("SELECT * FROM document_fates") == []


async def test_masks_and_deletions_in_every_order_and_twice_end_the_same(house: House) -> None:
    expected = None
    for order in itertools.permutations(range(4)):
        application, photo = new_id(), new_id()
        events = [
            samples.handed_over(application, documents=[{**samples.document(photo), "mask": "pending"}]),
            samples.stored(application, photo, mask="pending"),
            samples.masked(application, photo),
            samples.deleted(application, photo),
        ]
        await house.hear(*(events[number] for number in order), *(events[number] for number in order))
        [document] = (await house.of(application)).documents
        found = (document.mask, document.deleted_at, document.deleted_because, document.bytes)
        expected = expected or found
        assert found == expected
    assert expected is not None and (expected[0], expected[2]) == ("done", "approved")
