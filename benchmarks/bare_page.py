"""A bare aiohttp handler that renders one Jinja2 template: what `form_page` is measured beside.

python -m benchmarks.bare_page PORT BYTES FIELDS      serves a page of so many bytes with so many fields at /
"""

import asyncio
import secrets
import sys

import uvloop
from aiohttp import web
from jinja2 import Environment

TEMPLATE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<form method="post"><input type="hidden" name="csrf_token" value="{{ token }}">
{% for field in fields %}
<div><label for="{{ field.name }}">{{ field.label }}</label><p id="{{ field.name }}-hint">{{ field.hint }}</p>
{% if field.error %}<p class="error">{{ field.error }}</p>{% endif %}
<input id="{{ field.name }}" name="{{ field.name }}" value="{{ field.value }}" autocomplete="{{ field.autocomplete }}"></div>
{% endfor %}
<button>{{ button }}</button></form>{{ rest }}</body></html>
"""


def page(size: int, count: int) -> web.Application:
    """An application whose one page has `size` bytes or a few more, and `count` fields with their values to fill in."""
    template = Environment(autoescape=True).from_string(TEMPLATE)
    fields = [
        {"name": f"field{n}", "label": f"項目 {n}", "hint": "例：熊本", "error": "", "value": "", "autocomplete": "off"}
        for n in range(count)
    ]
    values = {"title": "仮登録", "button": "確認する", "fields": fields}
    empty = len(template.render(values, token=secrets.token_urlsafe(36), rest="").encode())
    values["rest"] = "あ" * max(0, (size - empty) // 3 + 1)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=template.render(values, token=secrets.token_urlsafe(36)), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    return app


async def main(port: int, size: int, count: int) -> None:
    runner = web.AppRunner(page(size, count), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("listening", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main(*map(int, sys.argv[1:])))
