"""HTML: the article of a web page, without its menus, through trafilatura."""

from __future__ import annotations

import re

import trafilatura
from lxml import html as lxml_html
from trafilatura.settings import use_config

from dateline.errors import EmptyReport, TooLong
from dateline.intake.draft import Draft, address, iso_date, one_line
from dateline.intake.plain_text import decode
from dateline.limits import MAX_HTML_MB, MAX_TAG_CHARACTERS, MB

_LONG_TAG = re.compile(rf"<[^<>]{{{MAX_TAG_CHARACTERS},}}>?")
_BLOCKS = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "td", "pre")
_NOT_TEXT = ("script", "style", "noscript", "template", "head", "nav", "footer", "form", "svg", "iframe")
_BLANK = re.compile(r"[ \t\xa0]+")
_MAX_DEPTH = 2_000
_TAGS = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]*>")
_VOID = frozenset(
    ["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr", "p", "li", "td", "tr"]
)


def draft(content: bytes, name: str) -> Draft:
    """Return the article of a page. Pictures, menus, scripts and comments are left out; nothing is fetched.

    Raises:
        TooLong: over :data:`~dateline.limits.MAX_HTML_MB`.
        EmptyReport: no text in the page (one that only scripts fill, say).
    """
    if len(content) > MAX_HTML_MB * MB:
        msg = f"{name!r} has {len(content) / MB:.1f} MB of HTML; the limit is {MAX_HTML_MB} MB. Copy the article's text and paste it."
        raise TooLong(msg)
    page = shallow(_LONG_TAG.sub(" ", decode(content, name, keep_invisible=True)))
    config = use_config()
    config.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")  # its alarm would take the place of the sandbox's own
    found = trafilatura.bare_extraction(
        page, with_metadata=True, include_comments=False, include_tables=True, include_images=False, include_links=False,
        deduplicate=False, favor_recall=True, config=config,
    )  # fmt: skip
    if isinstance(found, dict):  # its older form, which it returns no longer
        found = None
    text = "\n\n".join(line.strip() for line in (found.text or "").split("\n") if line.strip()) if found else ""
    notes = ["Pictures, menus and links of the page were left out."]
    if len(text) < 80 and len(whole := everything(page)) > len(text):
        text, notes = whole, ["No article was recognised in the page: this is all its text."]
    if not text:
        msg = f"{name!r} has no text in it: a page that its scripts fill, perhaps. Copy the article's text and paste it."
        raise EmptyReport(msg)
    if found is None:
        return Draft(text, notes=tuple(notes))
    return Draft(
        text, one_line(found.title), one_line(found.author).replace(";", ","), one_line(found.sitename or found.hostname),
        iso_date(found.date), address(found.url), notes=tuple(notes),
    )  # fmt: skip


def shallow(page: str) -> str:
    """Return the page, or its text with the tags gone where they stand deeper in each other than any page's.

    100,000 nested elements hold some parsers for a minute and end in nothing.
    """
    depth = 0
    for tag in _TAGS.finditer(page):
        if tag[2].lower() in _VOID or tag[0].endswith("/>"):
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _MAX_DEPTH:
            return _TAGS.sub("\n", page)
    return page


def everything(page: str) -> str:
    """Return all the text of a page, a line a block, without scripts and menus."""
    tree = lxml_html.fromstring(page) if page.strip() else None
    if tree is None:
        return ""
    for element in list(tree.iter(*_NOT_TEXT)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
        if element.tag == "br":
            continue
        element.text = "\n" + (element.text or "")
    lines = (_BLANK.sub(" ", line).strip() for line in str(tree.text_content()).split("\n"))
    return "\n\n".join(line for line in lines if line)
