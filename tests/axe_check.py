"""What axe finds wrong with a page, as it is shown."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# The rules whose answer depends on the colour scheme.
COLORS = ["color-contrast", "link-in-text-block"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
# Code has thousands of words in a few dozens of classes, and axe takes milliseconds for each. One
# word of each class in each kind of block stays as it is; others become a part of the line's text.
ONE_OF_EACH = """() => {
    const kind = part => part === document.documentElement ? ''
        : `${kind(part.parentElement)} ${part.tagName}.${part.className}#${part.style.cssText}`;
    const seen = new Set();
    document.querySelectorAll('pre :not(:has(*))').forEach(word => {
        const own = kind(word);
        if (seen.has(own)) word.replaceWith(word.textContent);
        seen.add(own);
    });
    document.body.normalize();
}"""


def violations(page: Page, colors: bool | None = None) -> list[str]:
    """One line for each fault: the rule, the element and what is wrong with it.

    With `colors` only the rules on colours are asked; without, all others, in half of the time.
    """
    options: dict[str, Any] = dict(OPTIONS)
    if colors:
        options["runOnly"] = COLORS
    elif colors is not None:
        options["rules"] = {rule: {"enabled": False} for rule in COLORS}
    found = []
    for rule in Axe().run(page, options=options).response["violations"]:
        for node in rule["nodes"]:
            checks = [*node["any"], *node["all"], *node["none"]]
            why = "; ".join(check["message"] for check in checks)
            found.append(f"{rule['id']}: {node['html'][:120]}: {why}")
    return found


def thin_out(page: Page) -> None:
    """Leaves one word of code of each look, so that axe needs less time for the same."""
    page.evaluate(ONE_OF_EACH)
