"""Joins and splits texts of templates that are partly open until the deployment."""

import re
from collections.abc import Iterable

from emr_eks_placement.common.document_field import Unresolved


def joined(separator: str, items: Iterable[object]) -> object:
    """Returns the items joined by the separator; Unresolved, with its parts, if an item is no text."""
    parts: list[object] = []
    for number, item in enumerate(items):
        if number:
            _append(parts, separator)
        for part in item.parts if isinstance(item, Unresolved) and item.parts else (item,):
            _append(parts, _as_text(part))
    if len(parts) > 1:
        return Unresolved(None, tuple(parts))
    return parts[0] if parts else ""


def split(separator: str, parts: Iterable[object]) -> list[object]:
    """Splits a text that consists of these parts at the separator, which only the known parts contain."""
    pieces: list[list[object]] = [[]]
    for part in parts:
        first, *others = part.split(separator) if isinstance(part, str) else (part,)
        pieces[-1].append(first)
        pieces.extend([other] for other in others)
    return [joined("", piece) for piece in pieces]


def _append(parts: list[object], part: object) -> None:
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] += part
    elif part != "":
        parts.append(part)


def _as_text(item: object) -> object:
    """Returns a number or boolean as the text that CloudFormation inserts for it; other values are returned unchanged."""
    if isinstance(item, bool):
        return str(item).lower()
    return str(item) if isinstance(item, (int, float)) else item


def substitutions(text: str) -> list[tuple[str, str | None]]:
    """Parses the text of an Fn::Sub into parts: (text, None) or ("", name). ${!name} is the text ${name}."""
    found: list[tuple[str, str | None]] = []
    for number, piece in enumerate(re.split(r"\$\{([^{}]*)\}", text)):
        if number % 2 == 0:
            found.append((piece, None))
        elif piece.startswith("!"):
            found.append((f"${{{piece[1:]}}}", None))
        else:
            found.append(("", piece.strip()))
    return found
