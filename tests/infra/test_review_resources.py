"""A review of resources, compared with the CDK's own cdk diff of the same templates."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.review.access import access_changes
from emr_eks_placement.review.resources import resource_changes
from emr_eks_placement.runs.review_sides import read_templates
from tests.changed_environment import changed_environment, synthesize

# As cdk diff prints a resource: its sign, type, construct path where it has one, logical id and what becomes of it.
_LINE = re.compile(r"\[([+~-])\] ((?:AWS|Custom)::\S+) (?:\S+ )?(\S+?)(?: (replace|may be replaced|destroy|orphan))?$")
_EFFECTS = {
    ("+", None): "added",
    ("~", None): "updated",
    ("~", "replace"): "replaced",
    ("~", "may be replaced"): "may be replaced",
    ("-", "destroy"): "removed",
    ("-", "orphan"): "removed",
    ("-", None): "removed",
}


def cdk_diff(before: Path, after: Path, stack: str) -> dict[str, str]:
    """What the CDK CLI reports of each resource of a stack, by its logical id."""
    program = shutil.which("cdk")
    assert program is not None
    arguments = [
        "diff",
        "--app",
        str(after),
        "--template",
        str(before / f"{stack}.template.json"),
        "--no-change-set",
        "--exclusively",
    ]
    ended = subprocess.run(  # noqa: S603 - the CLI of the lock
        [program, *arguments, "--no-color", "--no-notices", stack],
        env={**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = (_LINE.fullmatch(line) for line in (ended.stdout + ended.stderr).splitlines())
    return {one[3]: _EFFECTS[one[1], one[4]] for one in found if one}


CHANGES: Mapping[str, dict[str, Any]] = {
    "network": {"network": {"cidr": "10.30.0.0/16", "nat_gateways": 2}},
    "nodes": {
        "node_groups": {
            "system": {"instance_types": ["m6i.xlarge"], "max_size": 3},
            "more": {"instance_types": ["r6i.xlarge"]},
        }
    },
    "teams": {
        "virtual_clusters": {"spark": {"namespace": "spark-other"}, "second": {"namespace": "second"}},
        "cluster": {"upgrade_policy": "standard"},
        "retain_data": True,
        "encryption": {"customer_managed_key": True},
        "jobs": {},
    },
}


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    return synthesize(changed_environment(folder), folder / "cdk.out")


@pytest.mark.parametrize("name", CHANGES)
def test_effects_are_those_of_cdk_diff(name: str, unchanged: Path, tmp_path: Path) -> None:
    sides = (unchanged, synthesize(changed_environment(tmp_path, **CHANGES[name]), tmp_path / "cdk.out"))
    before, after = (read_templates(folder) for folder in sides)
    expected = {
        (stack, id_): effect
        for stack in after
        if before[stack] != after[stack]
        for id_, effect in cdk_diff(sides[0], sides[1], stack).items()
        if not (effect == "updated" and _only_depends(before[stack], after[stack], id_))
    }
    changes = resource_changes(before, after)
    found = {(change.stack, change.logical_id): change.effect for change in changes}
    # The CDK follows what is replaced into properties, but not into lists: a function gets the new subnets, too.
    follow = {
        (one.stack, one.logical_id) for one in changes if one.because and not one.properties and one.effect == "updated"
    }
    assert expected
    assert {key: effect for key, effect in found.items() if key in expected or key not in follow} == expected


def _only_depends(before: Mapping[str, Any], after: Mapping[str, Any], id_: str) -> bool:
    """Whether another order is all that changes, which updates nothing."""
    sides = [one["Resources"].get(id_) for one in (before, after)]
    return None not in sides and sides[0]["Properties"] == sides[1]["Properties"]


def test_access_in_words(unchanged: Path, tmp_path: Path) -> None:
    read = {"namespace": "spark-jobs", "data_access": {"read": ["s3://example-trips/raw/"]}}
    environment = changed_environment(tmp_path, virtual_clusters={"spark": read})
    sides = [read_templates(unchanged), read_templates(synthesize(environment, tmp_path / "cdk.out"))]
    what = {one.what for one in access_changes(*sides) if one.is_new}
    assert "may s3:GetObject on arn:${AWS::Partition}:s3:::example-trips/raw/*" in what
    assert not [one for one in access_changes(*sides) if not one.is_new]
    assert {(one.what, one.is_new) for one in access_changes(*reversed(sides))} == {(one, False) for one in what}
    assert access_changes(sides[0], sides[0]) == ()
