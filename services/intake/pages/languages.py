"""The languages of the pages: which are offered, which one a request gets, and how people change it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import web

from chassis.web.cookies import cookie_name, set_cookie
from chassis.web.failures import is_api
from chassis.web.languages import JAPANESE, Language, accepted, read_catalogues, spoken
from rules.policy import Policy, current
from services.intake.use_cases import Intake

CATALOGUES = Path(__file__).parents[1] / "locale"
#: The field, and the part of an address, that chooses a language.
FIELD = "lang"
_COOKIE = "language"
_COOKIE_SECONDS = 365 * 86400


@dataclass(frozen=True)
class Choice:
    """A language in the header of a page: a link, or a button of the page's form that sends along what was typed."""

    code: str
    html_lang: str
    name: str
    current: bool
    href: str
    switch: str


def offered(policy: Policy) -> list[Language]:
    """Those of the policy that there is a catalogue for."""
    catalogues = read_catalogues(CATALOGUES)
    return [
        Language(each.code, each.html_lang, catalogues[each.code])
        for each in current(policy.languages)
        if each.code in catalogues
    ]


def language_of(intake: Intake, request: web.Request) -> Language:
    """As chosen on a page, else as the browser asks, else the first of the policy; programs ask by Accept-Language alone."""
    languages = offered(intake.policy)
    by_code = {language.code: language for language in languages}
    if not is_api(request):
        for code in (request.query.get(FIELD), request.cookies.get(cookie_name(request, _COOKIE))):
            if code in by_code:
                return by_code[code]
    return accepted(request.headers.get("Accept-Language", ""), languages) or (languages or [JAPANESE])[0]


def remember(request: web.Request, response: web.StreamResponse, code: str | None = None) -> None:
    """Keep the language that was chosen, by `code` or by the address of this page."""
    chosen = code or (spoken().code if request.query.get(FIELD) == spoken().code else None)
    if chosen:
        set_cookie(request, response, _COOKIE, chosen, max_age=_COOKIE_SECONDS)


def offered_on(policy: Policy, request: web.Request) -> list[Choice]:
    """The languages, as the header of this page offers them."""
    there = [(name, value) for name, value in request.query.items() if name != FIELD]
    page = request.path + (f"?{urlencode(there)}" if there else "")
    names = {each.code: each.name for each in policy.languages}
    return [
        Choice(
            language.code,
            language.html_lang,
            names[language.code],
            language.code == spoken().code,
            f"{request.path}?{urlencode([*there, (FIELD, language.code)])}",
            f"/language?{urlencode({'to': page})}",
        )
        for language in offered(policy)
    ]
