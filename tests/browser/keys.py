"""A person with a keyboard and no mouse: where the focus is, whether it can be seen, and how to get somewhere."""

from typing import TypedDict

from playwright.async_api import Page

FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  // A radio button that is drawn by its label shows the focus there.
  const own = at.getBoundingClientRect();
  const drawn = own.width <= 2 && at.labels?.length ? at.labels[0] : at;
  const style = getComputedStyle(drawn);
  const [red, green, blue] = style.outlineColor.match(/[\\d.]+/g).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  const box = drawn.getBoundingClientRect();
  const across = [0.5, 0.05, 0.95].map((part) => box.left + box.width * part);
  const down = [0.5, 0.1, 0.9].map((part) => box.top + box.height * part);
  const hits = across.flatMap((x) => down.map((y) => document.elementFromPoint(x, y)));
  return {
    what: at.outerHTML.slice(0, 120),
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    contrast: 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05),
    seen: hits.some((hit) => hit && (drawn.contains(hit) || hit.contains(drawn) && hit !== document.documentElement)),
    small: style.display !== "inline" && (box.width < 24 || box.height < 24) && !at.closest(".choice"),
  };
}"""


class Focus(TypedDict):
    """`outline` in CSS pixels, `contrast` of it with white paper, `seen`: not behind anything else."""

    what: str
    outline: float
    contrast: float
    seen: bool
    small: bool


def faults(focus: Focus) -> list[str]:
    """What WCAG 2.4.7, 2.4.11, 1.4.11 and 2.5.8 would say."""
    found = []
    if focus["outline"] < 2:
        found.append("focus cannot be seen")
    if focus["contrast"] < 3:
        found.append("focus is too pale")
    if not focus["seen"]:
        found.append("focus is behind something")
    if focus["small"]:
        found.append("target is too small")
    return [f"{each}: {focus['what']}" for each in found]


async def tab(page: Page) -> Focus | None:
    """Press Tab once; None at the end of the page."""
    await page.keyboard.press("Tab")
    focus: Focus | None = await page.evaluate(FOCUS)
    if focus:
        assert faults(focus) == [], faults(focus)
    return focus


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names: from the top again, once, if it comes before."""
    for _ in range(200):
        if await page.evaluate("selector => Boolean(document.activeElement?.matches(selector))", selector):
            return
        await tab(page)
    raise AssertionError(f"no way by Tab to {selector} on {page.url}")


async def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go there, press the key, and wait for the page that follows."""
    await tab_to(page, selector)
    async with page.expect_navigation():
        await page.keyboard.press(key)


async def enter(page: Page, name: str, value: str) -> None:
    """Give a field its value as hands on a keyboard do: type, choose by arrows, tick by the space bar."""
    field = f'main [name="{name}"]:not([type=hidden])'
    type_ = await page.locator(field).first.evaluate("field => field.type")
    if type_ == "radio":
        await _choose(page, field, value)
        return
    await tab_to(page, field)
    if type_ == "select-one":
        values = await page.evaluate("[...document.activeElement.options].map((option) => option.value)")
        now = await page.evaluate("document.activeElement.selectedIndex")
        steps = values.index(value) - now
        for _ in range(abs(steps)):
            await page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        assert await page.evaluate("document.activeElement.value") == value
    elif type_ == "checkbox":
        await page.keyboard.press("Space")
    else:
        await page.keyboard.press("Control+a")
        await page.keyboard.insert_text(value)


async def _choose(page: Page, field: str, value: str) -> None:
    """Tab comes to the chosen button of a group, or to its first; arrows go on from there."""
    await tab_to(page, field)
    for _ in range(10):
        if await page.evaluate(
            "value => document.activeElement.value === value && document.activeElement.checked", value
        ):
            return
        await page.keyboard.press("ArrowDown")
        if not await page.evaluate("document.activeElement.checked"):
            await page.keyboard.press("Space")
    raise AssertionError(f"{value} of {field} cannot be chosen")
