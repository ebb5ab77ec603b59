"""A template's text is read as Spark's Kubernetes client reads it, and what is written survives that client.

60 random texts by default, always the same; LAW_EXAMPLES=500 takes so many at random, and prints how to repeat one.
"""

import os
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.job.placement import Ec2
from emr_eks_placement.pod_template.build import build_template
from emr_eks_placement.pod_template.read import as_spark_reads, read_template
from emr_eks_placement.pod_template.text import parse_template
from local.spark import SparkSubmitError
from tests.spark.pod_reader import PodReader
from tests.spark.template_texts import FRAGMENTS, json_texts, yaml_texts

EXAMPLES = os.environ.get("LAW_EXAMPLES")
LAW = settings(
    max_examples=int(EXAMPLES or 60),
    derandomize=EXAMPLES is None,
    deadline=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
VERSION = "1.35"
TEXT_MAPS = ("labels", "annotations", "nodeSelector")
AMOUNTS = ("requests", "overhead")


def real(reader: PodReader, text: str) -> dict[str, Any] | None:
    """The Pod of Spark's client, None where there is none."""
    try:
        return reader.read(text)
    except SparkSubmitError:
        return None


def ours(text: str) -> tuple[dict[str, Any], list[tuple[str | int, ...]]] | None:
    """The Pod that we read and the paths of what no Pod has, None where we refuse; whatever else is raised is a fault."""
    try:
        data = parse_template(text, "driver.yaml").data
        converted = as_spark_reads(data, VERSION)
    except (InputError, RuleError):
        return None
    pod = {**converted.pod, "apiVersion": "v1"}  # as the client sets it
    return {"kind": "Pod", **pod}, [broken.path for broken in converted.dropped]


def without(pod: Any, path: tuple[str | int, ...]) -> None:
    """Removes a field, which has to be there."""
    for part in path[:-1]:
        pod = pod[part]
    del pod[path[-1]]


def as_the_api_has_it(part: Any, field: str | int = "") -> Any:
    """Without what is empty, and with null as Go reads it: a zero in a mapping or list, otherwise nothing."""
    if isinstance(part, dict):
        zero: Any = "" if field in TEXT_MAPS else "0" if field in AMOUNTS else None
        entries = {key: zero if value is None else as_the_api_has_it(value, key) for key, value in part.items()}
        return {key: value for key, value in entries.items() if value not in (None, {}, [])}
    if isinstance(part, list):
        zero = "" if field == "args" else {}
        return [zero if value is None else as_the_api_has_it(value) for value in part]
    return part


def check_same(reader: PodReader, text: str) -> None:
    there, here = real(reader, text), ours(text)
    assert (there is None) == (here is None), (there, here)
    if there is None or here is None:
        return
    pod, dropped = here
    for path in dropped:
        without(there, path)
    assert as_the_api_has_it(pod) == as_the_api_has_it(there)
    check_read(text)


def check_read(text: str) -> None:
    """What a plan reads of it, which may be refused by the Kubernetes API, but never fails."""
    try:
        read_template(parse_template(text, "driver.yaml").data, "driver", VERSION)
    except RuleError as refused:
        assert refused.rule


# The text after `a: ` in a mapping of texts, and the text that is meant.
AS_TEXT = {
    **{
        text: text
        for text in ("yes", "no", "on", "off", "y", "007", "0123", "0x1F", "0o17", "1:30", "1_000", "~", "Null")
    },
    **{
        text: text
        for text in ("+5", ".5", "-.5", "<<", "=", "True", ".Inf", "2026-01-01", "1.2.3", "${X}", "a\tb", "a?b")
    },
    "": "",
    "null": "",
    "!!null x": "",
    "!!bool yes": "",
    "&x": "",
    "true": "true",
    "5": "5",
    "-0": "0",
    "12345678901234567890": "12345678901234567890",
    "7e10": "7.0E10",
    "4512e97": "4.512E100",
    "1e3": "1000.0",
    "1E-7": "1.0E-7",
    "1e400": "Infinity",
    "-.inf": "-Infinity",
    ".nan": "NaN",
    "1.50": "1.5",
    "-0.0": "-0.0",
    "12345678.0": "1.2345678E7",
    "123456789.0": "1.23456789E8",
    "0.00001": "1.0E-5",
    "'7e10'": "7e10",
    '"yes"': "yes",
    "'null'": "null",
    "! 7e10": "7e10",
    "!!str 7e10": "7e10",
    "!!int 007": "7",
    "!!float 5": "5.0",
    "!!binary aGVs bG8": "aGVsbG8=",
    "a\t# c": "a",
    "a\u2028b": "a\u2028b",
    "&é a": "a",
    "|\n      x\n      y": "x\ny\n",
    ">-\n      x\n      y": "x y",
    "a\n      b": "a b",
    '"\\ud83d\\ude00"': "😀",
}
REFUSED_AS_TEXT = [
    *(
        "[a]",
        "{a: b}",
        "!foo a",
        "!!timestamp 2026-01-01",
        "!!int a",
        "*x",
        "a: b",
        "- a",
        "@a",
        "%a",
        "\ta",
        "'a",
        "&x [*x]",
    ),
]
# A whole template, and whether Spark reads a Pod of it.
POD = "apiVersion: v1\nkind: Pod\nspec: {priority: 5}\n"
OBJECT = '{"kind": "Pod", "spec": {"priority": 5}}'
TEXTS = {
    "a first line of three dashes": (f"---\n{POD}", True),
    "an empty document before": (f"---\n# c\n---\n{POD}", True),
    "an empty document behind": (f"{POD}---\n", True),
    "the end of a document": (f"{POD}...\n", True),
    "two Pods": (f"{POD}---\n{POD}", False),
    "a list behind": (f"{POD}---\n[]\n", False),
    "only a comment": ("# c\n", False),
    "a directive": (f"%YAML 1.1\n---\n{POD}", True),
    "a directive behind without dots": (f"{POD}%YAML 1.2\n---\n", False),
    "a directive behind dots": (f"{POD}...\n%YAML 1.2\n---\n", True),
    "a block of text that never begins": ("kind: Pod\nspec:\n  priority: 5\n  hostname: |\n", False),
    "a block of text of one line": ("kind: Pod\nspec:\n  priority: 5\n  hostname: |\n    a\n", True),
    "a directive without dashes": (f"%YAML 1.2\n{POD}", False),
    "a byte order mark": (f"\ufeff{POD}", True),
    "a return before each line break": (POD.replace("\n", "\r\n"), True),
    "JSON": (OBJECT, True),
    "JSON and something behind it": (f"{OBJECT}\n---\n{POD}", True),
    "braces that are no JSON": ("{kind: Pod, spec: {priority: 5}}", False),
    "braces that are no JSON behind dashes": ("---\n{kind: Pod, spec: {priority: 5}}", True),
    "a list": (f"[{OBJECT}]", False),
    "a key twice": (f"{POD}kind: Pod\n", False),
    "a key twice in JSON": ('{"kind": "A", "kind": "Pod", "spec": {"priority": 5}}', True),
    "an anchor twice": ("a: &x 1\nb: &x 5\nspec: {priority: *x}\nkind: Pod\n", True),
    "a merge": ("a: &x {priority: 5}\nspec:\n  <<: *x\n  priority: 5\nkind: Pod\n", True),
    "a null key": (f"{POD}null: a\n", False),
    "keys of other types": (f"{POD}1: a\ntrue: b\n[x]: c\n", True),
    "too many aliases": (f"{POD}a: &x []\nb: [{'*x, ' * 51}]\n", False),
    "as many aliases as may be": (f"{POD}a: &x []\nb: [{'*x, ' * 50}]\n", True),
    "a first container that is null": ("spec: {containers: [null], priority: 5}\n", False),
}


@pytest.mark.parametrize(("text", "meant"), AS_TEXT.items(), ids=map(repr, AS_TEXT))
def test_a_value_is_the_text_that_spark_makes_of_it(pod_reader: PodReader, text: str, meant: str) -> None:
    template = f"kind: Pod\nmetadata:\n  labels:\n    a: {text}\nspec: {{}}\n"
    check_same(pod_reader, template)
    read = ours(template)
    assert read is not None
    assert read[0]["metadata"]["labels"] == {"a": meant}


@pytest.mark.parametrize("text", REFUSED_AS_TEXT)
def test_a_value_that_is_no_text_to_spark_is_refused(pod_reader: PodReader, text: str) -> None:
    template = f"kind: Pod\nmetadata:\n  labels:\n    a: {text}\nspec: {{}}\n"
    check_same(pod_reader, template)
    assert ours(template) is None


@pytest.mark.parametrize(("text", "is_read"), TEXTS.values(), ids=TEXTS)
def test_a_pod_is_read_of_a_text_as_spark_does(pod_reader: PodReader, text: str, is_read: bool) -> None:
    check_same(pod_reader, text)
    read = ours(text)
    assert (read is not None) == is_read
    if read is not None:
        assert read[0]["spec"]["priority"] == 5


# Where a fragment may be, and which fragments are tried there, each alone.
PLACES = {
    "metadata:\n  annotations:\n    a: {}\nspec: {{}}\n": (
        "words",
        "phrases",
        "quoted",
        "over several lines",
        "collections",
    ),
    "metadata: {{annotations: {{a: {}, b: c}}}}\nspec: {{}}\n": ("words", "phrases", "quoted", "collections"),
    "spec:\n  containers:\n  - args: [{}]\n": ("words", "phrases", "quoted", "collections"),
    "metadata:\n  labels:\n    {}: a\nspec: {{}}\n": ("keys",),
    "metadata: {{labels: {{{}: a}}}}\nspec: {{}}\n": ("keys",),
    "spec:\n  priority: {}\n": ("numbers",),
    "spec:\n  tolerations:\n  - tolerationSeconds: {}\n": ("numbers",),
    "spec:\n  enableServiceLinks: {}\n": ("truth values",),
    "spec:\n  overhead: {{cpu: {}}}\n": ("quantities",),
    "{}spec: {{}}\n": ("before",),
    "spec: {{}}\n{}": ("after",),
    '{{"metadata":{{"labels":{{"a":{}}}}},"spec":{{}}}}': ("json",),
    '{{"spec":{{"priority":{}}}}}': ("json",),
}


@pytest.mark.parametrize(
    ("place", "section"), [(place, section) for place, sections in PLACES.items() for section in sections]
)
def test_each_fragment_is_read_as_spark_reads_it(pod_reader: PodReader, place: str, section: str) -> None:
    for fragment in FRAGMENTS[section]:
        check_same(pod_reader, place.format(fragment.replace(">>", " " * 6)))


@LAW
@given(text=yaml_texts())
def test_yaml_is_read_as_spark_reads_it(pod_reader: PodReader, text: str) -> None:
    check_same(pod_reader, text)


@LAW
@given(text=json_texts())
def test_json_is_read_as_spark_reads_it(pod_reader: PodReader, text: str) -> None:
    check_same(pod_reader, text)


# Texts that a version of YAML takes for something else, among any others.
_odd = st.sampled_from([one for words in ("words", "phrases", "quoted", "keys", "numbers") for one in FRAGMENTS[words]])
_free = _odd | st.text(max_size=12) | st.from_regex(r"[0-9]{1,7}[eE.:_][0-9]{1,3}", fullmatch=True)
_random_labels = st.from_regex(r"[0-9a-fnoy]([-0-9a-fA-F_.]{0,5}[0-9a-fo])?", fullmatch=True)
_labels = _random_labels | st.sampled_from(FRAGMENTS["labels"])
_names = _labels.filter(bool) | _labels.filter(bool).map("example.com/{}".format)
_label_maps = st.dictionaries(_names, _labels, max_size=3)


@LAW
@given(
    labels=_label_maps,
    selector=_label_maps,
    annotations=st.dictionaries(_names, _free, max_size=3),
    values=st.lists(_free, max_size=3),
)
def test_what_is_written_is_read_back_by_spark_and_by_any_reader(
    pod_reader: PodReader,
    labels: dict[str, str],
    selector: dict[str, str],
    annotations: dict[str, str],
    values: list[str],
) -> None:
    env = [{"name": f"V{index}", "value": value} for index, value in enumerate(values)]
    container = {"name": "spark-kubernetes-driver", "env": env}
    spec = {
        "containers": [container],
        "nodeSelector": selector,
        "tolerations": [{"key": "a", "tolerationSeconds": 5, "effect": "NoExecute"}],
    }
    metadata = {"labels": labels, "annotations": annotations}
    base = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    template = build_template("driver", base, Ec2(), VERSION, folder="spark")
    assert as_the_api_has_it(pod_reader.read(template.text)) == as_the_api_has_it(base)
    assert template.content == base
    assert yaml.safe_load(template.text) == base
