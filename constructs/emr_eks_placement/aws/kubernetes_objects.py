"""Reads what only a live cluster's Kubernetes API has: node pools, quotas, limits and Pod Security Standards."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from emr_eks_placement.aws.ec2 import KARPENTER_NODES
from emr_eks_placement.aws.errors import rule_of
from emr_eks_placement.aws.kubernetes import KubernetesApi, NotReadError, open_kubernetes_api
from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError, dotted
from emr_eks_placement.kubernetes_objects.namespaces import rules_of
from emr_eks_placement.kubernetes_objects.node_pools import class_name_of, is_node_pool, read_node_pool, subnet_ids_of
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, NodePoolCapacity
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules

if TYPE_CHECKING:
    from types_boto3_eks.type_defs import ClusterTypeDef

_POOLS, _CLASSES = "/apis/karpenter.sh/v1/nodepools", "/apis/eks.amazonaws.com/v1/nodeclasses"
_NOTHING = "its Kubernetes API was not read"
# Zones by subnet id.
Zones = Mapping[str, str]


@dataclass
class KubernetesObjects:
    """What was read. node_pools: by their names in Kubernetes, None if unreadable; other_nodes: other sources of nodes;
    not_read: what could not be read, with the reason."""

    node_pools: dict[str, NodePoolCapacity] | None = None
    other_nodes: list[str] = field(default_factory=list)
    namespace_rules: dict[str, NamespaceRules] = field(default_factory=dict)
    not_read: list[str] = field(default_factory=list)


def read_kubernetes_objects(
    session: boto3.Session,
    described: "ClusterTypeDef",
    namespaces: Iterable[str],
    cluster_zones: tuple[str, ...],
    zones: Callable[[], Zones],
) -> KubernetesObjects:
    """Returns the node pools of the cluster that EKS describes, and the rules of these namespaces.

    cluster_zones: assumed for a node class whose subnets are unknown; zones: called if a node class names subnets.
    not_read reports what can't be read; raises nothing.
    """
    read = KubernetesObjects()
    try:
        api = open_kubernetes_api(session, described)
        _read_node_pools(api, read, cluster_zones, zones)
        _read_namespaces(api, read, namespaces)
    except NotReadError as error:
        read.not_read.append(f"{_NOTHING}: {error}")
    except (BotoCoreError, ClientError) as error:
        read.not_read.append(f"{_NOTHING}: {rule_of(error).rule}")
    return read


@contextmanager
def _told_by(tell: Callable[[str], object]) -> Iterator[None]:
    """Adds the reason if the block can't read what it should. Raises NotReadError if nothing else can be read either."""
    try:
        yield
    except NotReadError as error:
        if error.is_final:
            raise
        tell(str(error))
    except RuleError as broken:
        tell(f"{dotted(broken.path)}: {broken.rule}")


def _read_node_pools(
    api: KubernetesApi, read: KubernetesObjects, cluster_zones: tuple[str, ...], zones: Callable[[], Zones]
) -> None:
    with _told_by(lambda why: read.not_read.append(f"its node pools were not read: {why}")):
        read.node_pools, read.other_nodes = _node_pools(api, cluster_zones, zones)


def _node_pools(
    api: KubernetesApi, cluster_zones: tuple[str, ...], zones: Callable[[], Zones]
) -> tuple[dict[str, NodePoolCapacity], list[str]]:
    """Returns the pools by name, and other sources of nodes; pools that are being deleted do not count."""
    pools: dict[str, NodePoolCapacity] = {}
    others: list[str] = []
    found = [one for one in api.list(_POOLS) if one["metadata"]["deletionTimestamp"].value is None]
    of_auto_mode = [one for one in found if is_node_pool(one)]
    classes = {one["metadata"]["name"].text(): one for one in api.list(_CLASSES)} if of_auto_mode else {}
    by_subnet = zones() if any(subnet_ids_of(one).value for one in classes.values()) else {}
    for pool in of_auto_mode:
        node_class = classes.get(class_name_of(pool))
        subnets = [one.text() for one in subnet_ids_of(node_class).items()]
        in_zones = tuple(dict.fromkeys(by_subnet.get(one, UNKNOWN_ZONE) for one in subnets)) or cluster_zones
        made = _read_node_pool(pool, node_class, in_zones)
        if isinstance(made, str):
            others.append(made)
        else:
            pools[made.name] = made
    return pools, others if len(of_auto_mode) == len(found) else [*others, KARPENTER_NODES]


def _read_node_pool(pool: Field, node_class: Field | None, zones: tuple[str, ...]) -> NodePoolCapacity | str:
    """Returns the pool, or a description of a pool that can't be understood."""
    try:
        return read_node_pool(pool, node_class, zones)
    except RuleError as broken:
        name = pool["metadata"]["name"].text()
        return f"node pool {name} also creates nodes, and was not read: {dotted(broken.path)}: {broken.rule}"


def _read_namespaces(api: KubernetesApi, read: KubernetesObjects, namespaces: Iterable[str]) -> None:
    unread: dict[str, str] = {}
    for namespace in sorted(set(namespaces)):
        with _told_by(partial(unread.setdefault, namespace)):
            rules = _rules_of_namespace(api, namespace)
            if rules != NO_RULES:
                read.namespace_rules[namespace] = rules
    if unread:
        names = f"namespace{'s' if len(unread) > 1 else ''} {', '.join(unread)}"
        read.not_read.append(f"what is allowed in {names} was not read: {next(iter(unread.values()))}")


def _rules_of_namespace(api: KubernetesApi, namespace: str) -> NamespaceRules:
    """Returns the rules of a namespace; none for a missing namespace, which has no pods."""
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}"
    objects = [api.find(path), *api.list(f"{path}/resourcequotas"), *api.list(f"{path}/limitranges")]
    rules = NO_RULES
    for found in map(rules_of, filter(None, objects)):
        rules &= found[1] if isinstance(found, tuple) else NO_RULES
    return rules
