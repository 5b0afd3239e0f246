"""The first visit to the form is small enough for a weak line."""

import re

import pytest

from tests.intake.conftest import House

LIMIT = 60 * 1024


@pytest.mark.parametrize("page", ["/eligibility?kind=new", "/apply?kind=new"])
async def test_a_first_visit_with_all_it_loads_fits_in_60_kilobytes(house: House, page: str) -> None:
    html, size = await fetch(house, page)
    files = sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', html)))
    assert len(files) >= 5
    for file in files:
        text, bytes_ = await fetch(house, file, keeps=True)
        size += bytes_
        # Else what it loads would have to be counted too.
        assert not re.search(r"^import |@import|url\(", text, re.MULTILINE), file
    assert size <= LIMIT


async def fetch(house: House, path: str, *, keeps: bool = False) -> tuple[str, int]:
    """(the text, the bytes on the line with its headers)."""
    headers = {"Accept-Encoding": "gzip, deflate"}
    async with house.client.session.get(
        house.client.make_url(path), headers=headers, auto_decompress=False
    ) as response:
        body = await response.read()
        assert response.headers["Content-Encoding"] in ("gzip", "deflate"), path
        if keeps:
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        size = len(body) + sum(len(name) + len(value) + 4 for name, value in response.raw_headers)
    async with house.client.get(path) as response:
        return await response.text(), size
