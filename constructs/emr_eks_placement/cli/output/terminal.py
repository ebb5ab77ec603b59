"""Formats text for people: colored and fitted to a terminal; plain and never wrapped if the output is piped."""

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, TextIO

from emr_eks_placement.common.errors import printable

Style = Literal["good", "bad", "doubtful", "quiet", "heading"]

# Select Graphic Rendition of ECMA-48.
_CODES: Mapping[Style, str] = MappingProxyType(
    {"good": "32", "bad": "31", "doubtful": "33", "quiet": "2", "heading": "1"}
)
_SEVERITIES: Mapping[str, Style] = MappingProxyType({"error": "bad", "warning": "doubtful", "note": "quiet"})
_GAP = "  "  # between columns
_PADDING = 2  # tabulate's, of headers
INDENT = "    "


def terminal_width() -> int:
    """Returns the width in columns; 0 if standard output is no terminal, and lines are not wrapped."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def has_colour(stream: TextIO | None = None) -> bool:
    """Returns whether the stream, by default standard output, is a terminal with colors that are not disabled
    (no-color.org)."""
    return (stream or sys.stdout).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: Style) -> str:
    """Returns the text in the style's color, if colors are enabled."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text and has_colour() else text


def severity(word: str) -> str:
    """Returns error, warning or note in its color."""
    return styled(word, _SEVERITIES[word])


def wrapped(line: str, width: int, *, indent: str = "") -> str:
    """Wraps the line below `indent` at blanks to fit the width (0: any); following lines are indented further."""
    if not width:
        return indent + line
    below = indent + INDENT
    return textwrap.fill(
        line, width, initial_indent=indent, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    )


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int = 0,
    *,
    narrowed: Iterable[int] = (),
    shortened: int | None = None,
    styles: Mapping[str, Style] = MappingProxyType({}),
) -> list[str]:
    """Formats a table without rules. The `narrowed` columns, by index, shrink in this order to fit the width (0: any).

    shortened: a column whose cells are cut in the middle to fit; styles: of cells, by their text. Other words are not
    broken.
    """
    from tabulate import tabulate  # slow to import

    text = [[printable(cell) for cell in row] for row in rows]
    if shortened is not None and width and rows:
        text = _cut(headers, text, width, shortened)
    return [
        line.rstrip()
        for line in tabulate(
            [[styled(cell, styles[cell]) if cell in styles else cell for cell in row] for row in text],
            [styled(header, "heading") for header in headers],
            tablefmt="plain",
            disable_numparse=True,
            maxcolwidths=_column_widths(headers, text, width, narrowed) if rows else None,
            break_long_words=False,
            break_on_hyphens=False,
        ).splitlines()
    ]


def _cut(headers: Sequence[str], rows: list[list[str]], width: int, column: int) -> list[list[str]]:
    """Returns the rows with the words of the column cut to the width that the other columns leave."""
    columns = list(zip(*rows, strict=True))
    others = [
        max(len(header) + _PADDING, *map(len, columns[index])) + len(_GAP)
        for index, header in enumerate(headers)
        if index != column
    ]
    room = max(width - sum(others), len(headers[column]) + _PADDING)
    return [[shorten(cell, room) if index == column else cell for index, cell in enumerate(row)] for row in rows]


def shorten(text: str, longest: int) -> str:
    """Returns the text, cut in the middle if it is too long."""
    if len(text) <= longest:
        return text
    end = (longest - 1) // 2
    return f"{text[: longest - 1 - end]}…{text[len(text) - end :]}"


def _column_widths(
    headers: Sequence[str], rows: Sequence[Sequence[str]], width: int, narrowed: Iterable[int]
) -> list[int] | None:
    """Returns the width of each column; None: no limit."""
    columns = list(zip(*rows, strict=True))
    natural = [max(len(header) + _PADDING, *map(len, cells)) for header, cells in zip(headers, columns, strict=True)]
    excess = sum(natural) + len(_GAP) * (len(natural) - 1) - width
    if not width or excess <= 0:
        return None
    for index in narrowed:
        words = [len(word) for cell in columns[index] for word in cell.split(" ")]
        taken = max(0, min(excess, natural[index] - max(len(headers[index]) + _PADDING, *words)))
        natural[index] -= taken
        excess -= taken
    return natural


def number_of(count: int, what: str, several: str | None = None) -> str:
    """Formats a number with its noun: 1 plan, 2 plans."""
    return f"{count} {what if count == 1 else several or f'{what}s'}"
