"""What a stranger's text may hold: nothing that nobody sees and that changes what others see."""

import unicodedata
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from markupsafe import escape
from yarl import URL

from chassis.events import encode_json, envelope_of
from chassis.ids import new_id
from chassis.testing import heard
from chassis.unseen import clean
from chassis.web.cleaning import MOST_MARKS, cleaned, has_too_many_marks
from chassis.web.failures import failures
from chassis.web.forms import read_form, read_json
from chassis.web.languages import annotated, plain, ruby
from tests.chassis.conftest import EVENT, SCHEMAS

Client = TestClient[Any, Any]
UNSEEN = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u206a\u206f\ufff9\ufffa\ufffb\U000e0041"
)
NAMES = [
    "नेपाली क्‍ष",  # a joiner within
    "می‌خواهم",  # a non-joiner within
    "葛\U000e0100城",
    "ệ",
    unicodedata.normalize("NFD", "Nguyễn Thị Ệ"),
    "မြွှေ့",
    "བསྒྲུབས་",
    "בְּרֵאשִׁ֖ית",
    "\u1780\u17d2\u179a\u17bb\u1798",
    "が゛・・・・・・・・・・・・、。（株）",
    "👩‍👩‍👧‍👦 ❤️",
]
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "more": {"type": "object"}}}


async def _form(request: web.Request) -> web.Response:
    return web.json_response(list((await read_form(request)).items()))


async def _json(request: web.Request) -> web.Response:
    return web.json_response(await read_json(request, SCHEMA))


async def _shown(request: web.Request) -> web.Response:
    said = [request.path, *request.query.values(), request.headers.get("X-Said", ""), *request.cookies.values()]
    return web.json_response(said)


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    app = web.Application(middlewares=[cleaned, failures])
    app.router.add_post("/api/form", _form)
    app.router.add_post("/api/json", _json)
    app.router.add_get("/{path:.*}", _shown)
    async with TestClient(TestServer(app)) as client:
        yield client


async def post(client: Client, path: str, body: str, kind: str) -> tuple[int, Any]:
    async with client.post(path, data=body.encode("utf-8", "surrogatepass"), headers={"Content-Type": kind}) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("name", NAMES)
def test_what_names_need_stays(name: str) -> None:
    assert (clean(name), has_too_many_marks(name)) == (name, False)


async def test_a_form_is_read_without_what_nobody_sees(client: Client) -> None:
    body = "&".join(f"{quote(name)}={quote(text)}" for name, text in [("n\u202eame", f"山{UNSEEN}田"), ("x", "é")])
    answer = await post(client, "/api/form", body, "application/x-www-form-urlencoded")
    assert answer == (200, [["name", "山田"], ["x", "é"]])


async def test_json_is_read_without_it_at_every_depth(client: Client) -> None:
    body = '{"name": "山\\u202e田", "more": {"a\u2066": ["\ufff9b\ufffac\ufffb"]}}'
    answer = await post(client, "/api/json", body, "application/json")
    assert answer == (200, {"name": "山田", "more": {"a": ["bc"]}})


async def test_address_query_cookies_and_headers_are_without_it(client: Client) -> None:
    url = URL(f"/a{quote(UNSEEN)}b%2Fc?q=x{quote(UNSEEN)}y%26z&r=+1", encoded=True)
    headers = {"X-Said": f"h{UNSEEN}i", "Cookie": "c=d"}
    async with client.get(url, headers=headers) as answer:
        assert await answer.json() == ["/ab/c", "xy&z", " 1", "hi", "d"]


async def test_what_holds_none_of_it_is_passed_on_as_it_came(client: Client) -> None:
    async with client.get(URL("/%E5%B1%B1%2F?q=%FF&a=b;c", encoded=True)) as answer:
        assert (await answer.json())[0] == "/山/"


@pytest.mark.parametrize("mark", ["\u0301", "\u0336", "\u20dd", "\u0e49", "\u064b", "\u093f", "\u3099"])
async def test_letters_under_a_heap_of_marks_are_refused_with_what_to_do(client: Client, mark: str) -> None:
    for count, status in ((MOST_MARKS, 200), (MOST_MARKS + 1, 422), (60, 422), (80_000, 422)):
        body = f"name={quote('a' + mark * min(count, 9000))}"
        assert (await post(client, "/api/form", body, "application/x-www-form-urlencoded"))[0] == status
    _, problem = await post(client, "/api/json", f'{{"name": "a{mark * 60}"}}', "application/json")
    [error] = problem["errors"]
    assert (error["field"], error["code"]) == ("name", "too_many_marks")
    assert error["message"].endswith("記号を消して、入力し直してください。")


def test_joiners_between_the_marks_change_nothing() -> None:
    assert has_too_many_marks("a" + "\u0301\u200d" * 5)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"name": "a", "name": "b"}', "duplicate_key"),
        ('{"name": "a", "\\u006eame": "a"}', "duplicate_key"),
        ('{"more": {"x": [{"y": 1, "y": 1}]}}', "duplicate_key"),
        ("{" + ",".join(f'"a{n}": 1' for n in range(600)) + "}", "too_many_fields"),
        ('{"more": {"x": [' + "1," * 20_000 + "1]}}", "too_many_values"),
        ('{"more": ' + '{"a":' * 900 + "1" + "}" * 901, "not_json"),
        ('{"name": ' + "1" * 5000 + "}", "not_json"),
    ],
)
async def test_json_that_can_be_read_in_two_ways_or_is_far_too_much_is_refused(
    client: Client, body: str, code: str
) -> None:
    status, problem = await post(client, "/api/json", body, "application/json")
    assert (status, problem["code"]) == (400, code)


async def test_a_key_that_is_the_same_once_it_is_clean_is_refused_too(client: Client) -> None:
    status, problem = await post(client, "/api/json", '{"name": "a", "na\\u202eme": "b"}', "application/json")
    assert (status, problem["code"]) == (400, "duplicate_key")


def test_nothing_of_a_person_becomes_markup() -> None:
    ours = annotated("{漢字|かんじ}")
    theirs = escape(clean("\ufff9<b>\ufffax\ufffb"))
    assert ruby(f"<p>{ours}{theirs}</p>") == ("<p><ruby>漢字<rp>（</rp><rt>かんじ</rt><rp>）</rp></ruby>&lt;b&gt;x</p>")


@pytest.mark.parametrize("text", ["\ufff9", "\ufff9\ufffa", "\ufff9a\ufffa\ufff9", "\ufffa\ufffb"])
def test_what_is_half_an_annotation_stays_as_it_is(text: str) -> None:
    assert (plain(text), ruby(text)) == (text, text)


@pytest.mark.parametrize("written", ["\u202e", "\\u202E", "\ufff9"])
def test_an_event_is_read_without_what_nobody_sees(written: str) -> None:
    body = encode_json(envelope_of(heard(EVENT, "sender", new_id(), {"n": 1, "text": "山@田"}))).replace("@", written)
    assert SCHEMAS.decode(body.encode()).data == {"n": 1, "text": "山田"}
