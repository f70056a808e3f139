"""The texts of all pages for the search, as a script, since a page in a folder can read no file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cells import plain, without_anchor

# What is drawn is no text.
NO_TEXT = re.compile(r"<(svg|style)\b.*?</\1>", flags=re.DOTALL)
# What ends with these stands apart from what follows.
APART = re.compile(r"(?=</(?:td|th|li|p|h[1-6]|pre|div|summary|math)>)")
# A fraction's bar is drawn too.
FRACTION = re.compile(r"<mfrac><mrow>(.*?)</mrow><mrow>(.*?)</mrow></mfrac>")
HEADING = re.compile(r'<h[1-6] id="([^"]+)">(.*?)</h[1-6]>', flags=re.DOTALL)


def parts(page: str, link: str, body: str) -> Iterator[dict[str, str]]:
    """What stands below each heading of a page."""
    pieces = HEADING.split(NO_TEXT.sub(" ", body))
    for name, heading, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        title = plain(without_anchor(heading))
        yield {
            "page": page,
            "title": title,
            "link": f"{link}#{name}",
            "text": plain(APART.sub(" ", FRACTION.sub(r"(\1)/(\2)", text))),
        }


def script(found: list[dict[str, str]]) -> str:
    """The script that hands the parts to the page that asks for them."""
    return f"handoutTexts({json.dumps(found, ensure_ascii=False)});\n"
