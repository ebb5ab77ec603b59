"""Placeholders in a request, for values that come later from a shell, a template or a state machine's input."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Many, Pairs, Pattern, Record, Text

# <NAME>, ${NAME}, $NAME, $(COMMAND), Jinja's {{ NAME }} and JSONata's {% EXPRESSION %}; but not those that Spark replaces:
# ${env:…} and the like (org.apache.spark.internal.config.ConfigReader), {{APP_ID}} and {{EXECUTOR_ID}} (Spark on Kubernetes).
# No alternative matches where another could begin, so that the time grows linearly with the text.
_PLACEHOLDER = re.compile(
    r"<(?!\s*>)[^<>\n]+>"
    r"|\$\{(?!(?:env|system|sparkconf|hadoopconf|hivevar|hiveconf):|spark\.|\s*\})[^{}\n]+\}"
    r"|\$[A-Za-z_][A-Za-z0-9_]*"
    r"|\$\([^()\n]+\)"
    r"|\{\{(?!APP_ID\}\}|EXECUTOR_ID\}\})[^{}\n]+\}\}"
    r"|\{%(?:[^{%]|\{(?!%)|%(?!\}))*%\}"
)
_STARTS = frozenset("<${")
_OF_VIRTUAL_CLUSTER = re.compile(r"<virtual-cluster-id of ([^<>\n]+)>")
# The values that a placeholder may have, to check the text around it.
_STAND_INS = ("a", "111122223333", "aws", "iam", "role/a", "key/a")
_MOST_TRIED = 3
# Texts of these shapes are free text or go to the application: a $ in them need not be a placeholder.
_FREE = ("EntryPointArgument", "ClientToken", "String128", "StringEmpty256", "TemplateParameterName")
_SETTINGS = ("String1024", "SparkSubmitParameters", "SparkSqlParameters")


@dataclass(frozen=True)
class Placed:
    """A placeholder of a request. is_setting: whether it is in a configuration or in Spark's parameters, not in an id,
    ARN, URI or name."""

    text: str
    path: FieldPath
    is_setting: bool


def placeholders_in(text: str) -> list[str]:
    """Returns the placeholders of a text in order, without duplicates."""
    if _STARTS.isdisjoint(text):
        return []
    return list(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text)))


def fits(pattern: Pattern, text: str) -> bool:
    """Returns whether the text can match the pattern after its placeholders are replaced; False for a text without any."""
    if _STARTS.isdisjoint(text):
        return False
    parts = _PLACEHOLDER.split(text)
    if len(parts) == 1:
        return False
    if not any(parts) or len(parts) > _MOST_TRIED + 1:
        return True
    return any(
        pattern.matches("".join(word for pair in zip(parts, (*words, ""), strict=True) for word in pair))
        for words in product(_STAND_INS, repeat=len(parts) - 1)
    )


def placeholders_of(request: Mapping[str, Any]) -> Iterator[Placed]:
    """Yields the placeholders of a request, except those in arguments of its application and in tags."""
    yield from _placed(REQUEST, request, ())


def _placed(name: str, value: Any, path: FieldPath) -> Iterator[Placed]:
    shape = SHAPES[name]
    if isinstance(shape, Text) and isinstance(value, str) and name not in _FREE:
        yield from (Placed(text, path, name in _SETTINGS) for text in placeholders_in(value))
    elif isinstance(shape, Record) and isinstance(value, Mapping):
        for key, part in value.items():
            if key in shape.members:
                yield from _placed(shape.members[key], part, (*path, key))
    elif isinstance(shape, Many) and isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _placed(shape.member, part, (*path, index))
    elif isinstance(shape, Pairs) and isinstance(value, Mapping) and name == "SensitivePropertiesMap":
        for key, part in value.items():
            yield from _placed(shape.value, part, (*path, key))


def virtual_cluster_placeholder(name: str) -> str:
    """Returns the placeholder for the id of an environment's virtual cluster before its deployment."""
    return f"<virtual-cluster-id of {name}>"


def named_virtual_cluster(identifier: str) -> str | None:
    """Returns the virtual cluster that such a placeholder names; None for other texts."""
    found = _OF_VIRTUAL_CLUSTER.fullmatch(identifier)
    return found[1] if found else None


def because_of_placeholder(broken: RuleError, request: Mapping[str, Any]) -> RuleError:
    """Returns the error with its placeholders as the cause; the error itself if no placeholder caused it."""
    value = broken.value if isinstance(broken.value, str) else ""
    names = [] if re.search(r"\s", _PLACEHOLDER.sub("", value).strip()) else placeholders_in(value)
    if not names and broken.path[-1:] in (("sparkSubmitParameters",), ("sparkSqlParameters",)):
        # Jinja's placeholders contain blanks, at which parameters are split.
        names = [one.text for one in placeholders_of(request) if one.path == broken.path and re.search(r"\s", one.text)]
    if not names:
        return broken
    several = len(names) > 1
    rule = f"{', '.join(names)} {'decide' if several else 'decides'} the pods, so nothing can be planned: {broken.rule}"
    fix = f"Write an example of {'them' if several else 'it'}, or plan the request that is sent"
    return RuleError(broken.value, rule, fix, path=broken.path)
