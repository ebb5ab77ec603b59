"""Converts each value of a template to the type of its field, as Spark's Kubernetes client does.

Source: measured on Spark 3.5.8 (Jackson 2.15.2 with the model classes of fabric8 6.7.2), with which random texts are
compared (tests/spark/test_template_texts.py). A null is read as the Kubernetes API does: a null field is missing, and a
null entry of a mapping or list is empty (Go's encoding/json).
"""

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.pod_template.schema import PodSchema, UnknownFieldError, unknown_field, wrong_type

_TRUTH = {text: text[0] in "tT" for text in ("true", "True", "TRUE", "false", "False", "FALSE")}
_NONE = ("", "null")  # as text of a number or boolean
_BITS = {"int32": 31, "int64": 63}


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


@dataclass
class Converted:
    """A template with the types of a Pod, and the removed fields, which no Pod has."""

    pod: dict[str, Any]
    dropped: list[UnknownFieldError]


def convert(template: Mapping[str, Any], schema: PodSchema) -> Converted:
    """Converts a template. Raises WrongTypeError, with the path in it, for a value that the client can't convert, so
    that it creates no pod."""
    conversion = _Conversion(schema)
    pod: dict[str, Any] = conversion.value(dict(template), schema.pod, ())
    return Converted(pod, conversion.dropped)


@dataclass
class _Conversion:
    schema: PodSchema
    dropped: list[UnknownFieldError] = field(default_factory=list)

    def value(self, value: Any, schema: Mapping[str, Any], path: FieldPath) -> Any:
        """Returns a value of the type in a schema; None for what counts as missing."""
        schema, kind = self.schema.resolve(schema)
        if kind == "object":
            return self._object(value, schema, path)
        if kind == "array":
            return self._list(value, schema, path)
        if isinstance(value, WrittenFloat) and value.written == "-0" and kind != "string":
            value = 0
        converted = _SCALARS[kind](value, schema) if kind in _SCALARS else _plain(value)
        if converted is _MISFIT:
            raise wrong_type(value, (kind,), path, self.schema.source)
        return converted

    def _object(self, value: Any, schema: Mapping[str, Any], path: FieldPath) -> Any:
        if not isinstance(value, Mapping):
            raise wrong_type(value, ("object",), path, self.schema.source)
        given = {text_of(key): one for key, one in value.items()}
        if isinstance(entry := schema.get("additionalProperties"), Mapping):
            return {key: self._entry(one, entry, (*path, key)) for key, one in given.items()}
        if "properties" not in schema:
            return _plain(given)
        known = schema["properties"]
        made = {}
        for key, one in given.items():
            if key not in known:
                self.dropped.append(unknown_field(key, one, known, path, self.schema.source))
            elif one is not None and (converted := self.value(one, known[key], (*path, key))) is not None:
                made[key] = converted
        return made

    def _list(self, value: Any, schema: Mapping[str, Any], path: FieldPath) -> Any:
        if not isinstance(value, list):
            raise wrong_type(value, ("array",), path, self.schema.source)
        return [self._entry(one, schema.get("items", {}), (*path, index)) for index, one in enumerate(value)]

    def _entry(self, value: Any, schema: Mapping[str, Any], path: FieldPath) -> Any:
        """Returns an entry of a mapping or list, empty if it is null."""
        converted = None if value is None else self.value(value, schema, path)
        return _EMPTY.get(self.schema.resolve(schema)[1], {}) if converted is None else converted


_MISFIT = object()
_EMPTY: dict[str, Any] = {"string": "", "quantity": "0", "integer": 0, "boolean": False}


def _plain(value: Any) -> Any:
    """Returns a value of any type as JSON."""
    if isinstance(value, Mapping):
        return {text_of(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else text_of(value)


def _text(value: Any, _: Mapping[str, Any]) -> Any:
    return _MISFIT if isinstance(value, list | dict) else text_of(value)


def _integer(value: Any, schema: Mapping[str, Any]) -> Any:
    """Parses an integer. Text may have surrounding blanks and leading zeros; a fraction is cut off."""
    if isinstance(value, str):
        stripped = value.strip()
        if stripped in _NONE:
            return None
        value = int(stripped) if re.fullmatch(r"[-+]?\d{1,30}", stripped) else _MISFIT
    elif isinstance(value, float):
        value = 0 if math.isnan(value) else _MISFIT if math.isinf(value) else int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return _MISFIT
    most = 1 << _BITS.get(schema.get("format", ""), 63)
    return value if -most <= value < most else _MISFIT


def _boolean(value: Any, _: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        stripped = value.strip()
        return None if stripped in _NONE else _TRUTH.get(stripped, _MISFIT)
    return bool(value) if isinstance(value, int) else _MISFIT


def _quantity(value: Any, _: Mapping[str, Any]) -> Any:
    if isinstance(value, dict) and isinstance(value.get("amount"), str | int):
        value = f"{text_of(value['amount'])}{value.get('format') or ''}"
    if isinstance(value, list | dict):
        return _MISFIT
    text = text_of(float(value) if isinstance(value, float) else value)
    unit = text.lstrip("0123456789+-.")
    return _MISFIT if not text or (re.search(r"[0-9]", unit) and unit[-1].isalpha()) else text


def _integer_or_text(value: Any, _: Mapping[str, Any]) -> Any:
    return value if isinstance(value, str) else _MISFIT if isinstance(value, float) else _integer(value, _INT32)


_INT32 = {"format": "int32"}
_SCALARS = {
    "string": _text,
    "integer": _integer,
    "boolean": _boolean,
    "quantity": _quantity,
    "integer or string": _integer_or_text,
}
