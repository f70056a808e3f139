"""What axe finds wrong with a page, as it is shown."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}


def violations(page: Page) -> list[str]:
    """One line for each fault: the rule, the element and what is wrong with it."""
    found = []
    for rule in Axe().run(page, options=OPTIONS).response["violations"]:
        for node in rule["nodes"]:
            checks = [*node["any"], *node["all"], *node["none"]]
            why = "; ".join(check["message"] for check in checks)
            found.append(f"{rule['id']}: {node['html'][:120]}: {why}")
    return found
