"""Jinja templates: the service's own first, then the chassis'. Everything is escaped; an unknown name is an error."""

import hashlib
import secrets
from collections.abc import Hashable, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chassis.web import csrf, subjects, typed
from chassis.web.languages import gettext, ngettext, ruby, spoken

CHASSIS = Path(__file__).parent
_HAS_FORM: web.RequestKey[bool] = web.RequestKey("has_form", bool)
ENVIRONMENT: web.AppKey[Environment] = web.AppKey("templates", Environment)
#: Pages that are the same for everybody, by template, language and what the caller says they depend on.
RENDERED: web.AppKey[dict[Hashable, str]] = web.AppKey("rendered", dict)
_MOST_RENDERED = 200
#: Stands for the token of an answer in a page that is kept. Nobody outside can know it.
_ANY_TOKEN = secrets.token_hex(16)
#: Not the machine's own list, which differs from one to the next.
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVERYBODY: web.RequestKey[bool] = web.RequestKey("for_everybody", bool)


def create_environment(service: str, folder: Path) -> Environment:
    """The templates of the service in `folder`; globals: static_url, csrf_token, csrf_field, form_query, kept, kept_choices, _,
    ngettext."""
    environment = Environment(
        loader=FileSystemLoader([folder / "templates", CHASSIS / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    folders = {"chassis": CHASSIS / "static", service: folder / "static"}

    @cache
    def static_url(path: str) -> str:
        owner, _, rest = path.partition("/")
        digest = hashlib.sha256((folders[owner] / rest).read_bytes()).hexdigest()[:12]
        return f"/static/{path}?v={digest}"

    environment.globals["static_url"] = static_url
    environment.globals["csrf_token"] = _csrf_token
    environment.globals["csrf_field"] = _csrf_field
    environment.globals["form_query"] = _form_query
    environment.globals["errors"] = ()
    environment.globals["is_first_form"] = _is_first_form
    environment.globals["kept"] = _kept
    environment.globals["kept_choices"] = _kept_choices
    return environment


def render(
    request: web.Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    same_for: Hashable = None,
) -> web.Response:
    """The page that `template` makes of `values`. Give `same_for` where, of this template and language, all pages for
    which it is equal and whose address is the same differ in nothing but their form's token: such a page is rendered
    once."""
    text = (
        ruby(_text(request, template, values)) if same_for is None else _kept_text(request, template, values, same_for)
    )
    response = web.Response(text=text, status=status, content_type="text/html")
    typed.forget(request, response)
    return response


def _text(request: web.Request, template: str, values: Mapping[str, Any] | None) -> str:
    request[_HAS_FORM] = False
    context = {"lang": spoken().html_lang, "language": spoken().code, **(values or {}), "request": request}
    return request.app[ENVIRONMENT].get_template(template).render(context)


def _kept_text(request: web.Request, template: str, values: Mapping[str, Any] | None, same_for: Hashable) -> str:
    rendered, key = request.app[RENDERED], (template, spoken().code, same_for, request.path_qs)
    if key not in rendered:
        if len(rendered) >= _MOST_RENDERED:
            rendered.clear()
        request[_FOR_EVERYBODY] = True
        rendered[key] = ruby(_text(request, template, values))
    return rendered[key].replace(_ANY_TOKEN, csrf.token(request))


@pass_context
def _is_first_form(context: Context) -> bool:
    """True once for each page."""
    request = context["request"]
    first, request[_HAS_FORM] = not request[_HAS_FORM], True
    return first


@pass_context
def _kept(context: Context, name: str, value: object) -> object:
    """What was typed into this field before the page's language was changed, else `value`."""
    fields = typed.kept(context["request"])
    return next((text for field, text in fields if field == name), value)


@pass_context
def _kept_choices(context: Context, name: str, values: Sequence[str]) -> Sequence[str]:
    """As `_kept`, of a field with boxes to tick."""
    fields = typed.kept(context["request"])
    return [text for field, text in fields if field == name] if fields else values


@pass_context
def _csrf_token(context: Context) -> str:
    request = context["request"]
    return _ANY_TOKEN if _FOR_EVERYBODY in request else csrf.token(request)


@pass_context
def _csrf_field(context: Context) -> Markup:
    """What every form that is posted begins with: the token, and what the page is about."""
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value)
        for name, value in _own_fields(context).items()
    )


@pass_context
def _form_query(context: Context) -> str:
    """The same as the query of a form's action, where the form holds a file."""
    return urlencode(_own_fields(context))


def _own_fields(context: Context) -> dict[str, str]:
    about = subjects.written(context["request"])
    return {csrf.FIELD: _csrf_token(context), **({subjects.FIELD: about} if about else {})}


def read_static(folders: Mapping[str, Path]) -> dict[str, bytes]:
    """Every file in these folders, by `owner/name`. They are small, and one that is served from memory is never left open."""
    return {
        f"{owner}/{file.relative_to(folder).as_posix()}": file.read_bytes()
        for owner, folder in folders.items()
        for file in folder.rglob("*")
        if file.is_file()
    }


async def serve_static(files: Mapping[str, bytes], request: web.Request) -> web.Response:
    """A file of the chassis' or the service's `static` folder; its address changes with its content."""
    name = request.match_info["name"]
    content = files.get(f"{request.match_info['owner']}/{name}")
    if content is None:
        raise web.HTTPNotFound
    response = web.Response(body=content, content_type=_TYPES[PurePath(name).suffix])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.enable_compression()
    return response
