"""Covering numbers over the API: the same use case as the page's, with the same refusals."""

from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from services.review import use_cases
from tests.review import samples
from tests.review.conftest import House
from tests.review.test_api import call

BOX = {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}


async def pending(house: House, *, mine: bool = True) -> str:
    """The path of a document that waits for its mask."""
    document = {**samples.document(), "type": "eligibility_certificate", "mask": "pending"}
    house.vault.images[UUID(document["id"])] = b"jpeg"
    case = (await house.case(documents=[document])).case
    if mine:
        await use_cases.claim(house.review, case.id, house.reviewer)
    return f"/cases/{case.id}/documents/{document['id']}"


@pytest.mark.parametrize("boxes", [[BOX], []], ids=["a box", "nothing to cover"])
async def test_boxes_are_covered_and_approval_is_free(house: House, boxes: list[Any]) -> None:
    path, token = await pending(house), await house.token()
    status, answer = await call(house, "POST", f"{path}/masks", token, {"boxes": boxes})
    assert (status, answer) == (200, {"id": path.rpartition("/")[2], "mask": "done"})
    assert house.vault.asked == [{"boxes": boxes}]
    [row] = await house.rows("SELECT staff_id, detail FROM audit WHERE action = 'document_masked'")
    assert row == {"staff_id": house.reviewer.id, "detail": {"boxes": len(boxes)}}
    approval = {"version": 1, "decision": "approve"}
    status, _ = await call(house, "POST", f"{path.partition('/documents')[0]}/decision", token, approval)
    assert status == 200


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "boxes", "required"),
        ({"boxes": [BOX], "why": "x"}, "why", "unknown_field"),
        ({"boxes": [{**BOX, "x": "left"}]}, "boxes/0/x", "wrong_type"),
        ({"boxes": [{"x": 0.1, "y": 0.1, "width": 1}]}, "boxes/0", "required"),
        ({"boxes": [BOX, {**BOX, "x": 1.5}]}, "boxes/1", "box_outside"),
        ({"boxes": [{**BOX, "height": 1e300}]}, "boxes/0", "box_outside"),
        ({"boxes": [{**BOX, "width": 0}]}, "boxes/0", "box_outside"),
    ],
)
async def test_a_wrong_box_covers_nothing(house: House, body: Any, field: str, code: str) -> None:
    path = await pending(house)
    status, answer = await call(house, "POST", f"{path}/masks", await house.token(), body)
    assert (status, [(each["field"], each["code"]) for each in answer["errors"]]) == (422, [(field, code)])
    assert house.vault.asked == []


async def test_only_who_has_the_case_covers_and_only_its_own_documents(house: House) -> None:
    path, token = await pending(house), await house.token()
    other = (await pending(house, mine=False)).partition("/documents")
    for at, by, wanted in (
        (path, await house.token(house.colleague), (409, "not_claimed")),
        ("".join(other), token, (409, "not_claimed")),
        (other[0] + "/documents" + path.partition("/documents")[2], token, (404, "not_found")),
        (f"/cases/{new_id()}/documents/{new_id()}", token, (404, "not_found")),
    ):
        status, answer = await call(house, "POST", f"{at}/masks", by, {"boxes": [BOX]})
        assert (status, answer["code"]) == wanted
    assert house.vault.asked == []
