"""The text of a pod template, past what real Spark shows (tests/spark/test_template_texts.py): lines, messages, who reads it."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.emr.request_file import find_template
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import Ec2
from emr_eks_placement.planning import plan
from emr_eks_placement.pod_template.build import build_template
from emr_eks_placement.pod_template.read import read_template
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.prepared import Prepared
from emr_eks_placement.runs.source import CapacitySource
from tests.unit.environments import TEXT
from tests.unit.planned import CAPACITY, DRIVER_TEMPLATE, NAMESPACE, request

# By YAML 1.1 these would be False, 83 and 1000, and a merge.
LABELS = {"spot": "off", "build": "0123", "count": "1_000", "<<": "base"}
POD = """\
apiVersion: v1
kind: Pod
metadata:
  labels: {spot: off, build: 0123, count: 1_000, <<: base}
spec:
  containers:
  - name: spark-kubernetes-driver
"""
ASKED = request({"spark.kubernetes.driver.podTemplateFile": DRIVER_TEMPLATE})


AS_JSON = json.dumps(parse_template(POD, "driver.yaml").data, indent=1)


def labels_of(data: Any) -> dict[str, Any]:
    return dict(read_template(data, "driver", "1.35").pod["metadata"]["labels"])


def refused(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_template(text, "driver.yaml")
    (finding,) = error.value.findings
    return str(finding)


def test_all_who_read_templates_read_them_as_spark_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pod = POD.replace(", <<: base", "")
    expected = {key: value for key, value in LABELS.items() if key != "<<"}
    (tmp_path / "driver.yaml").write_text(pod)

    source = CapacitySource(Account(), {"c": CAPACITY}, namespace=NAMESPACE)
    beside = source.resolve("a", ASKED, partial(find_template, file=str(tmp_path / "request.json"), folder=None))
    files = {"driver.yaml": pod.encode()}
    uploaded = Prepared(source=source, job="a", request=ASKED, shown_as="a", files=files).resolve()
    monkeypatch.setattr("emr_eks_placement.aws.s3.read_s3_text", lambda *_: pod)
    in_s3 = source.resolve("a", ASKED, partial(find_template, file="-", folder=None))
    for resolved in (beside, in_s3, uploaded):
        assert labels_of(resolved.templates[DRIVER_TEMPLATE].data) == expected
    file = tmp_path / "test.yaml"
    file.write_text(TEXT.replace("      memory: 2g\n", "      memory: 2g\n      pod_template: ./driver.yaml\n"))
    base = load_environment(file).jobs["count"].driver.pod_template
    assert base is not None
    assert labels_of(base) == expected


def test_define_writes_what_it_was_given(tmp_path: Path) -> None:
    """A base in a file of its own is YAML 1.2, one in the environment file YAML 1.1; each is written as it was meant."""
    inline = "{apiVersion: v1, kind: Pod, metadata: {labels: {build: '7e10', commit: 4512e97}}, spec: {containers: [{name: m}]}}"
    for base, meant in (
        ("./driver.yaml", LABELS["build"]),
        (inline.replace("name: m", "name: spark-kubernetes-driver"), "7e10"),
    ):
        (tmp_path / "driver.yaml").write_text(POD.replace(", <<: base", ""))
        file = tmp_path / "test.yaml"
        file.write_text(TEXT.replace("      memory: 2g\n", f"      memory: 2g\n      pod_template: {base}\n"))
        out = tmp_path / meant
        assert main(["define", "-e", str(file), "-o", str(out)]) == 0
        texts = [path.read_text() for path in (out / "pod-templates/spark").iterdir()]
        read = [parse_template(text, "a.yaml").data for text in texts]
        assert meant in [one.get("metadata", {}).get("labels", {}).get("build") for one in read]
        assert read == [yaml.safe_load(text) for text in texts]


PLAIN = ["spark-kubernetes-driver", "ON_DEMAND", "topology.kubernetes.io/zone", "/data", "a.b", "x86_64", "nodes"]
QUOTED = [
    *(
        "7e10",
        "4512e97",
        "1e3",
        ".5",
        "5.",
        "0123",
        "0o17",
        "0x1F",
        "1:30",
        "1_000",
        "12",
        "1.5",
        "-1",
        "+1",
        ".inf",
        ".NaN",
    ),
    *(
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "N",
        "true",
        "False",
        "null",
        "NULL",
        "~",
        "",
        "<<",
        "=",
        "2026-01-01",
        "a b",
        "a: b",
        "a #b",
    ),
    *(
        "é",
        "a\nb",
        "\t",
        "\x00",
        "\x85",
        "\u2028",
        "'",
        '"',
        "!a",
        "&a",
        "*a",
        "%a",
        "@a",
        "`a",
        "-",
        "?",
        ":",
        " a",
        "a ",
        "5Gi",
    ),
]


@pytest.mark.parametrize("value", [*PLAIN, *QUOTED], ids=repr)
def test_text_is_in_quotes_unless_no_yaml_takes_it_for_something_else(value: str) -> None:
    container = {"name": "spark-kubernetes-driver", "env": [{"name": "A", "value": value}]}
    base = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"annotations": {"a": value}},
        "spec": {"containers": [container]},
    }
    template = build_template("driver", base, Ec2(), "1.35", folder="spark")
    assert (f"value: {value}\n" in template.text) == (value in PLAIN)
    assert template.content == yaml.safe_load(template.text) == base


def test_repeated_data_is_written_twice() -> None:
    shared = {"team": "a"}
    spec = {"nodeSelector": shared, "containers": [{"name": "spark-kubernetes-driver"}]}
    base = {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": shared}, "spec": spec}
    assert "&" not in build_template("driver", base, Ec2(), "1.35", folder="spark").text


LINES = {
    "a key twice": (f"{POD}kind: Pod\n", "driver.yaml:8: 'kind': a mapping has each key only once (YAML 1.2). Remove one."),
    "two Pods": (f"{POD}---\n{POD}", "driver.yaml: Spark reads one Pod of a file, this one has 2 documents"),
    "a null key": (f"{POD}null: a\n", "driver.yaml:8: a key is text, not null"),
    "a bad indentation": ("kind: Pod\n spec: {}\n", "driver.yaml:2: must be well-formed YAML 1.2: mapping values are"),
    "a tab": ("spec:\n\tcontainers: []\n", "driver.yaml:2: must be well-formed YAML 1.2: while scanning for the next token"),
    "a directive": ("%YAML 2.0\n---\n", "driver.yaml:1: must be well-formed YAML 1.2: found incompatible YAML document"),
    "a tag": ("a:\n- !!omap [a: 1]\n", "driver.yaml:2: must be well-formed YAML 1.2: a value that does not fit its tag"),
    "itself": ("spec: &s\n  a: *s\n", "driver.yaml:2: must end: here a mapping or list holds itself"),
    "no alias": ("spec: *s\n", "driver.yaml:1: must be well-formed YAML 1.2: found undefined alias 's'"),
    "a control character": ("spec: \x07\n", "driver.yaml: must be well-formed YAML 1.2: unacceptable character"),
    "too deep for Python": ('{"a":' * 100_000, "driver.yaml: must be JSON, as it begins with a bracket"),
    "too deep YAML": ("a: " + "[" * 200, "must be nested at most 100 deep"),
    "too deep JSON": ('{"a":' * 200 + "1" + "}" * 200, "must be nested at most 100 deep"),
    "a very long number": (f"a: {'1' * 5000}\n", "driver.yaml:1: a whole number has at most 400 digits"),
    "JSON with a comma": ('\n{"a":\n1,}', "driver.yaml:3: a text that begins with a bracket is read as JSON, not as YAML"),
    "JSON with NaN": ('{"a": NaN}', "NaN is no JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), LINES.values(), ids=LINES)
def test_what_spark_can_not_read_is_one_line_with_its_place(text: str, told: str) -> None:
    assert told.split(":")[0] in refused(text)
    assert told in refused(text)


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 6)}]\n" for n in range(1, 9))
    assert "has at most 100,000 values, with what aliases repeat" in refused(text)


def test_a_few_aliases_are_what_they_name() -> None:
    read = parse_template("a: &a {x: 1}\nb: [*a, *a]\nc: &a [2]\nd: *a\n", "driver.yaml").data
    assert read == {"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}], "c": [2], "d": [2]}


@pytest.mark.parametrize("text", [POD, f"# c\n---\n{POD}", AS_JSON], ids=["YAML", "later", "JSON"])
def test_a_field_has_its_line(text: str) -> None:
    document = parse_template(text, "driver.yaml")
    lines = text.splitlines()
    for path, word in {("spec",): "spec", ("spec", "containers", 0, "name"): "name", ("kind",): "kind"}.items():
        assert word in lines[(document.line(path) or 0) - 1]
    assert document.line(("spec", "nowhere")) == document.line(("spec",))


def test_a_merge_key_is_said_to_merge_nothing() -> None:
    text = POD.replace("labels: {spot: off, build: 0123, count: 1_000, <<: base}", "<<: {labels: {a: b}}")
    (fault,) = read_template(parse_template(text, "driver.yaml").data, "driver", "1.35").faults
    assert fault.broken.path == ("metadata", "<<")
    assert "YAML 1.2" in fault.broken.fix
    with pytest.raises(RuleError, match=r"YAML 1\.2, in which << is a key"):
        labels_of(parse_template(POD.replace("<<: base", "<<: {a: b}"), "driver.yaml").data)


@pytest.mark.parametrize(
    "change", [("apiVersion: v1\n", ""), ("kind: Pod\n", ""), ("apiVersion: v1", "apiVersion: apps/v1")]
)
def test_spark_sets_the_api_version_and_a_missing_kind(change: tuple[str, str]) -> None:
    data = parse_template(POD.replace(", <<: base", "").replace(*change), "driver.yaml").data
    made = plan(ASKED, {DRIVER_TEMPLATE: data}, CAPACITY, namespace=NAMESPACE)
    assert "TEMPLATE_KIND" not in {problem.code for problem in made.problems}
    other = plan(ASKED, {DRIVER_TEMPLATE: {**data, "kind": "Job"}}, CAPACITY, namespace=NAMESPACE)
    assert "TEMPLATE_KIND" in {problem.code for problem in other.problems}


NULLS = {
    "a label": ("metadata", {"labels": {"a": None}}, {"labels": {"a": ""}}),
    "all labels": ("metadata", {"labels": None}, {}),
    "a selector": ("spec", {"nodeSelector": {"a": None}}, {"nodeSelector": {"a": ""}}),
    "seconds": ("spec", {"tolerations": [{"key": "a", "tolerationSeconds": None}]}, {"tolerations": [{"key": "a"}]}),
    "an empty number": ("spec", {"priority": ""}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("part", "given", "meant"), NULLS.values(), ids=NULLS)
def test_a_null_is_what_the_kubernetes_api_makes_of_it(part: str, given: dict[str, Any], meant: dict[str, Any]) -> None:
    data: dict[str, Any] = {"metadata": {}, "spec": {}}
    data[part] = given
    read = dict(read_template(data, "driver", "1.35").pod[part])
    read.pop("containers", None)
    assert read == meant


def test_an_empty_list_of_containers_counts_as_none() -> None:
    empty, missing = (parse_template(text, "a.yaml").data for text in ("spec: {containers: []}", "spec: {}"))
    assert read_template(empty, "driver", "1.35") == read_template(missing, "driver", "1.35")


def test_a_byte_string_or_endless_number_breaks_nothing() -> None:
    text = "metadata: {managedFields: [{fieldsV1: {a: !!binary aGk=}}], labels: {a: .nan}}\nspec: {x: !!binary aGk=}\n"
    read = read_template(parse_template(text, "driver.yaml").data, "driver", "1.35")
    assert read.pod["metadata"] == {"managedFields": [{"fieldsV1": {"a": "aGk="}}], "labels": {"a": "NaN"}}
    (fault,) = (fault for fault in read.faults if fault.kind == "dropped")
    assert fault.broken.path == ("spec", "x")
