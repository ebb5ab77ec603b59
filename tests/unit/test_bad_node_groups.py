"""A wrong value of a node group gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

LONG = "x" * 64
SYSTEM = "    instance_types: [m6i.large]\n"
DRIVERS = "    instance_types: [m6i.4xlarge]\n"
LABELS = "    labels: {workload: spark-driver}\n"

NODE_GROUPS = {
    "node group name": Bad(
        old="  drivers:\n", new="  Drivers: # <-\n",
        field="node_groups.Drivers", value="Drivers", rule="node group: a name has at most 40", fix="Rename it",
    ),
    "node group name as number": Bad(
        old="  drivers:\n", new="  7: # <-\n",
        field="node_groups.7", value=7, rule="text", fix="Put it in quotes",
    ),
    "instance type unknown": Bad(
        old=DRIVERS, new="    instance_types: [m6i.4xlage] # <-\n",
        field="node_groups.drivers.instance_types[0]", value="m6i.4xlage", rule="EC2", fix="Did you mean m6i.4xlarge",
    ),
    "machine image that is none": Bad(
        old=DRIVERS, new=DRIVERS + "    release_version: latest # <-\n",
        field="node_groups.drivers.release_version", value="latest", rule="MAJOR.MINOR.PATCH-YYYYMMDD", fix="1.35.2-20261120",
    ),
    "machine image of another Kubernetes": Bad(
        old=DRIVERS, new=DRIVERS + "    release_version: 1.34.2-20261120 # <-\n",
        field="node_groups.drivers.release_version", value="1.34.2-20261120", rule="run, here 1.35", fix="of 1.35",
    ),
    "no instance type": Bad(
        old=DRIVERS, new="    instance_types: [] # <-\n",
        field="node_groups.drivers.instance_types", value="0 instance types", rule="from 1 to 20", fix="Name 1 or more",
    ),
    "instance type twice": Bad(
        old=DRIVERS, new="    instance_types: [m6i.4xlarge, m6i.4xlarge] # <-\n",
        field="node_groups.drivers.instance_types[1]", value="m6i.4xlarge", rule="named once", fix="Remove the second",
    ),
    "nodes with and without GPUs": Bad(
        old=DRIVERS, new="    instance_types: [g5.2xlarge, m6i.2xlarge] # <-\n",
        field="node_groups.drivers.instance_types", value=["g5.2xlarge", "m6i.2xlarge"],
        rule="not no device and nvidia.com", fix="Split the node group",
    ),
    "two architectures": Bad(
        old=DRIVERS, new="    instance_types: [m6i.4xlarge, m7g.4xlarge] # <-\n",
        field="node_groups.drivers.instance_types", value=["m6i.4xlarge", "m7g.4xlarge"],
        rule="not arm64 and x86_64 (EKS managed node groups)", fix="Split the node group",
    ),
    "capacity type": Bad(
        old=DRIVERS, new=DRIVERS + "    capacity_type: SPOT # <-\n",
        field="node_groups.drivers.capacity_type", value="SPOT", rule="'on-demand' or 'spot'", fix="one of these",
    ),
    "max below min": Bad(
        old=DRIVERS, new=DRIVERS + "    min_size: 3\n    max_size: 2 # <-\n",
        field="node_groups.drivers.max_size", value=2, rule="at least min_size, 3", fix="Raise max_size",
    ),
    "max of none": Bad(
        old=DRIVERS, new=DRIVERS + "    min_size: 0\n    max_size: 0 # <-\n",
        field="node_groups.drivers.max_size", value=0, rule="at least 1", fix="Raise max_size",
    ),
    "desired above max": Bad(
        old=DRIVERS, new=DRIVERS + "    desired_size: 9 # <-\n",
        field="node_groups.drivers.desired_size", value=9, rule="to max_size, 2", fix="within these bounds",
    ),
    "more nodes than EKS has": Bad(
        old="    max_size: 2\n", new="    max_size: 451 # <-\n",
        field="node_groups.system.max_size", value=451, rule="450 nodes (EKS quota L-BD136A63", fix="within",
    ),
    "size in quotes": Bad(
        old="    max_size: 2\n", new='    max_size: "2" # <-\n',
        field="node_groups.system.max_size", value="2", rule="a whole number", fix="without quotes",
    ),
    "size with a fraction": Bad(
        old="    max_size: 2\n", new="    max_size: 1.5 # <-\n",
        field="node_groups.system.max_size", value=1.5, rule="a whole number", fix="in digits",
    ),
    "disk too small": Bad(
        old=DRIVERS, new=DRIVERS + "    disk_gib: 8 # <-\n",
        field="node_groups.drivers.disk_gib", value=8, rule="from 20 to 16384 GiB", fix="within these bounds",
    ),
    "label value over 63 characters": Bad(
        old=LABELS, new=f"    labels: {{workload: {LONG}}} # <-\n",
        field="node_groups.drivers.labels.workload", value=LONG, rule="this one has 64 characters", fix="Shorten",
    ),
    "label key over 63 characters": Bad(
        old=LABELS, new=f"    labels: {{{LONG}: a}} # <-\n",
        field=f"node_groups.drivers.labels.{LONG}", value=LONG, rule="the name has 1 to 63", fix="Shorten",
    ),
    "label value with a space": Bad(
        old=LABELS, new="    labels: {workload: spark driver} # <-\n",
        field="node_groups.drivers.labels.workload", value="spark driver", rule="(Kubernetes labels)", fix="rename",
    ),
    "label value with shell quotes": Bad(
        old=LABELS, new="    labels: {workload: \"'spark'\"} # <-\n",
        field="node_groups.drivers.labels.workload", value="'spark'", rule="label value", fix="Leave the inner quotes out",
    ),
    "label value as boolean": Bad(
        old=LABELS, new="    labels: {workload: yes} # <-\n",
        field="node_groups.drivers.labels.workload", value=True, rule="text", fix="Put it in quotes",
    ),
    "label of Kubernetes' own": Bad(
        old=LABELS, new="    labels: {node.kubernetes.io/instance-type: m6i.large} # <-\n",
        field="node_groups.drivers.labels.node.kubernetes.io/instance-type", value="m6i.large",
        rule="set by Kubernetes and EKS (EKS guide)", fix="Rename the key",
    ),
    "taint effect": Bad(
        old="effect: NoSchedule}]\nvirtual", new="effect: Never}] # <-\nvirtual",
        field="node_groups.drivers.taints[0].effect", value="Never", rule="'NoSchedule', 'PreferNoSchedule'", fix="one of",
    ),
    "taint without effect": Bad(
        old="value: spark-driver, effect: NoSchedule}]\nvirtual", new="value: spark-driver}] # <-\nvirtual",
        field="node_groups.drivers.taints[0].effect", value=None, rule="required", fix="Add it",
    ),
    "node group in an unknown zone": Bad(
        old=DRIVERS, new=DRIVERS + "    zones: [us-east-1f] # <-\n",
        field="node_groups.drivers.zones[0]", value="us-east-1f", rule="are us-east-1a, us-east-1b", fix="or add it",
    ),
    "no node for CoreDNS": Bad(
        old="node_groups:\n  system:\n" + SYSTEM, new="node_groups: # <-\n  system:\n" + SYSTEM + "    min_size: 0\n",
        field="node_groups", value=["system", "drivers"], rule="CoreDNS", fix="cluster.core_dns: fargate",
    ),
}  # fmt: skip

CASES = NODE_GROUPS


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_wrong_value_gives_one_line_with_field_value_rule_and_fix(case: Bad, tmp_path: Path) -> None:
    check(case, tmp_path)
