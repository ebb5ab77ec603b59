"""A wrong value of a node pool gives one line: field, value, rule, fix."""

from pathlib import Path

import pytest

from tests.unit.bad_input import Bad, check

AT = "virtual_clusters:\n"


def bad(pool: str, field: str, value: object, rule: str, fix: str, name: str = "burst") -> Bad:
    """A pool of that name with these settings, on one line."""
    new = f"node_pools:\n  {name}: {{{pool}}} # <-\n{AT}"
    return Bad(old=AT, new=new, field=f"node_pools.{name}{field}", value=value, rule=rule, fix=fix)


TYPES = "instance_types: [m6i.large]"
NODE_POOLS = {
    "name of EKS's own": bad(TYPES, "", "system", "EKS Auto Mode uses these names for its own", "Rename", name="system"),
    "name of a node group": bad(TYPES, "", "drivers", "a node group has this name", "Rename one", name="drivers"),
    "instance type unknown": bad(
        "instance_types: [m6i.lage]", ".instance_types[0]", "m6i.lage", "EC2 has no such", "Did you mean m6i.large"
    ),
    "instance type of another family": bad(
        "instance_types: [a1.large]", ".instance_types[0]", "a1.large", "creates no nodes of this", "m6i.2xlarge"
    ),
    "instance type too small": bad(
        "instance_types: [t3.small]", ".instance_types[0]", "t3.small", "more than one vCPU and above small", "m6i.2xlarge"
    ),
    "instance type of one vCPU": bad(
        "instance_types: [m7g.medium]", ".instance_types[0]", "m7g.medium", "more than one vCPU", "node group"
    ),
    "two architectures": bad(
        "instance_types: [m6i.large, m7g.large]", ".instance_types", ["m6i.large", "m7g.large"],
        "not arm64 and x86_64", "Split the node pool",
    ),
    "no capacity type": bad(f"{TYPES}, capacity_types: []", ".capacity_types", "0 capacity types", "1 to 2", "1 or more"),
    "capacity type unknown": bad(
        f"{TYPES}, capacity_types: [reserved]", ".capacity_types[0]", "reserved", "'on-demand' or 'spot'", "one of these"
    ),
    "less vCPU than a node": bad(
        "instance_types: [m6i.4xlarge], max_vcpus: 8", ".max_vcpus", 8, "at least 16, the vCPU of m6i.4xlarge", "Raise"
    ),
    "label of Karpenter": bad(
        f"{TYPES}, labels: {{karpenter.sh/nodepool: a}}", ".labels.karpenter.sh/nodepool", "a", "karpenter.sh", "Rename"
    ),
    "label below a domain of Kubernetes": bad(
        f"{TYPES}, labels: {{node.kubernetes.io/a: a}}", ".labels.node.kubernetes.io/a", "a", "kubernetes.io", "Rename"
    ),
    "zone of another environment": bad(
        f"{TYPES}, zones: [us-east-1f]", ".zones[0]", "us-east-1f", "are us-east-1a, us-east-1b", "or add it"
    ),
    "disk too small": bad(f"{TYPES}, disk_gib: 8", ".disk_gib", 8, "from 20 to 16384 GiB", "within these bounds"),
}  # fmt: skip


@pytest.mark.parametrize("name", NODE_POOLS)
def test_node_pool(name: str, tmp_path: Path) -> None:
    check(NODE_POOLS[name], tmp_path)
