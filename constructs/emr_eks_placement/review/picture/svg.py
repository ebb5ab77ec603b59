"""SVG as text: one element a line, so that a change of a picture reads as a diff."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from emr_eks_placement.common.errors import printable


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels. look: its classes; title: what a pointer on it shows."""

    x: float
    y: float
    width: float
    height: float
    look: str
    title: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text, from x or, with anchor middle or end, around or before it; y is its base line."""

    x: float
    y: float
    words: str
    look: str
    anchor: str = "start"
    title: str = ""


Element = Box | Text


def drawn(
    elements: Iterable[Element],
    *,
    width: float,
    height: float,
    name: str,
    title: str,
    description: str,
    style: str = "",
) -> str:
    """One picture. name: of its ids and classes; style: of a file of its own, trusted, as is all but title, description
    and the texts of elements, which are escaped.
    """
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map {name}" role="img" aria-labelledby="{name}-title {name}-desc" '
        f'width="{_number(width)}" height="{_number(height)}" viewBox="0 0 {_number(width)} {_number(height)}">'
    )
    lines = [
        head,
        f'<title id="{name}-title">{_text(title)}</title>',
        f'<desc id="{name}-desc">{_text(description)}</desc>',
        *([f"<style>\n{style}</style>"] if style else []),
        *map(_element, elements),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _element(one: Element) -> str:
    title = f"<title>{_text(one.title)}</title>" if one.title else ""
    if isinstance(one, Text):
        anchor = "" if one.anchor == "start" else f' text-anchor="{one.anchor}"'
        place = f'x="{_number(one.x)}" y="{_number(one.y)}"'
        return f'<text class="{one.look}" {place}{anchor}>{title}{_text(one.words)}</text>'
    size = f'width="{_number(one.width)}" height="{_number(one.height)}"'
    start = f'<rect class="{one.look}" x="{_number(one.x)}" y="{_number(one.y)}" {size} rx="4"'
    return f"{start}>{title}</rect>" if title else f"{start}/>"


def _text(words: str) -> str:
    return escape(printable(words))


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
