"""The network, the cluster, its node groups and Fargate profiles."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from tests.generated_environments.choices import RETENTION_DAYS, Data, maybe

REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")
_ADMIN = "arn:aws:iam::111122223333:role/platform-admin"
# Each line holds types of one size and architecture that any job below fits on.
_X86_TYPES = (
    ("m6i.2xlarge", "m5.2xlarge", "m5a.2xlarge"),
    ("r6i.2xlarge", "r5.2xlarge"),
    ("m6i.4xlarge", "m5.4xlarge", "m6a.4xlarge"),
    ("r6i.4xlarge",),
)
_ARM_TYPES = (("m7g.2xlarge", "m6g.2xlarge"), ("r7g.4xlarge",))
DRIVERS = "spark-drivers"


def whole(chance: Random) -> Data:
    region = chance.choice(REGIONS)
    return {
        "region": region,
        "zones": [f"{region}{letter}" for letter in "abc"[: chance.choice((2, 2, 3))]],
        **maybe(
            chance,
            0.5,
            retain_data=lambda: chance.random() < 0.5,
            fargate_vcpus=lambda: chance.choice((100, 1000)),
            encryption=lambda: {"customer_managed_key": chance.random() < 0.7},
            tags=lambda: {"project": "trips", "cost-center": f"{chance.randint(100, 999)}"},
            prices=lambda: {"folder": "../prices", "spot_discount": 0.6},
        ),
    }


def network(chance: Random, zones: Sequence[str]) -> Data:
    network: Data = {"cidr": chance.choice(("10.0.0.0/16", "172.20.0.0/18", "192.168.0.0/20", "100.64.0.0/16"))}
    network["nat_gateways"] = chance.choice((0, 1, 1, len(zones)))
    if network["nat_gateways"] == 0 or chance.random() < 0.3:
        network["interface_endpoints"] = True
        network["more_endpoints"] = ["glue", "kms", "secretsmanager", "ssm"][: len(zones) - 1]
    if chance.random() < 0.4:
        network["flow_logs"] = True
        network |= maybe(chance, 0.5, flow_log_retention_days=lambda: chance.choice(RETENTION_DAYS))
    return network


def cluster(chance: Random, network: Mapping[str, Any]) -> Data:
    access = ["private", "public-and-private", *(["public"] if network.get("nat_gateways", 1) else [])]
    cluster: Data = {"version": "1.35", "endpoint_access": chance.choice(access)}
    if cluster["endpoint_access"] == "public-and-private" and chance.random() < 0.5:
        cluster["public_access_cidrs"] = ["203.0.113.0/24", "198.51.100.7/32"][: chance.randint(1, 2)]
    cluster |= maybe(chance, 0.3, admins=lambda: [_ADMIN])
    versions = {"kube-proxy": "v1.34.2-eksbuild.1", "coredns": "v1.12.4-eksbuild.1"}
    return cluster | ({"upgrade_policy": "standard", "add_on_versions": versions} if "admins" in cluster else {})


def core_dns(chance: Random, data: Data) -> Data:
    """CoreDNS on Fargate in some new clusters, and of these some without node groups."""
    if "name" in data["cluster"] or chance.random() > 0.2:
        return data
    groups = {} if chance.random() < 0.5 else data["node_groups"]
    return {**data, "cluster": {**data["cluster"], "core_dns": "fargate"}, "node_groups": groups}


def node_groups(chance: Random, zones: Sequence[str], count: int) -> Data:
    """One for system pods, one for drivers, and `count` for executors."""
    system: Data = {"instance_types": [chance.choice(("m6i.large", "m7g.large", "t3.large"))]}
    if chance.random() < 0.3:
        system["taints"] = [{"key": "workload", "value": "system", "effect": "PreferNoSchedule"}]
    drivers = {
        "instance_types": list(chance.choice(_X86_TYPES)[:1]),
        "labels": {"workload": "spark-driver"},
        **_sizes(chance, 1),
    }
    groups = {"system": system | _sizes(chance, 1), DRIVERS: drivers}
    return groups | {
        name: executors(chance, zones, name) for name in (f"executors-{number}" for number in range(count))
    }


def executors(chance: Random, zones: Sequence[str], name: str) -> Data:
    """A node group for executors, which no other pod runs on where it is tainted."""
    workload = f"spark-{name}"
    types = chance.choice(chance.choice((_X86_TYPES, _X86_TYPES, _ARM_TYPES)))
    group: Data = {
        "instance_types": list(types[: chance.randint(1, len(types))]),
        "labels": {"workload": workload, **({"team": "data"} if chance.random() < 0.3 else {})},
        **_sizes(chance, 0),
    }
    if chance.random() < 0.6:
        effect = chance.choice(("NoSchedule", "NoExecute"))
        group["taints"] = [{"key": "workload", "value": workload, "effect": effect}]
    group |= maybe(
        chance,
        0.5,
        capacity_type=lambda: chance.choice(("spot", "on-demand")),
        zones=lambda: [chance.choice(zones)],
        disk_gib=lambda: chance.choice((20, 100, 500)),
    )
    return group | ({"release_version": "1.35.2-20261120", "force_update": True} if "disk_gib" in group else {})


def node_pool(chance: Random, zones: Sequence[str]) -> Data:
    """A node pool for executors, which no other pod runs on where it is tainted."""
    pool: Data = {"instance_types": list(_X86_TYPES[2][: chance.randint(1, 3)]), "labels": {"workload": "spark-pool"}}
    if chance.random() < 0.6:
        pool["taints"] = [{"key": "workload", "value": "spark-pool", "effect": "NoSchedule"}]
    return pool | maybe(
        chance,
        0.5,
        capacity_types=lambda: ["spot", "on-demand"][: chance.randint(1, 2)],
        max_vcpus=lambda: 320,
        zones=lambda: [chance.choice(zones)],
        disk_gib=lambda: 200,
    )


def _sizes(chance: Random, lowest: int) -> Data:
    lowest += chance.randint(0, 1)
    return {
        "min_size": lowest,
        "max_size": lowest + chance.randint(12, 20),
        **maybe(chance, 0.4, desired_size=lambda: lowest + chance.randint(0, 2)),
    }


def fargate_profile(chance: Random, zones: Sequence[str]) -> Data:
    """A profile for pods that are none of Spark's."""
    selectors: list[Data] = [{"namespace": "tools"}, {"namespace": "tools-*", "labels": {"compute": "fargate"}}]
    return {
        "selectors": selectors[: chance.randint(1, 2)],
        **maybe(chance, 0.5, zones=lambda: [chance.choice(zones)]),
    }


def fargate_sharing(chance: Random) -> Data:
    """How the virtual clusters, whose namespaces all begin with spark-, share Fargate profiles."""
    sharing = chance.choice(("none", "none", "packed", "wildcard"))
    return {
        **maybe(chance, 0.3, fargate_profile_quota=lambda: 20),
        **maybe(chance, 0.7, fargate_sharing=lambda: sharing),
    } | ({"fargate_sharing": sharing, "fargate_namespaces": "spark-*"} if sharing == "wildcard" else {})
