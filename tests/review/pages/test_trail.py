"""Every look at personal data and every act of staff leaves one row, also what was refused; what leaves none says why."""

from typing import Any

import pytest

from chassis.errors import TooManyRequests, Unauthenticated
from services.review import use_cases
from services.review.app import SERVICE
from tests.review.conftest import ADDRESS, PASSWORD, House
from tests.review.pages.conftest import Browser
from tests.review.pages.scenes import FORMS, TYPED, set_up
from tests.review.pages.test_two_tabs import open_page

#: Why nothing is written down.
NO_ROW = {
    "GET /": "leads elsewhere",
    "GET /sign-in": "nobody is signed in yet",
    "GET /queue": "shows receipt numbers, no names; a search is noted",
    "GET /api/v1/cases": "lists receipt numbers, no names",
    "GET /registrations": "a form, before anybody was looked up",
    "POST /sign-in": "noted by the use case: tests below",
    "POST /api/v1/sessions": "noted by the use case: tests below",
    "DELETE /api/v1/sessions": "noted by the use case: tests below",
}
#: What the row of each look and act says.
PAGES = {
    "/cases/{id}": ("/cases/{case}", "case_viewed"),
    "/cases/{id}/documents/{document_id}/mask": ("/cases/{case}/documents/{document}/mask", "mask_opened"),
    "/cases/{id}/documents/{document_id}/destruction": (
        "/cases/{case}/documents/{document}/destruction",
        "destruction_opened",
    ),
    "/cases/{id}/documents/{document_id}/{rendition}": ("/cases/{case}/documents/{document}/screen", "document_viewed"),
}
ACTS = {
    "/sign-out": ["signed_out"],
    "/cases/{id}/claim": ["claimed"],
    "/cases/{id}/release": ["released"],
    "/cases/{id}/decision": ["decided"],
    "/cases/{id}/deadline": ["deadline_extended"],
    "/cases/{id}/undelivered": ["undelivered_seen_to"],
    "/cases/{id}/documents/{document_id}/mask": ["document_masked"],
    # Two acts: another image is asked for, too.
    "/cases/{id}/documents/{document_id}/destruction": ["document_destroyed", "decided"],
    "/registrations": ["registration_looked_up"],
    "/registrations/{registration}/notice": ["notice_stopped"],
}
#: Nothing is lost by them, whatever the case has become.
NEVER_REFUSED = {"/sign-out", "/cases/{id}/release", "/cases/{id}/undelivered"}
DOCUMENT = "/cases/{case}/documents/{document}"
API: dict[str, tuple[str, Any, str]] = {
    "GET /api/v1/cases/{id}": ("/cases/{case}", None, "case_viewed"),
    "POST /api/v1/cases/{id}/claim": ("/cases/{waiting}/claim", {}, "claimed"),
    "DELETE /api/v1/cases/{id}/claim": ("/cases/{case}/claim", None, "released"),
    "POST /api/v1/cases/{id}/decision": (
        "/cases/{case}/decision",
        {"version": 1, "decision": "approve"},
        "decided",
    ),
    "POST /api/v1/cases/{id}/documents/{document_id}/masks": (f"{DOCUMENT}/masks", {"boxes": []}, "document_masked"),
    "GET /api/v1/cases/{id}/documents/{document_id}": (DOCUMENT, None, "document_viewed"),
}
#: What each act of the API is refused for.
WRONG: dict[str, tuple[str, Any, str]] = {
    "POST /api/v1/cases/{id}/claim": ("/cases/{correcting}/claim", {}, "wrong_state"),
    "POST /api/v1/cases/{id}/decision": (
        "/cases/{waiting}/decision",
        {"version": 1, "decision": "approve"},
        "not_claimed",
    ),
    "POST /api/v1/cases/{id}/documents/{document_id}/masks": (
        "/cases/{waiting}/documents/{document}/masks",
        {"boxes": []},
        "not_found",
    ),
    "DELETE /api/v1/cases/{id}/claim": ("/cases/{document}/claim", None, "not_found"),
}
SINCE = "SELECT action, staff_id, case_id, detail FROM audit WHERE NOT id = ANY($1::uuid[]) ORDER BY id"


class Trail:
    """What was written since."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._before: list[Any] = []

    async def begin(self) -> None:
        self._before = [row["id"] for row in await self._house.rows("SELECT id FROM audit")]

    async def rows(self) -> list[dict[str, Any]]:
        return await self._house.rows(SINCE, self._before)

    async def actions(self) -> list[str]:
        return [row["action"] for row in await self.rows()]


@pytest.fixture
def trail(house: House) -> Trail:
    return Trail(house)


def test_every_route_is_tried_here_or_says_why_it_leaves_no_row() -> None:
    routes = {f"{route.method} {route.path}" for route in SERVICE.routes}
    tried = {*API, *(f"GET {path}" for path in PAGES), *(f"POST {path}" for path in ACTS)}
    assert routes == tried | NO_ROW.keys()
    assert not tried & NO_ROW.keys()
    assert WRONG.keys() == {route for route in API if not route.startswith("GET")}
    assert ACTS.keys() == FORMS.keys()


@pytest.mark.parametrize("route", PAGES)
async def test_a_page_with_personal_data_leaves_one_row(staff: Browser, house: House, trail: Trail, route: str) -> None:
    path, action = PAGES[route]
    named = await set_up(house)
    await trail.begin()
    assert (await staff.get(path.format(**named))).status == 200
    [row] = await trail.rows()
    assert (row["action"], row["staff_id"], str(row["case_id"])) == (action, house.reviewer.id, named["case"])


@pytest.mark.parametrize("route", ACTS)
async def test_an_act_leaves_its_row(staff: Browser, house: House, trail: Trail, route: str) -> None:
    named, form = await set_up(house), FORMS[route]
    await open_page(staff, form, named)
    await trail.begin()
    fields = {**form.fields, **({"card_number": named["card"]} if route == "/registrations" else {})}
    assert (await staff.post(form.action.format(**named), fields)).status in (200, 303)
    assert await trail.actions() == ACTS[route]


@pytest.mark.parametrize("route", [route for route in ACTS if route not in NEVER_REFUSED])
async def test_a_refused_act_leaves_one_row_that_says_why(
    staff: Browser, house: House, trail: Trail, route: str
) -> None:
    named, form = await set_up(house), FORMS[route]
    await open_page(staff, form, named)
    await house.rows("UPDATE cases SET claimed_by = $1, version = 5 WHERE claimed_by IS NOT NULL", house.colleague.id)
    await house.rows("UPDATE cases SET status = 'closed', closed_because = 'withdrawn' WHERE status <> 'decided'")
    await house.rows("DELETE FROM registrations")
    await trail.begin()
    answer = await staff.post(form.action.format(**named), form.fields)
    assert answer.status in (404, 409, 422), route
    [row] = await trail.rows()
    if route == "/registrations":
        assert (row["action"], row["detail"]) == ("registration_looked_up", {"registration": None})
    else:
        assert (row["action"], row["detail"]["route"], len(row["detail"]["codes"])) == ("refused", f"POST {route}", 1)
    assert TYPED not in str(row)


async def test_a_form_of_another_accounts_page_leaves_a_row_of_who_is_signed_in(
    staff: Browser, house: House, trail: Trail
) -> None:
    named, form = await set_up(house), FORMS["/cases/{id}/decision"]
    await open_page(staff, form, named)
    page_of = staff.page_of
    await staff.sign_in("taro")
    await trail.begin()
    await staff.post(form.action.format(**named), {**form.fields, "page_of": page_of})
    [row] = await trail.rows()
    said = {"route": "POST /cases/{id}/decision", "codes": ["other_account"]}
    assert (row["action"], row["staff_id"], row["detail"]) == ("refused", house.colleague.id, said)


@pytest.mark.parametrize("route", API)
async def test_the_api_leaves_one_row(house: House, trail: Trail, route: str) -> None:
    path, body, action = API[route]
    named, token = await set_up(house), await house.token()
    await trail.begin()
    assert await call(house, route, path.format(**named), token, body) == 200
    assert await trail.actions() == [action]


@pytest.mark.parametrize("route", WRONG)
async def test_what_the_api_refuses_leaves_one_row(house: House, trail: Trail, route: str) -> None:
    path, body, code = WRONG[route]
    named, token = await set_up(house), await house.token()
    await trail.begin()
    assert await call(house, route, path.format(**named), token, body) >= 400
    [row] = await trail.rows()
    assert (row["action"], row["detail"]) == ("refused", {"route": route, "codes": [code]})


async def call(house: House, route: str, path: str, token: str, body: Any) -> int:
    method, headers = route.partition(" ")[0], {"Authorization": f"Bearer {token}"}
    async with house.client.request(method, f"/api/v1{path}", headers=headers, json=body) as answer:
        await answer.read()
        return answer.status


@pytest.mark.parametrize("typed", ["", "K7QM-2XRD-90FA", "水前寺 はな"])
async def test_a_search_leaves_a_row_without_what_was_typed(
    staff: Browser, house: House, trail: Trail, typed: str
) -> None:
    await trail.begin()
    await staff.get(f"/queue?q={typed}")
    [row] = await trail.rows()
    assert (row["action"], row["case_id"], row["detail"]) == ("case_searched", None, {})


async def test_signing_in_and_out_leave_rows_and_so_do_failures_without_what_was_typed(
    house: House, trail: Trail
) -> None:
    await trail.begin()
    for name, password in (("hana", "wrong-password"), (PASSWORD, "oops")):
        with pytest.raises(Unauthenticated):
            await use_cases.sign_in(house.review, name, password, ADDRESS)
    token = (await use_cases.sign_in(house.review, "hana", PASSWORD, ADDRESS)).token
    await use_cases.sign_out(house.review, token)
    rows, hana = await trail.rows(), house.reviewer.id
    assert [(row["action"], row["staff_id"]) for row in rows] == [
        ("sign_in_failed", hana),
        ("sign_in_failed", None),
        ("signed_in", hana),
        ("signed_out", hana),
    ]
    assert PASSWORD not in str(rows)


async def test_what_was_not_even_tried_fills_no_table(house: House, trail: Trail) -> None:
    await trail.begin()
    for _ in range(15):
        with pytest.raises((Unauthenticated, TooManyRequests)):
            await use_cases.sign_in(house.review, "hana", "wrong-password", ADDRESS)
    assert await trail.actions() == ["sign_in_failed"] * 10
