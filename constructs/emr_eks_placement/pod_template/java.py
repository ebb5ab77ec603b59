"""Formats values as Java does, because Spark's client converts other YAML values to text."""

import base64
import math
from decimal import Decimal
from typing import Any


class WrittenFloat(float):
    """A number in a JSON text, which Java keeps as written."""

    written: str

    def __new__(cls, written: str) -> "WrittenFloat":
        """Creates the number from its digits as written."""
        self = super().__new__(cls, written)
        self.written = written
        return self


def text_of(value: Any) -> str:
    """Returns the text of a scalar, or of a collection used as a key."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return f"[{', '.join(map(text_of, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={text_of(one)}' for key, one in value.items())}}}"
    return str(value)


def _float(value: float) -> str:
    """Formats a float as java.lang.Double.toString does: 1.5, 7.0E10, 1.0E-5, Infinity, NaN."""
    if isinstance(value, WrittenFloat):
        return value.written
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    shortest = Decimal(repr(value))
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(shortest, "f")
        return plain if "." in plain else f"{plain}.0"
    sign, digits, exponent = shortest.normalize().as_tuple()
    first, *rest = map(str, digits)
    return f"{'-' if sign else ''}{first}.{''.join(rest) or '0'}E{int(exponent) + len(digits) - 1}"
