"""Jinja templates: the service's own first, then the chassis'. Everything is escaped; an unknown name is an error."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chassis.web import csrf

CHASSIS = Path(__file__).parent
ENVIRONMENT: web.AppKey[Environment] = web.AppKey("templates", Environment)


def create_environment(service: str, folder: Path) -> Environment:
    """The templates of the service in `folder`; globals: static_url, csrf_token, csrf_field, _, ngettext."""
    environment = Environment(
        loader=FileSystemLoader([folder / "templates", CHASSIS / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    folders = {"chassis": CHASSIS / "static", service: folder / "static"}

    @cache
    def static_url(path: str) -> str:
        owner, _, rest = path.partition("/")
        digest = hashlib.sha256((folders[owner] / rest).read_bytes()).hexdigest()[:12]
        return f"/static/{path}?v={digest}"

    environment.globals["static_url"] = static_url
    environment.globals["csrf_token"] = _csrf_token
    environment.globals["csrf_field"] = _csrf_field
    environment.globals["errors"] = ()
    environment.globals["lang"] = "ja"
    return environment


def render(
    request: web.Request, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> web.Response:
    """The page that `template` makes of `values`."""
    text = request.app[ENVIRONMENT].get_template(template).render({**(values or {}), "request": request})
    return web.Response(text=text, status=status, content_type="text/html")


@pass_context
def _csrf_token(context: Context) -> str:
    return csrf.token(context["request"])


@pass_context
def _csrf_field(context: Context) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, csrf.token(context["request"]))


async def serve_static(folders: Mapping[str, Path], request: web.Request) -> web.StreamResponse:
    """A file of the chassis' or the service's `static` folder; its address changes with its content."""
    folder = folders.get(request.match_info["owner"])
    file = (folder / request.match_info["name"]).resolve() if folder else None
    if folder is None or file is None or not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise web.HTTPNotFound
    response = web.FileResponse(file)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.enable_compression()
    return response
