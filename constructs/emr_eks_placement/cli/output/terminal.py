"""Formats text for people: colored and fitted to a terminal; plain and never wrapped if the output is piped."""

import os
import re
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
_GOES_ON = " \\\n"
_NO_BREAK = "\0"
_USUAL_COLUMNS = 80
INDENT = "    "


def terminal_width(stream: TextIO | None = None) -> int:
    """Returns the width in columns; 0 if the stream, by default standard output, is no terminal, and lines are not wrapped."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return 0
    try:
        return int(os.environ.get("COLUMNS", "")) or _columns(stream)
    except ValueError:
        return _columns(stream)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_COLUMNS
    except (OSError, ValueError):  # it has no file
        return _USUAL_COLUMNS


def has_colour(stream: TextIO | None = None) -> bool:
    """Returns whether the stream, by default standard output, is a terminal with colors that are not disabled
    (no-color.org)."""
    return (stream or sys.stdout).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: Style, stream: TextIO | None = None) -> str:
    """Returns the text in the style's color, if the stream, by default standard output, has colors."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if text and has_colour(stream) else text


def severity(word: str) -> str:
    """Returns error, warning or note in its color."""
    return styled(word, _SEVERITIES[word])


def say(text: str, word: str = "") -> None:
    """Writes one line to standard error, after the word; on a terminal fitted to the width and colored."""
    line = wrapped(printable(f"{word}: {text}" if word else text), terminal_width(sys.stderr))
    if word:
        line = line.replace(word, styled(word, _SEVERITIES[word], sys.stderr), 1)
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def wrapped(line: str, width: int, *, indent: str = "", below: str | None = None) -> str:
    """Wraps the line after `indent` at blanks to fit the width (0: any). Following lines come after `below`, by default
    indented further.
    """
    if not width:
        return indent + line
    below = indent + INDENT if below is None else below
    return textwrap.fill(
        line, width, initial_indent=indent, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    )


def folded(command: str, width: int, *, indent: str = "", below: str = INDENT) -> str:
    """A shell's command without single quotes, as `wrapped`: backslashes where it goes on, options beside their values."""
    units = re.sub(
        r" --[\w-]+ (?!-)|\$\(\S+ \S+ ", lambda found: found[0][0] + found[0][1:].replace(" ", _NO_BREAK), command
    )
    text = wrapped(units, width and width - len(_GOES_ON) + 1, indent=indent, below=indent + below)
    return text.replace(_NO_BREAK, " ").replace("\n", _GOES_ON)


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
