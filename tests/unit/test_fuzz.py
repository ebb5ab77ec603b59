"""Any content of an environment file: it loads or gives findings, one readable line each. Never a traceback."""

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emr_eks_placement.common.errors import InputError
from emr_eks_placement.environment_file import load_environment
from tests.unit.environments import data

TEMPLATE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"labels": {"team": "a"}, "annotations": {"a": "b"}},
    "spec": {
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 5}],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "initContainers": [
            {"name": "init", "image": "busybox", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}
        ],
        "containers": [
            {
                "name": "spark-kubernetes-driver",
                "env": [{"name": "A", "value": "b"}],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                "resources": {"limits": {"cpu": "2"}},
            }
        ],
    },
}


def full_data() -> dict[str, Any]:
    """Valid data that has a value at nearly every place a file can have one."""
    full = data()
    full |= {"account": "111122223333", "tags": {"team": "a"}}
    full["cluster"] |= {"endpoint_access": "public-and-private", "public_access_cidrs": ["203.0.113.0/24"]}
    full["cluster"]["admins"] = ["arn:aws:iam::111122223333:role/admin"]
    full["node_groups"]["drivers"] |= {
        "zones": ["us-east-1a"],
        "capacity_type": "spot",
        "desired_size": 1,
        "disk_gib": 20,
    }
    full["fargate_profiles"] = {
        "other": {"selectors": [{"namespace": "b", "labels": {"a": "*"}}], "zones": ["us-east-1b"]}
    }
    full["virtual_clusters"]["spark"] |= {
        "data_access": {"read": ["s3://trips/"], "write": ["s3://counts/"]},
        "logs": {"cloudwatch": True, "s3": False, "retention_days": 30},
    }
    job = full["jobs"]["count"]
    job |= {"name": "count/trips", "main_class": "Main"}
    job["driver"] |= {"memory_overhead": "1g", "pod_template": copy.deepcopy(TEMPLATE)}
    job["spark_conf"] |= {"spark.kubernetes.driver.label.team": "a", "spark.kubernetes.executor.request.cores": "500m"}
    job["placements"]["pinned-driver"] |= {
        "zone": "us-east-1a",
        "submitter": {"node_labels": {}, "tolerations": [{"key": "a", "value": "b", "effect": "NoSchedule"}]},
        "node_selection": "pod-template",
    }
    job["placements"]["night"] = {"mode": "fargate", "submitter": {"compute": "fargate"}}
    return full


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value below the top."""
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = list(places(full_data()))
TEXTS = st.sampled_from(
    [
        *(
            "",
            " ",
            "-1",
            "0",
            "1e999",
            "9" * 20 + "g",
            "9" * 400,
            "a\nb",
            "\0",
            "./",
            "../x\0",
            "ä",
            "\u0663g",
            "*",
            "{",
        ),
        *(
            "fargate",
            "ec2",
            "us-east-1a",
            "spark-jobs",
            "!",
            "\ud800",
            "s3://",
            "x" * 2000,
            "emr-6.2.0-latest",
            "=",
            "<<",
        ),
        *(
            "drivers",
            "m6i.large",
            "${a}",
            "None",
            "1.35",
            "spot",
            "NoSchedule",
            "Exists",
            "spark-conf",
            "1.5Gi",
            "1n",
            ".5",
        ),
    ]
)
SCALARS = st.one_of(
    TEXTS,
    st.text(max_size=8),
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 2, 17, 450, 10**30, 1.5, float("nan"), float("inf"), -0.0]),
    st.dates(),
    st.binary(max_size=3),
)
KEYS = st.one_of(TEXTS, st.sampled_from([1, True, None, 1.5, "name", "compute", "mode", "zone", "resources", "spec"]))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)
CHANGES = st.tuples(st.sampled_from(PLACES), st.sampled_from(["delete", "replace", "insert", "copy"]), KEYS, VALUES)


def change(full: dict[str, Any], at: tuple[Any, ...], how: str, key: Any, value: Any) -> None:
    """Deletes or replaces the value at a place, adds one beside it, or replaces it by another part of the file."""
    parent: Any = full
    try:
        for part in at[:-1]:
            parent = parent[part]
        parent[at[-1]]
    except (LookupError, TypeError):
        return  # an earlier change took the place away
    if how == "delete":
        del parent[at[-1]]
    elif how == "insert" and isinstance(parent, list):
        parent.insert(0, value)
    elif how == "insert":
        parent[key] = value
    else:
        parent[at[-1]] = copy.deepcopy(parent) if how == "copy" else value


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "test.yaml"


def test_the_data_to_be_changed_is_valid(file: Path) -> None:
    file.write_text(yaml.safe_dump(full_data()))
    assert load_environment(file).jobs["count"].placements.keys() == {"fargate", "pinned-driver", "night"}


@settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "200")),
    deadline=None,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(CHANGES, min_size=1, max_size=3))
def test_changed_at_random_it_loads_or_gives_findings_of_one_line(
    file: Path, changes: list[tuple[tuple[Any, ...], str, Any, Any]]
) -> None:
    full = full_data()
    for at, how, key, value in changes:
        change(full, at, how, key, value)
    file.write_bytes(yaml.safe_dump(full, allow_unicode=False).encode())
    try:
        load_environment(file)
    except InputError as error:
        assert error.findings
        for finding in error.findings:
            assert str(finding).isprintable(), "one line"
            assert finding.rule, "a rule"
            assert finding.fix, "a fix"


@settings(max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from([*"a:-[]{}?&*!|>'\"#%@, \n\t\0é", "!!", "<<", "a: ", "\n- "]), max_size=30).map("".join)
)
def test_any_text_loads_or_gives_findings(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    with pytest.raises(InputError) as caught:
        load_environment(file)
    assert all(str(finding).isprintable() for finding in caught.value.findings)
