"""Text for people: fitted to the terminal and in its colours; plain, and never wrapped, where the output is piped."""

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
    """In columns; 0 where standard output is no terminal, and lines are not wrapped."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def has_colour(stream: TextIO | None = None) -> bool:
    """Whether the stream, standard output by default, is a terminal with colours that nobody switched off (no-color.org)."""
    return (stream or sys.stdout).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: Style) -> str:
    """The text in the style's colour, where there are colours."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text and has_colour() else text


def severity(word: str) -> str:
    """error, warning or note in its colour."""
    return styled(word, _SEVERITIES[word])


def wrapped(line: str, width: int, *, indent: str = "") -> str:
    """The line, below `indent`, broken at blanks to fit the width, 0 for any; what follows is indented further."""
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
    """The lines of a table without rules. The columns `narrowed`, by index, give way in this order to fit the width, 0 for any.

    shortened: a column whose cells are cut in their middle to fit. styles: of cells, by their text. Other words
    are not broken.
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
    """The rows with the words of the column cut to the room that the others leave."""
    columns = list(zip(*rows, strict=True))
    others = [
        max(len(header) + _PADDING, *map(len, columns[index])) + len(_GAP)
        for index, header in enumerate(headers)
        if index != column
    ]
    room = max(width - sum(others), len(headers[column]) + _PADDING)
    return [[shorten(cell, room) if index == column else cell for index, cell in enumerate(row)] for row in rows]


def shorten(text: str, longest: int) -> str:
    """The text, cut in its middle if it is longer."""
    if len(text) <= longest:
        return text
    end = (longest - 1) // 2
    return f"{text[: longest - 1 - end]}…{text[len(text) - end :]}"


def _column_widths(
    headers: Sequence[str], rows: Sequence[Sequence[str]], width: int, narrowed: Iterable[int]
) -> list[int] | None:
    """What each column may take of the width; None: as they are."""
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
    """1 plan, 2 plans."""
    return f"{count} {what if count == 1 else several or f'{what}s'}"
