"""Topology spread constraints that forbid, among the pods of a run (Kubernetes scheduler, PodTopologySpread)."""

from collections.abc import Iterator
from dataclasses import dataclass

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.beside import Beside, Verdict, verdict
from emr_eks_placement.planning.planned_pod import counted, run_of
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling import affinity, pod_rules
from emr_eks_placement.scheduling.capacity import Node
from emr_eks_placement.scheduling.counting import Counting
from emr_eks_placement.scheduling.nodes import tolerates
from emr_eks_placement.scheduling.pod_rules import Rule
from emr_eks_placement.scheduling.supply import ANY, supply_at_most, supply_now, uneven

CODE = "EC2_SPREAD"
"""The code for pods that certainly wait."""


@dataclass(frozen=True)
class _Domain:
    """Nodes that share a label's value. number, for_sure: how many such domains may exist; more than one only for
    single nodes.

    there: whether one certainly exists now; best, sure: how many of the pods one holds, with every group at its maximum
    size; alone: how many certainly fit if none of the single pods is on it. most, always, roomiest: as number, there
    and best, whatever zones a group's nodes are in.
    """

    number: int
    for_sure: int
    there: bool
    best: int
    sure: int
    alone: int
    most: int
    always: bool
    roomiest: int


def verdicts_of_spread(beside: Beside, role: Role) -> Iterator[Verdict]:
    """Yields a verdict if a constraint needs a label that no node has, or lets fewer pods run than there are.

    A pod may join a domain if its number of matching pods, including the pod, exceeds that of the emptiest domain by at
    most maxSkew. The emptiest counts 0 if there are fewer domains than minDomains. Domains whose nodes can't take the
    pod also count, unless a policy excludes them, and stay empty (filtering.go, minMatchNum).
    """
    rules = pod_rules.forbidding_spread(beside.pods[role].spec)
    if any(beside.unknown(role, rule.key) for rule in rules):
        return
    for rule in rules:
        if rule.key != kubernetes.HOSTNAME and not beside.domains(role, rule.key):
            what = f"no node that can take it has the label {rule.key} of its topology spread"
            yield from verdict(beside, CODE, role, rule, what, (0, 0))
            return
    for rule in rules:
        if beside.selects(rule, role, role):
            yield from _spread(beside, role, rule, tuple(one.key for one in rules))
        else:
            what = "its topology spread counts other pods than those of its kind"
            yield Verdict(Problem("EC2_OTHER_PODS", role, what, rule.path))


def _spread(beside: Beside, role: Role, rule: Rule, keys: tuple[str, ...]) -> Iterator[Verdict]:
    balanced = False
    skew, fewest = int(rule.term.get("maxSkew") or 1), int(rule.term.get("minDomains") or 1)
    domains = [*_domains(beside, role, rule, keys)]
    number = sum(domain.number for domain in domains)
    count = beside.pods[role].number
    if number < fewest:
        what = f"its topology spread by {rule.key} asks for {fewest} domains of which there "
        what += f"{'is' if number == 1 else 'are'} at most {number}, so for no more than {skew} of them in each"
        best = sum(domain.number * min(domain.best, skew) for domain in domains)
        sure = _sure(beside, role, domains, 0, skew)
    else:
        emptiest = min((domain.best for domain in domains if domain.there), default=ANY)
        what = f"its topology spread by {rule.key} lets no domain have more than {skew} above the emptiest"
        if not emptiest:
            what += ", and there is one whose nodes can't take it"
        balanced = rule.key != kubernetes.HOSTNAME and emptiest > 0
        best = sum(domain.number * min(domain.best, emptiest + skew) for domain in domains)
        sure = _sure(beside, role, domains, min(domain.sure for domain in domains), skew)
        skew += min((domain.roomiest for domain in domains if domain.always), default=ANY)
    wherever = sum(domain.most * min(domain.roomiest, skew) for domain in domains)
    balanced = balanced or wherever >= count
    best = best if balanced else wherever
    yield from verdict(beside, CODE, role, rule, what, (min(best, count), sure), balanced=balanced)


def _sure(beside: Beside, role: Role, domains: list[_Domain], emptiest: int, skew: int) -> int:
    """Returns how many of the pods certainly run.

    A pod waits only if the emptiest domain is full, at `emptiest` or more, and every other one is full or has maxSkew
    more. If domains are nodes, the number with single pods on them is at most the number of these pods.
    """
    reached = [min(domain.alone, emptiest + skew) for domain in domains]
    singles = counted(beside.pods).index(role) if any(domain.alone != domain.sure for domain in domains) else 0
    total = sum(domain.for_sure * each for domain, each in zip(domains, reached, strict=True))
    return max(0, total - singles * (max(reached) - emptiest))


def _domains(beside: Beside, role: Role, rule: Rule, keys: tuple[str, ...]) -> Iterator[_Domain]:
    """Yields the domains that the constraint counts."""
    counted_nodes = [
        (name, node)
        for name, group in beside.capacity.groups_and_pools.items()
        for node in group.nodes
        if _counts(beside, role, rule, keys, name, node)
    ]
    if rule.key == kubernetes.HOSTNAME:
        yield from _nodes(beside, role, counted_nodes)
        return
    now = supply_now(beside.capacity)
    uneven_now = uneven(now)
    for value in sorted({str(beside.domain(name, node, rule.key)) for name, node in counted_nodes}):
        here = [(name, node) for name, node in counted_nodes if beside.domain(name, node, rule.key) == value]
        best, sure = beside.held(role, (rule.key,), (value,))
        there = any(now[name].sure(_zones(beside, name, here)) for name in {name for name, _ in here})
        always = any(uneven_now[name].sure(_zones(beside, name, here)) for name in {name for name, _ in here})
        roomiest, _ = beside.held(role, (rule.key,), (value,), even=False)
        yield _Domain(1, 1, there, best, sure, sure, 1, always, roomiest)


def _zones(beside: Beside, name: str, nodes: list[tuple[str, Node]]) -> set[str]:
    """Returns the zones in which every node that the group can have is one of these."""
    ids = {id(node) for _, node in nodes}
    group = beside.capacity.groups_and_pools[name]
    return set(group.zones) - {node.zone for node in group.nodes if id(node) not in ids}


def _nodes(beside: Beside, role: Role, nodes: list[tuple[str, Node]]) -> Iterator[_Domain]:
    """Yields each group's nodes, each as a separate domain; the emptiest may have all single pods on it."""
    now, largest = supply_now(beside.capacity), supply_at_most(beside.capacity)
    uneven_now, uneven_largest = uneven(now), uneven(largest)
    roles = counted(beside.pods)
    counting = Counting(run_of(beside.pods, roles[: roles.index(role) + 1], beside.apart))
    inside = counting.run.wanted.zones
    for name in dict.fromkeys(name for name, _ in nodes):
        for can_run in (True, False):
            here = [node for other, node in nodes if other == name and (node.zone in inside) is can_run]
            zones = {zone for zone in _zones(beside, name, nodes) if (zone in inside) is can_run}
            takes = can_run and name in beside.pods[role].landing.nodes
            possible = counting.taking(name) if takes else ()
            kinds = counting.may_be(name, largest) if takes else ()
            if here:
                there = {node.zone for node in here}
                best = max((counting.held(kind, best=True) for kind in possible), default=0)
                yield _Domain(
                    largest[name].most(there, here),
                    largest[name].sure(zones),
                    now[name].sure(zones) > 0,
                    best,
                    min((counting.held(kind, counting.possible(name, kind), best=False) for kind in kinds), default=0),
                    min((counting.held(kind, best=False) for kind in kinds), default=0),
                    uneven_largest[name].most(there, here),
                    uneven_now[name].sure(zones) > 0,
                    best,
                )


def _counts(beside: Beside, role: Role, rule: Rule, keys: tuple[str, ...], name: str, node: Node) -> bool:
    """Returns whether the constraint counts nodes: by every key of the pod's constraints, and by its policies."""
    pod, group = beside.pods[role].shape, beside.capacity.groups_and_pools[name]
    if not all(key == kubernetes.HOSTNAME or beside.domain(name, node, key) is not None for key in keys):
        return False
    if rule.term.get("nodeAffinityPolicy", "Honor") == "Honor":
        selected = pod.node_selector.items() <= node.labels.items() and affinity.matches(pod.node_affinity, node.labels)
        if not selected:
            return False
    taints = [taint for taint in group.taints if taint.effect != "PreferNoSchedule"]
    honored = rule.term.get("nodeTaintsPolicy", "Ignore") == "Honor"
    return not honored or all(tolerates(pod.tolerations, taint) for taint in taints)
