"""matplotlib's SVG made fit to stand inside a page that allows no style but its own.

The charts are drawn in the colours of `PALETTE`, which are names and not shades: here each becomes
a class, and the page's style sheet says what it looks like by day, at night and on paper. Styles
become attributes, which a strict Content-Security-Policy allows, and text stays text, in the
font of the page.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

SVG: Final = "http://www.w3.org/2000/svg"
LINK: Final = "{http://www.w3.org/1999/xlink}href"
PALETTE: Final = {
    "ink": "#000001", "soft": "#000002", "line": "#000003", "bar": "#000004", "mark": "#000005",
    "paper": "#000006", "other": "#000007",
}  # fmt: skip
_NAMES: Final = {shade: name for name, shade in PALETTE.items()}
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")
_SPACE: Final = re.compile(r"\s+")
_DROPPED: Final = ("metadata", "style")


def inline(drawn: bytes, name: str, summary: str) -> str:
    """The drawing as an element for HTML.

    Args:
        name: goes before every id, so that several drawings fit into one page.
        summary: what it shows, for those who do not see it.
    """
    root = ElementTree.fromstring(drawn)
    _drop(root)
    used = _references(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SVG}}}")
        _rewrite(element, name, used)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": summary, "class": "chart"}
    return ElementTree.tostring(root, encoding="unicode")


def _drop(parent: ElementTree.Element) -> None:
    for child in list(parent):
        if child.tag.rpartition("}")[2] in _DROPPED:
            parent.remove(child)
        else:
            _drop(child)
        child.tail = None
    if parent.text is not None and not parent.text.strip():
        parent.text = None


def _references(root: ElementTree.Element) -> set[str]:
    found = {element.attrib[LINK][1:] for element in root.iter() if LINK in element.attrib}
    for element in root.iter():
        found |= set(_REFERENCE.findall(element.get("clip-path", "")))
    return found


def _rewrite(element: ElementTree.Element, name: str, used: set[str]) -> None:
    given = dict(element.attrib)
    element.attrib.clear()
    classes = []
    style = given.pop("style", "")
    for property, value in (each.split(":", 1) for each in style.split(";") if ":" in each):
        property, value = property.strip(), value.strip()
        if property in ("fill", "stroke") and value in _NAMES:
            classes.append(f"{property}-{_NAMES[value]}")
        elif property != "font-family":
            element.set(property, value)
    for key, value in given.items():
        if key == LINK:
            element.set("href", f"#{name}-{value[1:]}")
        elif key == "clip-path":
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
        elif key == "id":
            if value in used:
                element.set(key, f"{name}-{value}")
        elif not (key == "transform" and value.startswith("rotate(-0 ")):
            element.set(key, _SPACE.sub(" ", value).strip())
    if classes:
        element.set("class", " ".join(classes))
