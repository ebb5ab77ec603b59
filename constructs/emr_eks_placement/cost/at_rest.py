"""What a deployed environment costs while no job runs."""

from collections.abc import Iterator
from datetime import date

from emr_eks_placement.cost.bill import Bill, Part
from emr_eks_placement.cost.prices import Prices, part
from emr_eks_placement.environment import Environment
from emr_eks_placement.facts.fargate import CORE_DNS_SIZE
from emr_eks_placement.facts.kubernetes_versions import support
from emr_eks_placement.facts.prices import HOURS_A_MONTH
from emr_eks_placement.facts.system_pods import CORE_DNS_PODS
from emr_eks_placement.scheduling.capacity import Capacity

_NOT_INCLUDED = (
    "pods of jobs",
    "traffic through NAT gateways and interface endpoints",
    "traffic between zones",
    "S3 storage and requests",
    "logs",
    "Lambda, which runs during deployments",
)


def cost_at_rest(environment: Environment, capacity: Capacity, prices: Prices, today: date) -> Bill:
    """Returns the bill of an hour. capacity: of the environment; today decides whether the cluster is in extended
    support.

    Node groups have their initial size; nodes that a cluster autoscaler adds or removes are not known.
    """
    parts = (
        *_cluster(environment, prices, today),
        *_network(environment, prices),
        *_nodes(capacity, prices),
        *_key(environment, prices),
    )
    return Bill(parts, tuple(_not_included(environment)))


def _cluster(environment: Environment, prices: Prices, today: date) -> Iterator[Part]:
    cluster, rates = environment.cluster, prices.rates
    if cluster.name is not None:
        return
    extended = support(cluster.version, today) == "extended"
    rate = rates.eks_extended_hour if extended else rates.eks_hour
    kind = "extended support" if extended else "standard support"
    yield part(
        "EKS cluster",
        f"Kubernetes {cluster.version}, {kind}",
        rate,
        1,
        f"the price of an EKS cluster in {prices.region}",
    )
    if cluster.core_dns == "fargate":
        vcpus, memory_gb = CORE_DNS_SIZE
        hour = prices.listed.fargate_hour(vcpus, memory_gb)
        quantity = f"{CORE_DNS_PODS} pods of {vcpus:g}vCPU {memory_gb:g}GB"
        missing = f"the price of Fargate in {prices.region}"
        yield part("CoreDNS on Fargate", quantity, hour, CORE_DNS_PODS, missing)


def _network(environment: Environment, prices: Prices) -> Iterator[Part]:
    network, rates = environment.network, prices.rates
    if network.vpc_id is not None:
        return
    if network.nat_gateways:
        number, where = network.nat_gateways, f"in {prices.region}"
        yield part("NAT gateways", f"{number}", rates.nat_hour, number, f"the price of a NAT gateway {where}")
        yield part(
            "their public IPv4 addresses",
            f"{number}",
            rates.public_ipv4_hour,
            number,
            f"the price of a public IPv4 address {where}",
        )
    services, zones = len(network.endpoint_services), len(environment.zones)
    if services:
        quantity = f"{services} services in {zones} zones"
        missing = f"the price of an interface endpoint in {prices.region}"
        yield part("interface endpoints", quantity, rates.endpoint_hour, services * zones, missing)


def _nodes(capacity: Capacity, prices: Prices) -> Iterator[Part]:
    for name, group in capacity.node_groups.items():
        number = group.initial_size
        if not number:
            continue
        first = [node for node in group.nodes if node.machine in group.first_machines]
        hour = prices.nodes_hour(first)
        kind = "Spot" if group.capacity_type == "spot" else "On-Demand"
        types = (
            group.first_machines[0].name if len(group.first_machines) == 1 else f"of {len(group.first_machines)} types"
        )
        quantity = f"{number} x {types}, {kind}"
        yield Part(
            "EC2 nodes",
            f"nodes of {name}",
            quantity,
            None if hour is None else hour.times(number),
            prices.missing(first),
        )
    gib = sum(group.initial_size * (group.disk_gib or 0) for group in capacity.node_groups.values())
    if gib:
        yield part(
            "disks of the nodes",
            f"{gib} GiB, gp3",
            prices.disk_hour(1),
            gib,
            f"the price of a gp3 volume in {prices.region}",
        )


def _key(environment: Environment, prices: Prices) -> Iterator[Part]:
    encryption = environment.encryption
    if encryption.customer_managed_key and encryption.kms_key_arn is None:
        month = prices.rates.kms_key_month
        rate = None if month is None else month / HOURS_A_MONTH
        yield part("KMS key", "1", rate, 1, f"the price of a KMS key in {prices.region}")


def _not_included(environment: Environment) -> Iterator[str]:
    if environment.cluster.name is not None:
        yield f"the existing cluster {environment.cluster.name}"
    if environment.network.vpc_id is not None:
        yield f"the existing network {environment.network.vpc_id}"
    if environment.node_pools:
        yield "nodes of node pools, which EKS Auto Mode starts for pods"
    yield from _NOT_INCLUDED
