"""Who may do what: a token for exactly this act on exactly this document, once."""

import secrets
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.ids import new_id
from tests.documents import pictures
from tests.documents.conftest import SEEDS, STAFF, House, problem

NOBODY = "01a204ff-5311-7420-bab2-004678a4251d"
BY_STAFF = {"key": SEEDS["review"], "caller": "review", "actor": STAFF}


async def test_nobody_comes_in_without_a_token(house: House) -> None:
    document = await house.stored()
    url = f"/internal/v1/documents/{document}"
    for call in (house.client.put(url), house.client.delete(url), house.client.get(f"{url}/renditions/reading")):
        answer = await call
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert await problem(answer) == (401, "service_token")


@pytest.mark.parametrize(
    "changed",
    [
        {"audience": "review"},
        {"audience": ["review", "intake"]},
        {"key": SEEDS["review"]},
        {"key": secrets.token_bytes(32)},
        {"caller": "review"},
        {"caller": "notifier"},
        {"caller": ""},
    ],
    ids=[
        "audience",
        "audiences",
        "key of another caller",
        "key of nobody",
        "other caller",
        "strange caller",
        "no caller",
    ],
)
async def test_a_token_for_or_from_somebody_else_is_refused(house: House, changed: dict[str, Any]) -> None:
    document = await house.stored()
    answer = await house.get(document, token=house.token("read", document, **changed))
    assert await problem(answer) == (401, "service_token")
    assert await house.rows("SELECT * FROM reads") == []


@pytest.mark.parametrize("text", ["x", "a.b.c", "é", "..", "null"])
async def test_what_is_no_token_is_refused(house: House, text: str) -> None:
    assert await problem(await house.get(new_id(), token=text)) == (401, "service_token")


async def test_an_unsigned_or_differently_signed_token_is_refused(house: House) -> None:
    document = await house.stored()
    claims = jwt.decode(house.token("read", document), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, "none")  # type: ignore[arg-type]
    public = Ed25519PrivateKey.from_private_bytes(SEEDS["intake"]).public_key().public_bytes_raw()
    for token in (unsigned, jwt.encode(claims, public, "HS256")):
        assert await problem(await house.get(document, token=token)) == (401, "service_token")


async def test_a_token_works_for_a_minute(house: House) -> None:
    document = await house.stored()
    good, late = house.token("read", document), house.token("read", document)
    house.clock.move(seconds=59)
    assert (await house.get(document, token=good)).status == 200
    house.clock.move(seconds=1)
    assert await problem(await house.get(document, token=late)) == (401, "service_token")


async def test_a_token_works_once(house: House) -> None:
    document = await house.stored()
    token = house.token("read", document)
    assert (await house.get(document, token=token)).status == 200
    assert await problem(await house.get(document, token=token)) == (401, "replayed")
    assert await problem(await house.get(document, "screen", token=token)) == (401, "replayed")
    assert len(await house.rows("SELECT * FROM reads")) == 1


async def test_a_token_for_one_act_is_none_for_another(house: House) -> None:
    document = await house.stored()
    for purpose in ("put", "delete", "mask", ""):
        answer = await house.get(document, token=house.token(purpose, document))
        assert await problem(answer) == (403, "other_purpose")
    answer = await house.delete(document, token=house.token("read", document))
    assert await problem(answer) == (403, "other_purpose")
    answer = await house.put(new_id(), pictures.jpeg(), token=house.token("read", document))
    assert await problem(answer) == (403, "other_purpose")


@pytest.mark.parametrize(
    "actor", ["", "applicant", "applicant:", "applicant:x", f"applicant:{NOBODY}", f"staff:{NOBODY}"]
)
async def test_intake_speaks_for_the_applications_own_applicant_alone(house: House, actor: str) -> None:
    document = await house.stored()
    answer = await house.get(document, token=house.token("read", document, actor=actor))
    assert await problem(answer) == (403, "other_actor")
    assert await house.rows("SELECT * FROM reads") == []


@pytest.mark.parametrize("actor", ["", "staff", "staff:", "staff:hana", f"applicant:{NOBODY}"])
async def test_review_speaks_for_staff_alone(house: House, actor: str) -> None:
    document = await house.stored()
    answer = await house.get(document, token=house.token("read", document, **{**BY_STAFF, "actor": actor}))
    assert await problem(answer) == (403, "other_actor")


async def test_nobody_but_review_masks_and_nobody_but_intake_puts(house: House) -> None:
    document, applicant = await house.stored(), f"applicant:{house.application}"
    by_intake = house.token("mask", document, key=SEEDS["intake"], caller="intake", actor=applicant)
    assert await problem(await house.mask(document, token=by_intake)) == (403, "other_purpose")
    by_review = house.token("put", document, **BY_STAFF)
    assert await problem(await house.put(document, pictures.jpeg(), token=by_review)) == (403, "other_purpose")


async def test_every_look_has_an_audit_row_with_who_looked(house: House) -> None:
    document = await house.stored()
    await house.get(document, "thumbnail")
    await house.get(document, token=house.token("read", document, **BY_STAFF))
    assert await house.rows("SELECT caller, actor, document, application, rendition, read_at FROM reads") == [
        {
            "caller": caller,
            "actor": actor,
            "document": document,
            "application": house.application,
            "rendition": rendition,
            "read_at": house.clock(),
        }
        for caller, actor, rendition in (
            ("intake", f"applicant:{house.application}", "thumbnail"),
            ("review", STAFF, "reading"),
        )
    ]


async def test_a_token_for_one_document_is_none_for_another(house: House) -> None:
    document, other = await house.stored(), await house.stored()
    answers = [
        await house.get(document, token=house.token("read", other)),
        await house.delete(document, token=house.token("delete", other)),
        await house.put(document, pictures.jpeg(), token=house.token("put", other)),
    ]
    assert [await problem(answer) for answer in answers] == [(403, "other_document")] * 3


async def test_another_applications_document_is_not_there(house: House) -> None:
    document, stranger = await house.stored(), new_id()
    applicant = {"owner": stranger, "actor": f"applicant:{stranger}"}
    for who in (applicant, {**BY_STAFF, "owner": stranger}):
        answer = await house.get(document, token=house.token("read", document, **who))
        assert await problem(answer) == (404, "not_found")
        answer = await house.delete(document, token=house.token("delete", document, **who))
        assert await problem(answer) == (404, "not_found")
    answer = await house.mask(document, token=house.token("mask", document, owner=stranger))
    assert await problem(answer) == (404, "not_found")
    assert (await house.get(document)).status == 200


async def test_an_image_cannot_be_put_under_another_application(house: House) -> None:
    document = new_id()
    answer = await house.put(document, pictures.jpeg(), application=str(new_id()))
    assert await problem(answer) == (403, "other_application")
    assert house.objects() == []


async def test_an_id_that_is_none_belongs_to_no_token(house: House) -> None:
    for path in ("x", "00000000", "%00", "..%2f..", "é"):
        url = f"/internal/v1/documents/{path}/renditions/reading"
        headers = {"Authorization": f"Bearer {house.token('read', new_id())}"}
        answer = await house.client.get(url, headers=headers)
        assert await problem(answer) == (403, "other_document")
