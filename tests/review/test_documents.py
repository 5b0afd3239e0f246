"""Images are passed on, never kept, and every look is written down."""

from uuid import UUID

import pytest

from chassis.errors import NotFound, Unavailable
from chassis.ids import new_id
from services.review import use_cases
from services.review.model import CaseView
from tests.review import samples
from tests.review.conftest import House

IMAGE = b"\xff\xd8 an image \xff\xd9"


async def looks(house: House) -> list[dict[str, object]]:
    return await house.rows(
        "SELECT at, staff_id, case_id, document_id, detail FROM audit WHERE action = 'document_viewed'"
    )


async def case_with_image(house: House) -> tuple[CaseView, UUID]:
    view = await house.case(who=samples.somebody(len(house.vault.images)))
    document = view.documents[0].id
    house.vault.images[document] = IMAGE
    return view, document


async def test_only_the_cases_own_documents_are_shown(house: House) -> None:
    view, document = await case_with_image(house)
    other, strange = await case_with_image(house)
    for case_id, document_id, rendition in (
        (view.case.id, strange, "screen"),
        (other.case.id, document, "screen"),
        (view.case.id, new_id(), "screen"),
        (new_id(), document, "screen"),
        (view.case.id, document, "original"),
        (view.case.id, document, "../x"),
    ):
        with pytest.raises(NotFound):
            await use_cases.read_rendition(house.review, case_id, document_id, rendition, house.reviewer)
    assert house.vault.grants == []
    assert await looks(house) == []


async def test_an_image_that_documents_no_longer_has_is_not_found(house: House) -> None:
    view, document = await case_with_image(house)
    del house.vault.images[document]
    with pytest.raises(NotFound):
        await use_cases.read_rendition(house.review, view.case.id, document, "screen", house.reviewer)
    assert await looks(house) == []


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_documents_in_trouble_is_unavailable_and_no_look_is_written(house: House, status: int) -> None:
    view, document = await case_with_image(house)
    house.vault.status = status
    with pytest.raises(Unavailable) as problem:
        await use_cases.read_rendition(house.review, view.case.id, document, "screen", house.reviewer)
    assert problem.value.headers == {"Retry-After": "5"}
    assert await looks(house) == []


async def test_documents_that_hangs_up_is_unavailable(house: House) -> None:
    view, document = await case_with_image(house)
    house.vault.hang_up = True
    with pytest.raises(Unavailable):
        await use_cases.read_rendition(house.review, view.case.id, document, "screen", house.reviewer)


async def test_a_look_has_a_token_of_its_own_and_an_audit_row(house: House) -> None:
    view, document = await case_with_image(house)
    for rendition in ("reading", "screen", "thumbnail"):
        image = await use_cases.read_rendition(house.review, view.case.id, document, rendition, house.reviewer)
        assert image == IMAGE
    assert house.vault.paths == [
        f"/internal/v1/documents/{document}/renditions/{name}" for name in ("reading", "screen", "thumbnail")
    ]
    assert {
        (grant.caller, grant.purpose, grant.actor, grant.resource, grant.owner) for grant in house.vault.grants
    } == {("review", "read", f"staff:{house.reviewer.id}", document, view.case.application_id)}
    assert len({grant.id for grant in house.vault.grants}) == 3
    assert await looks(house) == [
        {
            "at": house.clock(),
            "staff_id": house.reviewer.id,
            "case_id": view.case.id,
            "document_id": document,
            "detail": {"rendition": rendition},
        }
        for rendition in ("reading", "screen", "thumbnail")
    ]
