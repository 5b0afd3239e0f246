import pytest

from chassis.web.routes import Route
from services.review.pages import ROUTES
from services.review.pages.session import safe_next
from services.review.use_cases import Review
from tests.review.conftest import House
from tests.review.pages.conftest import Browser

ID = "019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10"


def _path(pattern: str) -> str:
    filled = pattern.replace("{id}", ID).replace("{document_id}", ID).replace("{registration}", ID)
    return filled.replace("{rendition}", "screen")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.auth == "staff"], ids=lambda route: route.path)
async def test_every_page_sends_who_is_not_signed_in_to_the_sign_in_page(
    browser: Browser, route: Route[Review]
) -> None:
    path = _path(route.path)
    answer = await (browser.get(path) if route.method == "GET" else browser.post(path))
    assert answer.status == 303
    assert answer.location.startswith("/sign-in?next=%2F")


async def test_only_sign_in_and_sign_out_and_the_root_need_nobody() -> None:
    public = {(route.method, route.path) for route in ROUTES if route.auth != "staff"}
    assert public == {("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out")}


async def test_every_post_asks_for_the_token_of_our_own_form() -> None:
    assert {route.csrf for route in ROUTES if route.method == "POST"} == {"form"}


async def test_the_root_leads_to_the_queue(browser: Browser) -> None:
    assert (await browser.get("/")).location == "/queue"


async def test_after_signing_in_one_comes_to_the_page_that_was_asked_for(browser: Browser, house: House) -> None:
    path = f"/cases/{(await house.case()).case.id}"
    asked = await browser.get(path)
    form = await browser.get(asked.location)
    assert f'name="next" value="{path}"' in form.html
    answer = await browser.sign_in(next=path)
    assert (answer.status, answer.location) == (303, path)
    assert (await browser.get(path)).status == 200


async def test_a_form_sent_after_the_session_ended_leads_back_to_its_case(staff: Browser, house: House) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    house.clock.move(minutes=31)
    answer = await staff.post(f"/cases/{case.id}/decision", {"decision": "approve", "version": "1"})
    assert (answer.status, answer.location) == (303, f"/sign-in?next=%2Fcases%2F{case.id}")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "https://example.org/",
        "//example.org/queue",
        "/\\example.org",
        "/queue\r\nSet-Cookie: a=b",
        "/queue/../sign-out",
        "/sign-out",
        "javascript:alert(1)",
        "/queue?" + "a" * 501,
        f"/cases/{ID}/decision",
    ],
)
def test_a_strange_next_page_becomes_the_queue(asked: str) -> None:
    assert safe_next(asked) == "/queue"


@pytest.mark.parametrize(
    "asked", ["/queue", "/queue?status=waiting&after=abc", "/registrations", f"/cases/{ID}", f"/cases/{ID}?done=1"]
)
def test_our_own_pages_are_kept_as_the_next_page(asked: str) -> None:
    assert safe_next(asked) == asked


async def test_a_wrong_password_is_said_beside_the_field_and_keeps_the_name(browser: Browser) -> None:
    answer = await browser.sign_in(password="wrong-password")
    assert answer.status == 422
    assert answer.text.count("職員IDかパスワードが違います") == 2
    assert 'value="hana"' in answer.html
    assert "wrong-password" not in answer.html
    assert (await browser.get("/queue")).status == 303


async def test_an_unknown_name_reads_like_a_wrong_password(browser: Browser) -> None:
    known, unknown = await browser.sign_in(password="wrong-password"), await browser.sign_in("nobody")
    assert (known.status, known.text) == (unknown.status, unknown.text)


async def test_guessing_is_stopped_with_a_readable_page(browser: Browser) -> None:
    for _ in range(10):
        await browser.sign_in(password="wrong-password")
    answer = await browser.sign_in()
    assert answer.status == 429
    assert answer.text.count("しばらく待って") == 1  # and not beside a field, in which nothing is wrong
    assert "ログインできませんでした" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


async def test_the_cookie_cannot_be_read_by_scripts_or_sent_from_other_sites(browser: Browser) -> None:
    cookies = (await browser.sign_in()).headers.getall("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("review_session="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in session.split(";")}


async def test_signing_out_ends_the_session_and_forgets_the_cookie(staff: Browser, house: House) -> None:
    await staff.get("/queue")
    answer = await staff.post("/sign-out")
    assert (answer.status, answer.location) == (303, "/sign-in")
    assert (await staff.get("/queue")).status == 303
    assert await house.rows("SELECT * FROM sessions") == []


async def test_signing_out_leaves_nothing_in_the_browser_and_says_what_was_given_back(
    staff: Browser, house: House
) -> None:
    await house.claimed()
    await staff.get("/queue")
    answer = await staff.post("/sign-out")
    assert (answer.headers["Clear-Site-Data"], answer.location) == ('"cache", "storage"', "/sign-in?released=1")
    said = "担当していた申請1件は、ほかの職員が担当できるようになりました。"
    assert said in (await staff.get(answer.location)).text
    for odd in ("0", "-1", "x", "<b>", "1" * 9):
        assert "担当していた申請" not in (await staff.get(f"/sign-in?released={odd}")).text


async def test_signing_in_again_in_the_same_browser_ends_the_session_before(staff: Browser, house: House) -> None:
    await staff.sign_in()
    assert await house.rows("SELECT count(*) AS open FROM sessions") == [{"open": 1}]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
async def test_a_form_without_our_token_is_refused_with_a_page(browser: Browser, path: str) -> None:
    answer = await browser.post(path, {"username": "hana"})
    assert answer.status == 403
    assert "この画面の有効期限が切れました" in answer.text


async def test_a_bearer_token_opens_no_page(browser: Browser, house: House) -> None:
    headers = {"Authorization": f"Bearer {await house.token()}"}
    async with house.client.get("/queue", headers=headers, allow_redirects=False) as response:
        assert response.status == 303


async def test_a_cookie_of_rubbish_is_nobody(browser: Browser, house: House) -> None:
    headers = {"Cookie": "review_session=\udcff\udcfe"}
    async with house.client.get("/queue", headers=headers, allow_redirects=False) as response:
        assert response.status == 303
