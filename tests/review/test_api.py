"""The API: who may, what is refused, and the journey of one case."""

import io
import json
from typing import Any

import pytest
from aiohttp import ClientResponse

from chassis.ids import new_id
from services.review.api import ROUTES
from tests.review import samples
from tests.review.conftest import PASSWORD, House


async def call(
    house: House, method: str, path: str, token: str | None = None, body: Any = None, **options: Any
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer: ClientResponse = await house.client.request(method, f"/api/v1{path}", headers=headers, json=body, **options)
    content = await answer.json() if "json" in answer.content_type else await answer.read()
    return answer.status, content


@pytest.mark.parametrize("route", [route for route in ROUTES if route.auth != "public"], ids=lambda each: each.path)
async def test_nobody_gets_in_without_a_token_that_is_good(house: House, route: Any) -> None:
    path = route.path.replace("{id}", str(new_id())).replace("{document_id}", str(new_id()))
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {await house.token()}"}):
        answer = await house.client.request(route.method, path, headers=headers, json={})
        assert answer.status == 401
        assert (await answer.json())["code"] == "unauthenticated"


async def test_a_cookie_opens_no_api(house: House) -> None:
    token = await house.token()
    for name in ("review_session", "review_staff", "session"):
        answer = await house.client.get("/api/v1/cases", headers={"Cookie": f"{name}={token}"})
        assert answer.status == 401


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"username": "hana"}, "password", "required"),
        ({"username": "hana", "password": PASSWORD, "admin": True}, "admin", "unknown_field"),
        ({"username": ["hana"], "password": PASSWORD}, "username", "wrong_type"),
        ({"username": "h\0", "password": PASSWORD}, "username", "invalid_character"),
        ({"username": "hana", "password": "\ud800"}, "password", "invalid_character"),
        ({"username": "hana", "password": "x" * 1001}, "password", "too_long"),
    ],
)
async def test_a_sign_in_with_a_fault_is_refused(house: House, body: Any, field: str, code: str) -> None:
    status, answer = await call(house, "POST", "/sessions", body=body)
    assert (status, [(error["field"], error["code"]) for error in answer["errors"]]) == (422, [(field, code)])


async def test_wrong_credentials_are_401_whatever_is_wrong(house: House) -> None:
    for username, password in (("hana", "wrong-one"), ("nobody", PASSWORD)):
        status, answer = await call(house, "POST", "/sessions", body={"username": username, "password": password})
        assert (status, answer["code"]) == (401, "wrong_credentials")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "decision", "required"),
        ({"version": 1, "decision": "maybe"}, "decision", "invalid"),
        ({"version": "1", "decision": "approve"}, "version", "wrong_type"),
        ({"version": 10**30, "decision": "approve"}, "version", "invalid"),
        ({"version": 1, "decision": "approve", "status": "decided"}, "status", "unknown_field"),
        ({"version": 1, "decision": "correct", "reasons": "blurred"}, "reasons", "wrong_type"),
        ({"version": 1, "decision": "correct", "reasons": [{"item": "application"}]}, "reasons/0", "required"),
        (
            {"version": 1, "decision": "correct", "reasons": [{"item": "application", "code": "other", "x": 1}]},
            "reasons/0",
            "unknown_field",
        ),
        (
            {"version": 1, "decision": "approve", "verdicts": [{"candidate": "x", "verdict": "same"}]},
            "verdicts/0/candidate",
            "invalid",
        ),
        (
            {"version": 1, "decision": "reject", "reasons": [{"item": "application", "code": "nope"}]},
            "reasons/0/code",
            "reason_unknown",
        ),
        ({"version": 1, "decision": "reject"}, "reasons", "reasons_required"),
    ],
)
async def test_a_decision_with_a_fault_is_422_and_names_it(house: House, body: Any, field: str, code: str) -> None:
    case = await house.claimed()
    status, answer = await call(house, "POST", f"/cases/{case.id}/decision", await house.token(), body)
    assert status == 422
    assert (field, code) in [(error["field"], error["code"]) for error in answer["errors"]]
    assert await house.said() == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'"x"', b"null"])
async def test_a_body_that_is_no_object_is_400(house: House, raw: bytes) -> None:
    case = await house.claimed()
    headers = {"Authorization": f"Bearer {await house.token()}", "Content-Type": "application/json"}
    for path in (f"/api/v1/cases/{case.id}/decision", "/api/v1/sessions"):
        answer = await house.client.post(path, data=raw, headers=headers)
        assert answer.status == 400


async def test_a_body_of_five_megabytes_is_413(house: House) -> None:
    body = io.BytesIO(json.dumps({"username": "x" * 5_000_000, "password": "x"}).encode())
    answer = await house.client.post("/api/v1/sessions", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, (await answer.json())["code"]) == (413, "too_large")


async def test_ids_that_are_none_are_not_found(house: House) -> None:
    token = await house.token()
    case = await house.claimed()
    for bad in (str(new_id()), "x", "1", str(case.id).replace("-", ""), "%00", "%FF", "あ"):
        for method, path in (("GET", ""), ("POST", "/claim"), ("DELETE", "/claim")):
            status, answer = await call(house, method, f"/cases/{bad}{path}", token)
            assert (status, answer["code"]) == (404, "not_found")
        decision = {"version": 1, "decision": "approve"}
        assert (await call(house, "POST", f"/cases/{bad}/decision", token, decision))[0] == 404
        assert (await call(house, "GET", f"/cases/{case.id}/documents/{bad}", token))[0] == 404


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("status=on_fire", "status", "status_unknown"),
        ("after=zzz", "after", "after_invalid"),
        ("after=%00", "after", "after_invalid"),
        ("limit=5", "limit", "unknown_field"),
    ],
)
async def test_a_question_with_a_fault_is_422(house: House, query: str, field: str, code: str) -> None:
    status, answer = await call(house, "GET", f"/cases?{query}", await house.token())
    assert (status, [(error["field"], error["code"]) for error in answer["errors"]]) == (422, [(field, code)])


async def test_the_queue_pages_to_its_end(house: House) -> None:
    for number in range(53):
        await house.case(who=samples.somebody(number))
    token = await house.token()
    _, first = await call(house, "GET", "/cases?status=&after=", token)
    _, second = await call(house, "GET", f"/cases?status=waiting&after={first['next']}", token)
    assert (len(first["cases"]), len(second["cases"]), second["next"]) == (50, 3, None)
    assert len({case["id"] for case in first["cases"] + second["cases"]}) == 53


async def test_the_journey_of_one_case(house: House) -> None:
    view = await house.case()
    photo = view.documents[0].id
    house.vault.images[photo] = b"\xff\xd8"
    status, signed_in = await call(house, "POST", "/sessions", body={"username": "hana", "password": PASSWORD})
    assert status == 201
    token = signed_in["token"]
    _, queue = await call(house, "GET", "/cases?status=waiting&after=", token)
    [listed] = queue["cases"]
    assert (listed["receipt_number"], listed["status"], listed["version"]) == (view.case.receipt_number, "waiting", 1)
    path = f"/cases/{listed['id']}"
    _, case = await call(house, "GET", path, token)
    assert case["applicant"]["name"] == {"raw": "水前寺　はな", "display": "水前寺 はな", "registered": None}
    assert [document["id"] for document in case["documents"]] == [str(photo)]
    decision = {"version": case["version"], "decision": "approve"}
    status, refused = await call(house, "POST", f"{path}/decision", token, decision)
    assert (status, refused["code"]) == (409, "not_claimed")
    status, claimed = await call(house, "POST", f"{path}/claim", token)
    assert (status, claimed["status"], claimed["claimed_by"]) == (200, "claimed", "hana")
    status, held = await call(house, "POST", f"{path}/claim", await house.token(house.colleague))
    assert (status, held["code"]) == (409, "held_by_other")
    answer = await house.client.get(f"/api/v1{path}/documents/{photo}", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.content_type, answer.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert await answer.read() == b"\xff\xd8"
    status, stale = await call(house, "POST", f"{path}/decision", token, decision | {"version": 2})
    assert (status, stale["code"]) == (409, "stale_version")
    status, decided = await call(house, "POST", f"{path}/decision", token, decision)
    assert (status, decided) == (200, {"status": "decided", "version": 2, "card_number": "2900000000018"})
    status, replayed = await call(house, "POST", f"{path}/decision", token, decision)
    assert (status, replayed["code"]) == (409, "wrong_state")
    _, after = await call(house, "GET", path, token)
    assert [each["card_number"] for each in after["decisions"]] == ["2900000000018"]
    assert (await call(house, "DELETE", "/sessions", token))[0] == 204
    assert (await call(house, "GET", "/cases", token))[0] == 401


async def test_documents_away_is_503_with_the_time_to_come_back(house: House) -> None:
    view = await house.case()
    house.vault.status = 503
    headers = {"Authorization": f"Bearer {await house.token()}"}
    answer = await house.client.get(f"/api/v1/cases/{view.case.id}/documents/{view.documents[0].id}", headers=headers)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert (await answer.json())["code"] == "documents_away"


async def test_a_correction_and_a_claim_given_back_through_the_api(house: House) -> None:
    view = await house.case()
    token, path = await house.token(), f"/cases/{view.case.id}"
    await call(house, "POST", f"{path}/claim", token)
    status, released = await call(house, "DELETE", f"{path}/claim", token)
    assert (status, released["status"], released["claimed_by"]) == (200, "waiting", None)
    await call(house, "POST", f"{path}/claim", token)
    reasons = [{"item": f"document:{view.documents[0].id}", "code": "blurred", "note": None}]
    body = {
        "version": 1,
        "decision": "correct",
        "reasons": reasons,
        "amendments": [],
        "verdicts": [],
        "card_number": None,
    }
    assert await call(house, "POST", f"{path}/decision", token, body) == (
        200,
        {"status": "correction_requested", "version": 2},
    )


async def test_a_case_says_whether_its_person_wants_to_be_told_before_the_card_expires(house: House) -> None:
    token = await house.token()
    for answer in (True, False):
        view = await house.case(expiry_notice=answer)
        assert (await call(house, "GET", f"/cases/{view.case.id}", token))[1]["expiry_notice"] is answer


async def test_the_same_person_is_refused_a_second_card_and_keeps_the_first(house: House) -> None:
    token, first = await house.token(), await house.claimed()
    approval = {"version": 1, "decision": "approve"}
    _, decided = await call(house, "POST", f"/cases/{first.id}/decision", token, approval)
    case = await house.claimed()
    _, view = await call(house, "GET", f"/cases/{case.id}", token)
    [found] = view["duplicates"]
    said = approval | {"verdicts": [{"candidate": found["id"], "verdict": "same"}]}
    status, problem = await call(house, "POST", f"/cases/{case.id}/decision", token, said)
    assert (status, problem["code"]) == (409, "same_person")
    renewal = {"registration": found["id"], "as": "renewal"}
    status, again = await call(house, "POST", f"/cases/{case.id}/decision", token, said | {"same_as": renewal})
    assert (status, again["card_number"]) == (200, decided["card_number"])
    _, view = await call(house, "GET", f"/cases/{case.id}", token)
    assert view["decisions"][-1]["same_as"] == renewal
