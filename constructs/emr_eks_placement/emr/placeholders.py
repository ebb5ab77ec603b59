"""Placeholders of a request: what stands where a value comes later, from a shell, a template or a state machine's input."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from emr_eks_placement.common.errors import FieldPath, RuleError
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Many, Pairs, Pattern, Record, Text

# <NAME>, ${NAME}, $NAME, $(COMMAND), Jinja's {{ NAME }} and JSONata's {% EXPRESSION %}; but not what Spark replaces itself:
# ${env:…} and the like (org.apache.spark.internal.config.ConfigReader), {{APP_ID}} and {{EXECUTOR_ID}} (Spark on Kubernetes).
# Each alternative stops where another could begin, so that the time it takes grows with the text and not with its square.
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
# What a placeholder may come to, so that the text around it can be checked.
_STAND_INS = ("a", "111122223333", "aws", "iam", "role/a", "key/a")
_MOST_TRIED = 3
# Texts of these shapes go to the application or are free text: a $ in them need not be a placeholder.
_FREE = ("EntryPointArgument", "ClientToken", "String128", "StringEmpty256", "TemplateParameterName")
_SETTINGS = ("String1024", "SparkSubmitParameters", "SparkSqlParameters")


@dataclass(frozen=True)
class Placed:
    """A placeholder of a request. is_setting: whether it stands in a configuration or in Spark's parameters, rather than in
    an id, ARN, URI or name.
    """

    text: str
    path: FieldPath
    is_setting: bool


def placeholders_in(text: str) -> list[str]:
    """Those of a text, each once, in order."""
    if _STARTS.isdisjoint(text):
        return []
    return list(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text)))


def fits(pattern: Pattern, text: str) -> bool:
    """Whether the text can match the pattern once its placeholders have their values; False for one without any."""
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
    """Those of a request but for what its application or its tags are given."""
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
    """What stands for the id of an environment's virtual cluster until it is deployed."""
    return f"<virtual-cluster-id of {name}>"


def named_virtual_cluster(identifier: str) -> str | None:
    """The virtual cluster that such a placeholder names; None for anything else."""
    found = _OF_VIRTUAL_CLUSTER.fullmatch(identifier)
    return found[1] if found else None


def because_of_placeholder(broken: RuleError, request: Mapping[str, Any]) -> RuleError:
    """An error of planning the request as one of the placeholders that led to it; the error itself where none did."""
    value = broken.value if isinstance(broken.value, str) else ""
    names = [] if re.search(r"\s", _PLACEHOLDER.sub("", value).strip()) else placeholders_in(value)
    if not names and broken.path[-1:] in (("sparkSubmitParameters",), ("sparkSqlParameters",)):
        # Jinja's have blanks, at which parameters are split.
        names = [one.text for one in placeholders_of(request) if one.path == broken.path and re.search(r"\s", one.text)]
    if not names:
        return broken
    several = len(names) > 1
    rule = f"{', '.join(names)} {'decide' if several else 'decides'} the pods, so nothing can be planned: {broken.rule}"
    fix = f"Write an example of {'them' if several else 'it'}, or plan the request that is sent"
    return RuleError(broken.value, rule, fix, path=broken.path)
