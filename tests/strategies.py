"""Random jobs, placements and environments for property-based tests: small enough to meet, varied enough to miss."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.placement import Ec2, Fargate, NodeSelection, Placement, Toleration

ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
NAMESPACE = "spark-jobs"
VIRTUAL_CLUSTER = "spark"
RELEASES = (
    *("emr-5.32.0-latest", "emr-5.33.0-latest", "emr-5.36.0-20221201", "emr-6.2.0-latest", "emr-6.3.0-latest"),
    *("emr-6.7.0-latest", "emr-6.8.0-latest", "emr-6.15.0-java11-latest", "emr-7.0.0-latest", "emr-7.12.0-latest"),
    *("emr-7.14.0-latest", "emr-spark-8.0.0-latest", "emr-spark-8.1.0-20260812"),
)
_ZONE = st.sampled_from([None, None, None, *ZONES, "us-east-1f"])
MAIN_CONTAINER = {"driver": "spark-kubernetes-driver", "executors": "spark-kubernetes-executor"}

_LABELS = st.dictionaries(
    st.sampled_from(["workload", "example.com/team"]), st.sampled_from(["a", "b", ""]), max_size=2
)
_TAINTS = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["dedicated", "workload"]),
        "value": st.sampled_from(["", "a"]),
        "effect": st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    }
)
_TOLERATIONS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    _TAINTS,
    st.just({"operator": "Exists"}),
    st.fixed_dictionaries({"key": st.sampled_from(["dedicated", "workload"]), "operator": st.just("Exists")}),
)
_INSTANCE_TYPES = st.sampled_from(
    [("m6i.large",), ("m6i.4xlarge",), ("m6i.large", "m6i.4xlarge"), ("r6i.large", "c6i.4xlarge"), ("m7g.4xlarge",)]
)
_QUOTAS = st.sampled_from(
    [
        *[{}] * 8,
        {"pods": 4},
        {"memory": "16Gi"},
        {"cpu": 12},
        {"container_memory": "8Gi"},
        {"pods": 100, "container_memory": "4000Mi"},
    ]
)


@cache
def _zones(least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(ZONES), min_size=least, max_size=3, unique=True)


_GROUP = st.fixed_dictionaries(
    {"instance_types": _INSTANCE_TYPES, "capacity_type": st.sampled_from(["on-demand", "spot"])},
    optional={"labels": _LABELS, "taints": st.lists(_TAINTS, max_size=1), "zones": _zones()},
)
_POOL = st.fixed_dictionaries(
    {"instance_types": _INSTANCE_TYPES},
    optional={
        "capacity_types": st.sampled_from([["spot"], ["on-demand", "spot"]]),
        "max_vcpus": st.sampled_from([16, 40]),
        "labels": _LABELS,
        "taints": st.lists(_TAINTS, max_size=1),
        "zones": _zones(),
    },
)
_SELECTOR = st.fixed_dictionaries(
    {"namespace": st.sampled_from([NAMESPACE, "spark-*", "other"])},
    optional={
        "labels": st.sampled_from(
            [
                {"spark-node-placement": "fargate*"},
                {"spark-node-placement": "none"},
                {"emr-containers.amazonaws.com/component": "driver"},
                {"spark-role": "executor", "team": "?"},
            ]
        )
    },
)
_PROFILE = st.fixed_dictionaries(
    {"selectors": st.lists(_SELECTOR, min_size=1, max_size=2)}, optional={"zones": _zones()}
)
_GROUPS = st.dictionaries(st.sampled_from(["alpha", "beta", "gamma"]), _GROUP, max_size=3)
_POOLS = st.dictionaries(st.sampled_from(["pool-a", "pool-b"]), _POOL, max_size=2)
_PROFILES = st.dictionaries(st.sampled_from(["a", "z"]), _PROFILE, max_size=2)
_VERSIONS = st.sampled_from(["1.33", "1.35"])
_POD_SECURITY = st.sampled_from(["baseline", "baseline", "privileged"])
_SINGLE_ZONES = st.one_of(st.just(ZONES), _zones())


@st.composite
def environments(draw: st.DrawFn) -> Environment:
    """An environment with one virtual cluster, up to three node groups beside `system`, node pools and profiles at times."""
    groups = draw(_GROUPS)
    pools = draw(_POOLS) if draw(st.booleans()) else {}
    crowded = draw(st.integers(0, 6)) == 0
    return Environment.model_validate(
        {
            "name": "random",
            "region": "us-east-1",
            "zones": ZONES,
            "cluster": {"version": draw(_VERSIONS)},
            "node_groups": {"system": {"instance_types": ["m6i.2xlarge"]}, **groups},
            "node_pools": pools,
            "fargate_profiles": draw(_PROFILES) if crowded else {},
            "virtual_clusters": {
                VIRTUAL_CLUSTER: {
                    "namespace": NAMESPACE,
                    "pod_security": draw(_POD_SECURITY),
                    "quota": draw(_QUOTAS),
                    "fargate": {
                        "any_zone": draw(st.integers(0, 7)) > 0,
                        "single_zones": draw(_SINGLE_ZONES),
                    },
                }
            },
        }
    )


@cache
def _template(role: str) -> st.SearchStrategy[dict[str, Any]]:
    spec = st.fixed_dictionaries(
        {"containers": st.just([{"name": MAIN_CONTAINER[role]}])},
        optional={
            "nodeSelector": st.sampled_from([{"workload": "a"}, {"kubernetes.io/arch": "amd64"}]),
            "tolerations": st.lists(_TOLERATIONS, max_size=1),
            "volumes": st.sampled_from(
                [*[[{"name": "data", "emptyDir": {}}]] * 3, [{"name": "data", "hostPath": {"path": "/d"}}]]
            ),
        },
    )
    metadata = st.sampled_from([{}, {"labels": {"team": "a"}}])
    return st.fixed_dictionaries(
        {"apiVersion": st.just("v1"), "kind": st.just("Pod"), "metadata": metadata, "spec": spec}
    )


_CONF = {
    "spark.sql.shuffle.partitions": "10",
    "spark.kubernetes.driver.label.team": "a",
    "spark.kubernetes.executor.label.team": "b",
    "spark.kubernetes.memoryOverheadFactor": "0.2",
    "spark.driver.memoryOverheadFactor": "0.3",
    "spark.executor.minMemoryOverhead": "1g",
    "spark.executor.pyspark.memory": "1g",
    "spark.kubernetes.executor.request.cores": "500m",
}
_CONF_KEYS = st.lists(st.sampled_from(sorted(_CONF)), max_size=3, unique=True)
_CORES = st.sampled_from([1, 1, 1, 2, 4, 7, 17])
_MEMORY = st.sampled_from(["1g", "1500m", "4g", "4g", "20G", "100g"])
_OVERHEADS = st.sampled_from([None, None, "1g"])
_ENTRY_POINTS = st.sampled_from(["s3://jobs/count.py", "local:///opt/app it's.jar"])
_ARGUMENTS = st.lists(st.sampled_from(["--trips", "s3://trips/", "it's"]), max_size=2)
_MAIN_CLASSES = st.sampled_from([None, "com.example.Main"])
_INSTANCES = st.sampled_from([None, 3])
_releases = cache(st.sampled_from)


@st.composite
def jobs(draw: st.DrawFn, releases: tuple[str, ...] = RELEASES) -> Job:
    """A job of any of the releases, from one that fits everywhere to one that fits nowhere."""

    def size(role: str) -> dict[str, Any]:
        drawn: dict[str, Any] = {
            "cores": draw(_CORES),
            "memory": draw(_MEMORY),
            "memory_overhead": draw(_OVERHEADS),
        }
        if draw(st.integers(0, 3)) == 0:
            drawn["pod_template"] = draw(_template(role))
        return drawn

    return Job.model_validate(
        {
            "name": "random/job",
            "entry_point": draw(_ENTRY_POINTS),
            "arguments": draw(_ARGUMENTS),
            "main_class": draw(_MAIN_CLASSES),
            "release_label": draw(_releases(releases)),
            "driver": size("driver"),
            "executors": {**size("executors"), "instances": draw(_INSTANCES)},
            "spark_conf": {key: _CONF[key] for key in draw(_CONF_KEYS)},
        }
    )


def _ec2_of(environment: Environment) -> st.SearchStrategy[Ec2]:
    """EC2 nodes that one of the environment's groups or pools has, asked for in part or in full."""
    there = capacity_of(environment).groups_and_pools

    def asked(name: str, labels: bool, pool: bool, capacity: bool, machine: bool, zone: bool) -> Ec2:
        one = there[name]
        by_name = {kubernetes.NODE_POOL: name} if pool and name in environment.node_pools else {}
        return Ec2(
            node_labels={**(one.labels if labels else {}), **by_name},
            zone=one.zones[0] if zone else None,
            instance_type=one.machines[-1].name if machine else None,
            capacity_type=one.nodes[-1].capacity_type if capacity else None,
            tolerations=tuple(Toleration(**taint.model_dump()) for taint in one.taints),
        )

    flags = [st.booleans() for _ in range(5)]
    return st.builds(asked, st.sampled_from(sorted(there)), *flags)


_ANY_EC2 = st.builds(
    Ec2,
    node_labels=_LABELS,
    zone=_ZONE,
    instance_type=st.sampled_from([None, "m6i.4xlarge"]),
    capacity_type=st.sampled_from([None, "spot"]),
    tolerations=st.lists(_TOLERATIONS, max_size=2).map(tuple),
)
_ANY_FARGATE = st.builds(Fargate, zone=_ZONE)
_PLAIN = st.one_of(st.just(Fargate()), st.just(Ec2()))


def targets(environment: Environment) -> st.SearchStrategy[Fargate | Ec2]:
    """Fargate or EC2 nodes: most often such as the environment has, at times of any kind."""

    def rolled(dice: int) -> st.SearchStrategy[Fargate | Ec2]:
        if dice < 4:
            return _ANY_EC2 if dice == 0 else _ANY_FARGATE
        return _PLAIN if dice < 7 else _ec2_of(environment)

    return st.integers(0, 9).flatmap(rolled)


@dataclass(frozen=True)
class Case:
    """What define is asked for."""

    job: Job
    placement: Placement
    environment: Environment
    node_selection: NodeSelection | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """All that define takes, at random."""
    environment = draw(environments())
    target = targets(environment)
    placement = Placement(submitter=draw(target), driver=draw(target), executors=draw(target))
    selections: list[NodeSelection | None] = [None, None, None, "pod-template", "spark-conf"]
    return Case(draw(jobs()), placement, environment, draw(st.sampled_from(selections)))


def _likely_targets(environment: Environment) -> st.SearchStrategy[Fargate | Ec2]:
    """Fargate as a profile of the environment has it, or nodes of one of its groups."""
    choice = environment.virtual_clusters[VIRTUAL_CLUSTER].fargate
    zones = [*([None] if choice.any_zone else []), *choice.single_zones]
    fargate = [Fargate(zone=zone) for zone in zones]
    ec2 = st.one_of(st.just(Ec2()), _ec2_of(environment))
    return st.one_of(st.sampled_from(fargate), ec2) if fargate else ec2


@st.composite
def likely_cases(draw: st.DrawFn) -> Case:
    """Cases of which define takes most: releases that can say everything, placements that the environment has."""
    environment = draw(environments())
    target = _likely_targets(environment)
    placement = Placement(submitter=draw(target), driver=draw(target), executors=draw(target))
    selections: list[NodeSelection | None] = [None, "pod-template", "spark-conf"]
    modern = RELEASES[RELEASES.index("emr-6.8.0-latest") :]
    return Case(draw(jobs(modern)), placement, environment, draw(st.sampled_from(selections)))


def all_cases() -> st.SearchStrategy[Case]:
    """Anything, and what define takes."""
    return st.one_of(cases(), likely_cases(), likely_cases())
