"""What an environment has, in the few words that a map has room for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from emr_eks_placement.cost import Amount
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.subnets import private_subnet
from emr_eks_placement.job.placement import CapacityType, Taint

_MOST_NAMES = 4
NOT_KNOWN = "not known"
_SOLD: Mapping[CapacityType, str] = {"on-demand": "On-Demand", "spot": "Spot"}


def number_of(number: int, what: str, several: str | None = None) -> str:
    """As: 1 run; 2 runs; no runs."""
    words = what if number == 1 else several or f"{what}s"
    return f"{number or 'no'} {words}"


def network_in_words(environment: Environment) -> str:
    """As: VPC 10.20.0.0/16, 1 NAT gateway."""
    network = environment.network
    if network.vpc_id is not None:
        return f"existing VPC {network.vpc_id}"
    services = len(network.endpoint_services)
    endpoints = f", interface endpoints of {number_of(services, 'service')}" if services else ""
    return f"VPC {network.cidr}, {number_of(network.nat_gateways, 'NAT gateway')}{endpoints}"


def cluster_in_words(environment: Environment) -> str:
    """As: EKS cluster, Kubernetes 1.35, CoreDNS on EC2."""
    cluster = environment.cluster
    if cluster.name is not None:
        return f"existing EKS cluster {cluster.name}, Kubernetes {cluster.version}"
    where = "Fargate" if cluster.core_dns == "fargate" else "EC2"
    return f"EKS cluster, Kubernetes {cluster.version}, CoreDNS on {where}"


def zones_in_words(environment: Environment) -> dict[str, str]:
    """The subnet of each zone."""
    network = environment.network
    if network.vpc_id is not None:
        return dict(network.subnets)
    return {zone: private_subnet(network.cidr, index) for index, zone in enumerate(environment.zones)}


def namespaces_in_words(environment: Environment) -> dict[str, str]:
    """The virtual cluster of each namespace, and its jobs."""
    jobs = Counter(job.virtual_cluster for job in environment.jobs.values())
    return {
        one.namespace: f"virtual cluster {name}, {number_of(jobs[name], 'job')}"
        for name, one in environment.virtual_clusters.items()
    }


def node_groups_in_words(environment: Environment) -> dict[str, tuple[str, tuple[str, ...], object]]:
    """Of each node group: its nodes, its zones, and all of it."""
    return {
        name: (
            f"{_numbers(group.min_size, group.initial_size, group.max_size)} {_machines(group.instance_types)}, "
            f"{_SOLD[group.capacity_type]}{_tainted(group.taints)}",
            group.zones or environment.zones,
            group,
        )
        for name, group in environment.node_groups.items()
    }


def node_pools_in_words(environment: Environment) -> dict[str, tuple[str, tuple[str, ...], object]]:
    """Of each node pool: its nodes, its zones, and all of it."""
    return {
        name: (
            f"up to {pool.max_vcpus} vCPU of {_machines(pool.instance_types)}, "
            f"{' or '.join(_SOLD[one] for one in pool.capacity_types)}{_tainted(pool.taints)}",
            pool.zones or environment.zones,
            pool,
        )
        for name, pool in environment.node_pools.items()
    }


def profiles_in_words(environment: Environment) -> dict[str, tuple[str, tuple[str, ...], object]]:
    """Of each Fargate profile: what it selects, its zones, and all of it."""
    return {
        name: (
            "; ".join(
                ", ".join((one.namespace, *(f"{key}={value}" for key, value in one.labels.items())))
                for one in profile.selectors
            ),
            profile.zones or environment.zones,
            profile,
        )
        for name, profile in environment.profiles().items()
    }


def few_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names; of many, the first and how many more there are."""
    if len(names) <= _MOST_NAMES:
        return tuple(names)
    return (*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} more")


def runs_in_words(labels: Iterable[str], longest: int) -> str:
    """As: trip-count: fargate, ec2; or, where that is longer than so many characters: 12 runs of 3 jobs."""
    jobs: dict[str, list[str]] = {}
    for label in labels:
        job, _, placement = label.partition("/")
        jobs.setdefault(job, []).append(placement)
    words = "; ".join(f"{job}: {', '.join(placements)}" for job, placements in jobs.items())
    if len(words) <= longest:
        return words
    runs = number_of(sum(map(len, jobs.values())), "run")
    return f"{runs} of {next(iter(jobs))}" if len(jobs) == 1 else f"{runs} of {len(jobs)} jobs"


def _numbers(least: int, initial: int, most: int) -> str:
    span = f"{least}" if least == most else f"{least} to {most}"
    return span if initial == least else f"{span} (first {initial})"


def _machines(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _tainted(taints: tuple[Taint, ...]) -> str:
    return ", tainted" if taints else ""


def dollars_in_words(amount: Amount | None) -> str:
    """As: 0.48 USD; 0.48 to 1.20 USD; 0.48 USD or more; not known."""
    if amount is None or (amount.high is None and not amount.low):
        return NOT_KNOWN
    low = f"{amount.low:.2f}"
    if amount.high is None:
        return f"{low} USD or more"
    high = f"{amount.high:.2f}"
    return f"{low} USD" if low == high else f"{low} to {high} USD"
