"""Holds a page against axe's rules: WCAG 2.0 to 2.2, levels A and AA, and axe's own good practices."""

from pathlib import Path

from playwright.async_api import Page

SCRIPT = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async tags => (await axe.run(document, {
    runOnly: tags, resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
})).violations
    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help}: ${node.target.join(" ")}: ${node.failureSummary}`))"""


async def violations(page: Page) -> list[str]:
    """One line for each element that breaks a rule."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(RUN, TAGS)
    return found
