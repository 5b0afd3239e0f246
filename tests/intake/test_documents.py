"""Documents: refused before a byte is read, streamed and never kept here, whole or not at all."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict, Invalid, NotFound, Problem, TooLarge, Unavailable
from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import heard
from services.intake import use_cases
from services.intake.model.documents import STORED
from services.intake.use_cases.housekeeping import delete_images, give_up_uploads
from tests.intake.conftest import House


async def ids(house: House, application_id: UUID) -> list[UUID]:
    view = await use_cases.get_application(house.intake, application_id)
    return [document.id for document in view.documents]


def stored_event(application_id: UUID, document_id: UUID, side: str = "front") -> Event:
    data = {
        "id": str(document_id),
        "type": "driving_licence",
        "side": side,
        "width": 2016,
        "height": 1512,
        "bytes": 9,
        "warnings": ["glare"],
        "mask": "none",
    }
    return heard("document.stored.v1", "documents", application_id, data)


def document_masked(application_id: UUID, document_id: UUID) -> Event:
    data = {**stored_event(application_id, document_id).data, "mask": "done", "boxes": 1}
    at = {"masked_at": "2026-11-22T03:10:00Z"}
    return heard("document.masked.v1", "documents", application_id, data | at, 2)


def document_deleted(application_id: UUID, document_id: UUID) -> Event:
    data = {"id": str(document_id), "type": "driving_licence", "side": "front", "why": "individual_number"}
    return heard("document.deleted.v1", "documents", application_id, {**data, "deleted_at": "2026-11-22T04:00:00Z"}, 3)


async def chosen(house: House) -> list[UUID]:
    async with house.intake.db.connection() as conn:
        return [row["id"] for row in await conn.fetch("SELECT id FROM documents WHERE state = 'chosen' ORDER BY id")]


async def unread() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


@pytest.mark.parametrize(
    ("type_", "side", "code"),
    [
        ("health_insurance_card", "front", "hokensho_ended"),
        ("my_number_card", "back", "mynumber_back"),
        ("special_residence_card_2026", "back", "check_individual_number"),
        ("tsuchi_card", "front", "tsuchi_card"),
        ("library_card", "front", "unknown_type"),
        ("driving_licence", "inside", "unknown_side"),
        ("x" * 5000, "front", "unknown_type"),
    ],
)
async def test_what_must_not_be_sent_is_refused_before_it_is_read(
    house: House, type_: str, side: str, code: str
) -> None:
    application = await house.receive()
    with pytest.raises(Invalid) as refusal:
        await use_cases.store_document(house.intake, application.id, type_, side, None, unread(), 1000)
    assert refusal.value.code == code
    assert refusal.value.detail
    assert await house.rows("documents") == 0


async def test_what_is_too_large_or_empty_is_refused_before_it_is_read(house: House) -> None:
    application = await house.receive()
    most = house.intake.policy.limits.upload_bytes
    with pytest.raises(TooLarge):
        await use_cases.store_document(
            house.intake, application.id, "driving_licence", "front", None, unread(), most + 1
        )
    with pytest.raises(Invalid) as refusal:
        await use_cases.store_document(house.intake, application.id, "driving_licence", "front", None, unread(), 0)
    assert refusal.value.code == "empty"
    assert await house.rows("documents") == 0


async def test_a_body_that_does_not_say_its_length_is_cut_at_the_limit(house: House) -> None:
    application = await house.receive()
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield bytes(1024 * 1024)

    with pytest.raises(TooLarge):
        await use_cases.store_document(house.intake, application.id, "driving_licence", "front", None, endless(), None)
    assert sent == house.intake.policy.limits.upload_bytes // (1024 * 1024) + 1
    assert house.documents.images == {}
    assert await ids(house, application.id) == []


async def test_a_document_goes_through_with_a_token_of_its_own(house: House) -> None:
    application = await house.receive()
    document = await house.photograph(application.id, image=b"x" * 300_000)
    assert house.documents.images == {document.id: b"x" * 300_000}
    [grant] = house.documents.grants
    assert (grant.caller, grant.purpose, grant.actor) == ("intake", "put", f"applicant:{application.id}")
    assert (grant.resource, grant.owner) == (document.id, application.id)
    assert (document.state, document.width, document.height, document.warnings) == (STORED, 2016, 1512, ("glare",))
    assert await ids(house, application.id) == [document.id]


@pytest.mark.parametrize(
    ("status", "code", "answered", "said"),
    [
        (422, "unreadable_image", 422, "unreadable_image"),
        (422, "too_many_pixels", 422, "too_many_pixels"),
        (422, "something_new", 422, "unreadable_image"),
        (413, "too_large", 413, "too_large"),
        (503, "unavailable", 503, "documents_away"),
        (500, "internal", 503, "documents_away"),
        (401, "service_token", 503, "documents_away"),
    ],
)
async def test_what_documents_says_is_passed_on_in_words(
    house: House, status: int, code: str, answered: int, said: str
) -> None:
    application = await house.receive()
    house.documents.refuse = (status, code)
    with pytest.raises(Problem) as problem:
        await house.photograph(application.id)
    assert (problem.value.status, problem.value.code) == (answered, said)
    assert problem.value.detail
    assert ("Retry-After" in problem.value.headers) == (answered == 503)
    assert await ids(house, application.id) == []


async def test_a_photograph_that_was_refused_before_is_said_to_be_the_same(house: House) -> None:
    application = await house.receive()
    house.documents.refuse, house.documents.also = (422, "unreadable_image"), ("same_as_before",)
    with pytest.raises(Invalid) as problem:
        await house.photograph(application.id)
    said = "前にお送りいただいたものと同じ写真です。写真として開けませんでした。別の写真を選択してください。"
    assert (problem.value.code, problem.value.detail) == ("unreadable_image", said)
    assert [(each.code, each.message) for each in problem.value.errors] == [
        ("unreadable_image", said),
        ("same_as_before", "前にお送りいただいたものと同じ写真です。"),
    ]


async def test_with_documents_away_nothing_is_kept_and_it_can_be_sent_again(house: House) -> None:
    application = await house.proven()
    house.documents.refuse = (503, "unavailable")
    with pytest.raises(Unavailable):
        await house.photograph(application.id)
    house.documents.refuse = None
    document = await house.photograph(application.id)
    assert await ids(house, application.id) == [document.id]


async def test_a_lost_answer_is_healed_by_the_event(house: House) -> None:
    application = await house.receive()
    house.documents.lose_answer = True
    with pytest.raises(Unavailable):
        await house.photograph(application.id)
    [lost] = await chosen(house)
    assert await ids(house, application.id) == []
    await house.deliver(stored_event(application.id, lost), times=2)
    [document] = (await use_cases.get_application(house.intake, application.id)).documents
    assert (document.id, document.width, document.warnings) == (lost, 2016, ("glare",))


async def test_an_event_about_an_id_that_was_never_chosen_adds_nothing(house: House) -> None:
    application, other = await house.receive(), await house.receive()
    document = await house.photograph(other.id)
    await house.deliver(stored_event(application.id, new_id()))
    await house.deliver(stored_event(application.id, document.id))
    await house.deliver(stored_event(new_id(), document.id))
    assert await ids(house, application.id) == []
    assert await ids(house, other.id) == [document.id]


async def test_of_two_pictures_of_one_side_the_later_one_counts_in_whatever_order_they_are_told(house: House) -> None:
    application = await house.receive()
    house.documents.lose_answer = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            await house.photograph(application.id)
    first, second = await chosen(house)
    await house.deliver(stored_event(application.id, second))
    await house.deliver(stored_event(application.id, first), times=2)
    await house.deliver(stored_event(application.id, second))
    assert await ids(house, application.id) == [second]
    await delete_images(house.intake)
    assert list(house.documents.images) == [second]


async def test_the_same_side_replaces_the_earlier_picture_which_is_deleted(house: House) -> None:
    application = await house.receive()
    first = await house.photograph(application.id, image=b"first")
    back = await house.photograph(application.id, side="back", image=b"back")
    second = await house.photograph(application.id, image=b"second")
    assert await ids(house, application.id) == [back.id, second.id]
    assert set(house.documents.images) == {first.id, back.id, second.id}
    assert await delete_images(house.intake)
    assert set(house.documents.images) == {back.id, second.id}
    assert not await delete_images(house.intake)


async def test_a_deletion_that_fails_is_tried_again(house: House) -> None:
    application = await house.receive()
    document = await house.photograph(application.id)
    await use_cases.remove_document(house.intake, application.id, document.id)
    house.documents.refuse = (503, "unavailable")
    assert not await delete_images(house.intake)
    house.documents.refuse = None
    assert not await delete_images(house.intake)
    house.clock.move(minutes=6)
    await delete_images(house.intake)
    assert house.documents.images == {}
    assert await house.rows("deletions") == 0


async def test_an_upload_of_which_nothing_is_heard_is_given_up_and_deleted(house: House) -> None:
    application = await house.receive()
    house.documents.lose_answer = True
    with pytest.raises(Unavailable):
        await house.photograph(application.id)
    [lost] = await chosen(house)
    await give_up_uploads(house.intake)
    assert await chosen(house) == [lost]
    house.clock.move(minutes=61)
    await give_up_uploads(house.intake)
    await delete_images(house.intake)
    assert (await chosen(house), house.documents.images) == ([], {})
    await house.deliver(stored_event(application.id, lost))
    assert await ids(house, application.id) == []


async def test_a_removed_document_is_gone_and_cannot_be_removed_again(house: House) -> None:
    application, other = await house.receive(), await house.receive()
    document = await house.photograph(application.id)
    for wrong in ((other.id, document.id), (application.id, new_id()), (new_id(), document.id)):
        with pytest.raises(NotFound):
            await use_cases.remove_document(house.intake, *wrong)
    await use_cases.remove_document(house.intake, application.id, document.id)
    with pytest.raises(NotFound):
        await use_cases.remove_document(house.intake, application.id, document.id)
    await house.deliver(stored_event(application.id, document.id))
    assert await ids(house, application.id) == []


async def test_only_ones_own_document_can_be_seen(house: House) -> None:
    application, other = await house.receive(), await house.receive()
    document = await house.photograph(application.id)
    seen = await use_cases.document_rendition(house.intake, application.id, document.id, "thumbnail")
    assert seen == b"jpeg a picture"
    assert house.documents.grants[-1].purpose == "read"
    for wrong in ((other.id, document.id, "thumbnail"), (application.id, document.id, "original")):
        with pytest.raises(NotFound):
            await use_cases.document_rendition(house.intake, *wrong)


async def test_there_is_a_limit_to_the_number_of_documents(house: House) -> None:
    application = await house.receive()
    most = house.intake.policy.limits.documents_per_application
    sides = [
        (kind.code, side.code)
        for kind in house.intake.policy.document_types
        for side in kind.sides
        if not side.refused_as and not kind.refused_as
    ]
    for type_, side in sides[:most]:
        await house.photograph(application.id, type_, side)
    with pytest.raises(Conflict) as refusal:
        await house.photograph(application.id, *sides[most])
    assert refusal.value.code == "too_many_documents"
    await house.photograph(application.id, *sides[0])
    assert len(await ids(house, application.id)) == most


async def test_nothing_is_added_once_it_is_submitted(house: House) -> None:
    application = await house.submitted()
    [document_id] = await ids(house, application.id)
    with pytest.raises(Conflict) as refusal:
        await house.photograph(application.id, side="back")
    assert refusal.value.code == "wrong_state"
    with pytest.raises(Conflict):
        await use_cases.remove_document(house.intake, application.id, document_id)


async def test_an_upload_that_a_submission_overtakes_is_refused_and_deleted(house: House) -> None:
    application = await house.proven()
    await house.photograph(application.id)
    house.documents.go_on = asyncio.Event()
    house.documents.arrived.clear()
    upload = asyncio.create_task(house.photograph(application.id, side="back"))
    await asyncio.wait_for(house.documents.arrived.wait(), 10)
    await use_cases.submit(house.intake, application.id)
    house.documents.go_on.set()
    with pytest.raises(Conflict):
        await upload
    assert len(await ids(house, application.id)) == 1
    await delete_images(house.intake)
    assert len(house.documents.images) == 1


async def api(house: House, application_id: UUID, query: dict[str, str], body: bytes = b"a picture") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {await house.sign_in(await house.application(application_id))}"}
    path = f"/api/v1/applications/{application_id}/documents"
    async with house.client.post(path, params=query, data=body, headers=headers) as response:
        return response.status, await response.json()


async def test_documents_by_the_api(house: House) -> None:
    application = await house.receive()
    query = {"type": "driving_licence", "side": "front", "shows_current_address": "true"}
    status, answer = await api(house, application.id, query)
    assert (status, answer) == (
        201,
        {
            "id": answer["id"],
            "type": "driving_licence",
            "side": "front",
            "shows_current_address": True,
            "width": 2016,
            "height": 1512,
            "warnings": ["glare"],
            "deleted_at": None,
        },
    )
    wrong = [
        ({**query, "side": ""}, 422, "invalid"),
        ({"side": "front"}, 422, "invalid"),
        ({**query, "shows_current_address": "perhaps"}, 422, "invalid"),
        ({**query, "colour": "blue"}, 422, "invalid"),
        ({**query, "type": "a\0b"}, 422, "unknown_type"),
    ]
    for bad, expected, code in wrong:
        status, answer = await api(house, application.id, bad)
        assert (status, answer["code"]) == (expected, code)
    status, answer = await api(house, application.id, query, b"")
    assert (status, answer["code"]) == (422, "empty")
    house.documents.refuse = (503, "unavailable")
    status, answer = await api(house, application.id, query)
    assert (status, answer["code"]) == (503, "documents_away")


async def test_stored_masked_and_deleted_in_every_order_and_twice_end_the_same(house: House) -> None:
    found: list[tuple[Any, ...]] = []
    for order in itertools.permutations(range(3)):
        application = await house.receive()
        house.documents.lose_answer = True
        with pytest.raises(Unavailable):
            await house.photograph(application.id)
        house.documents.lose_answer = False
        async with house.intake.db.connection() as conn:
            id_ = await conn.fetchval("SELECT id FROM documents WHERE application_id = $1", application.id)
        events = [build(application.id, id_) for build in (stored_event, document_masked, document_deleted)]
        for number in (*order, *order):
            await house.deliver(events[number])
        async with house.intake.db.connection() as conn:
            [row] = await conn.fetch("SELECT mask, deleted_at FROM documents WHERE id = $1", id_)
        view = await use_cases.get_application(house.intake, application.id)
        found.append((*row, "name" in view.missing))
    assert found == [("done", datetime(2026, 11, 22, 4, tzinfo=UTC), True)] * 6


async def test_a_deleted_picture_is_shown_as_deleted_proves_nothing_and_is_replaced(house: House) -> None:
    application = await house.submitted()
    [document] = (await use_cases.get_application(house.intake, application.id)).documents
    await house.deliver(document_deleted(application.id, document.id))
    await house.correction(application, (f"document:{document.id}", "individual_number_visible"))
    view = await use_cases.get_application(house.intake, application.id)
    assert [each.deleted_at for each in view.documents] == [datetime(2026, 11, 22, 4, tzinfo=UTC)]
    assert view.missing
    with pytest.raises(NotFound):
        await use_cases.document_rendition(house.intake, application.id, document.id, "screen")
    with pytest.raises(Invalid):
        await use_cases.submit(house.intake, application.id)
    new = await house.photograph(application.id)
    await use_cases.submit(house.intake, application.id)
    handed = (await house.events("application.handed_over.v1"))[-1]
    assert [each["id"] for each in handed.data["documents"]] == [str(new.id)]
