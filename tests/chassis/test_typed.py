"""What was typed, on its way to the same page in another language."""

import base64
import json
import zlib
from secrets import token_hex

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.web.cookies import COOKIE_PREFIX, SECURE
from chassis.web.csrf import SECRET_KEY
from chassis.web.typed import Fields, keep, kept

TYPED = [("name", "水前寺 花子"), ("note", 'a\nb;,"')]


def request(path: str, cookie: str = "", key: bytes = bytes(32)) -> web.Request:
    app = web.Application()
    app[SECURE], app[COOKIE_PREFIX], app[SECRET_KEY] = False, "intake", key
    return make_mocked_request("GET", path, headers={"Cookie": f"intake_typed={cookie}"}, app=app)


def carried(path: str, fields: Fields) -> str:
    response = web.Response()
    keep(request("/language"), response, path, fields)
    morsel = response.cookies.get("intake_typed")
    return morsel.value if morsel else ""


def test_it_is_found_on_its_page_and_on_no_other() -> None:
    cookie = carried("/sign-in", [*TYPED, ("password", "secret"), ("new_password", "secret")])
    assert kept(request("/sign-in?x=1", cookie)) == TYPED
    assert kept(request("/apply", cookie)) == []


def test_of_more_than_a_cookie_holds_the_longest_is_left_out() -> None:
    cookie = carried("/page", [*TYPED, ("essay", token_hex(4000)), ("longer", token_hex(5000))])
    assert kept(request("/page", cookie)) == TYPED
    assert carried("/" + token_hex(4000), TYPED) == ""


@pytest.mark.parametrize("cookie", ["", "x", "AAAA", "eJyLVoqOBQAD0QFe", carried("/page", TYPED)[:-9]])
def test_a_cookie_that_we_did_not_write_says_nothing(cookie: str) -> None:
    assert kept(request("/page", cookie)) == []


def test_a_cookie_signed_by_another_says_nothing() -> None:
    cookie = carried("/page", TYPED)
    assert kept(request("/page", cookie)) == TYPED
    assert kept(request("/page", cookie, b"x" * 32)) == []


def test_a_cookie_that_was_changed_says_nothing() -> None:
    signed = base64.urlsafe_b64decode(carried("/page", TYPED))
    forged = signed[:16] + zlib.compress(json.dumps(["/page", [["name", "\ufff9" * 10]]]).encode())
    assert kept(request("/page", base64.urlsafe_b64encode(forged).decode())) == []


def test_however_many_fields_there_are_little_is_packed_and_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[int] = []
    compress = zlib.compress

    def counted(data: bytes) -> bytes:
        packed.append(len(data))
        return compress(data)

    monkeypatch.setattr(zlib, "compress", counted)
    found = kept(request("/page", carried("/page", [(f"field{n}", token_hex(n)) for n in range(500)])))
    assert found == [(f"field{n}", found[n][1]) for n in range(len(found))]
    assert (len(packed) < 20, max(packed) < 64 * 1024, 20 < len(found) < 200) == (True, True, True)
