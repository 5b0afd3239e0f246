"""What was typed, on its way to the same page in another language."""

from secrets import token_hex

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.web.cookies import COOKIE_PREFIX, SECURE
from chassis.web.csrf import SECRET_KEY
from chassis.web.typed import Fields, keep, kept

TYPED = [("name", "水前寺 花子"), ("note", 'a\nb;,"')]


def request(path: str, cookie: str = "") -> web.Request:
    app = web.Application()
    app[SECURE], app[COOKIE_PREFIX], app[SECRET_KEY] = False, "intake", bytes(32)
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
