"""Signing in and out: a cookie holds the session's token."""

import re

from aiohttp import web

from chassis.errors import TooManyRequests, Unauthenticated
from chassis.web.cookies import cookie_name, drop_cookie, set_cookie
from chassis.web.forms import read_form
from services.review import use_cases
from services.review.model import Staff
from services.review.pages.frame import address_of, page
from services.review.use_cases import Review

_COOKIE = "session"
HOME = "/queue"
_OURS = re.compile(r"/(?:queue|registrations|cases/[0-9a-f-]{36})(?:\?[!-~]{0,500})?")
_FEW = re.compile("[1-9][0-9]{0,3}")
_WRONG = "職員IDかパスワードが違います。もう一度入力してください。"
_TOO_MANY = "間違いが続いたため、ログインを止めています。しばらく待ってから、もう一度お試しください。"


async def authenticate(review: Review, request: web.Request) -> Staff:
    """The staff member whose session the cookie holds. Raises Unauthenticated."""
    token = request.cookies.get(cookie_name(request, _COOKIE))
    if not token or not token.isascii():
        raise Unauthenticated
    return await use_cases.staff_of(review, token)


async def get_sign_in(review: Review, request: web.Request) -> web.StreamResponse:
    released = request.query.get("released", "")
    notice = (
        f"担当していた申請{released}件は、ほかの職員が担当できるようになりました。" if _FEW.fullmatch(released) else ""
    )
    return _form(review, request, safe_next(request.query.get("next", "")), notice=notice)


async def post_sign_in(review: Review, request: web.Request) -> web.StreamResponse:
    form = await read_form(request)
    before = request.cookies.get(cookie_name(request, _COOKIE), "")
    username, next_page = form.get("username", "").strip(), safe_next(form.get("next", ""))
    try:
        signed_in = await use_cases.sign_in(review, username, form.get("password", ""), address_of(request))
    except Unauthenticated:
        return _form(review, request, next_page, username, _WRONG, status=422)
    except TooManyRequests as problem:
        response = _form(review, request, next_page, username, _TOO_MANY, status=problem.status, field="")
        response.headers.update(problem.headers)
        return response
    await use_cases.replace_session(review, before, signed_in.staff)
    response = _to(next_page)
    set_cookie(request, response, _COOKIE, signed_in.token)
    return response


async def post_sign_out(review: Review, request: web.Request) -> web.StreamResponse:
    released = await use_cases.sign_out(review, request.cookies.get(cookie_name(request, _COOKIE), ""))
    response = _to(f"/sign-in?released={released}" if released else "/sign-in")
    drop_cookie(request, response, _COOKIE)
    # Also the pages that the browser keeps for going back: they hold other people's papers.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def get_root(_review: Review, _request: web.Request) -> web.StreamResponse:
    return _to(HOME)


def safe_next(asked: str) -> str:
    """Where to go after signing in: one of our own pages, whatever was asked for."""
    return asked if _OURS.fullmatch(asked) else HOME


def _form(
    review: Review,
    request: web.Request,
    next_page: str,
    username: str = "",
    error: str = "",
    *,
    status: int = 200,
    field: str = "username",
    notice: str = "",
) -> web.Response:
    errors = [{"field": field, "message": error}] if error else []
    values = {"next": next_page, "username": username[:200], "errors": errors, "notice": notice, "staff": None}
    return page(review, request, "sign_in.html", values, status=status)


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})
