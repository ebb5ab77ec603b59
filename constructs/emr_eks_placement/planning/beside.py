"""Whether the pods of a run may run next to each other where they land: required affinity and anti-affinity, topology
spread.

A rule's effect is certain only for the run's own pods, as if the cluster had no others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.planned_pod import Pairs, PodOfRun, counted, run_of, the
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling import pod_rules
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, Capacity, Node
from emr_eks_placement.scheduling.counting import Counting
from emr_eks_placement.scheduling.holding import most_that_fit, sure_to_fit
from emr_eks_placement.scheduling.pod_rules import Rule
from emr_eks_placement.scheduling.supply import supply_at_most, uneven

_LOOSEN = "Loosen the rule, or let the groups have more nodes where it allows the pods"


@dataclass(frozen=True)
class Beside:
    """The pods of a run, in the order of their start. apart: see `roles_apart`."""

    pods: Mapping[Role, PodOfRun]
    capacity: Capacity
    apart: Pairs

    def selects(self, rule: Rule, role: Role, other: Role) -> bool:
        """Returns whether a rule of the role's pods counts those of the other role."""
        return rule.selects(self.pods[role].manifest, self.pods[other].manifest)

    def held(
        self,
        role: Role,
        keys: tuple[str, ...],
        values: tuple[str | None, ...],
        *,
        there: bool = True,
        even: bool = True,
    ) -> tuple[int, int]:
        """Returns how many of the role's pods fit on the nodes with these labels, or without them: at best and for
        certain.

        Assumes that every group has its maximum size. not even: at best, all its nodes are in one zone.
        """
        landing = self.pods[role].landing
        kept = {
            name: tuple(node for node in nodes if (self.labels(name, node, keys) == values) is there)
            for name, nodes in landing.nodes.items()
        }
        nodes = {name: some for name, some in kept.items() if some}
        if not nodes:
            return 0, 0
        pods = {**self.pods, role: replace(self.pods[role], landing=replace(landing, nodes=nodes))}
        roles = counted(self.pods)
        counting = Counting(run_of(pods, roles[: roles.index(role) + 1], self.apart))
        largest = supply_at_most(self.capacity)
        supply = largest if even else uneven(largest)
        return most_that_fit(counting, supply) or 0, sure_to_fit(counting, largest)

    def labels(self, name: str, node: Node, keys: tuple[str, ...]) -> tuple[str | None, ...]:
        """Returns the values of the labels on a group's node."""
        return tuple(self.domain(name, node, key) for key in keys)

    def domains(self, role: Role, key: str) -> set[str]:
        """Returns the values of the label on the nodes that can take the role's pods, including Fargate."""
        landing = self.pods[role].landing
        if landing.compute == "fargate":
            known = {kubernetes.ZONE: set(landing.zones), kubernetes.REGION: {self.capacity.region}}
            return known.get(key, set())
        found = {self.domain(name, node, key) for name, nodes in landing.nodes.items() for node in nodes}
        return {one for one in found if one is not None}

    def without(self, role: Role, key: str) -> bool:
        """Returns whether the role's pods can be on a node without the label."""
        landing = self.pods[role].landing
        if landing.compute == "fargate":
            return not self.domains(role, key)
        return any(self.domain(name, node, key) is None for name, nodes in landing.nodes.items() for node in nodes)

    def domain(self, name: str, node: Node, key: str) -> str | None:
        """Returns the value of the label on a group's node; None without it. EKS's label with the group's name is on
        every node."""
        if key == kubernetes.NODE_GROUP and name in self.capacity.node_groups:
            return name
        return node.labels.get(key)

    def unknown(self, role: Role, key: str) -> bool:
        """Returns whether the label is a zone's, and the zone of a node is unknown."""
        nodes = [node for some in self.pods[role].landing.nodes.values() for node in some]
        return key in (kubernetes.ZONE, kubernetes.REGION) and any(node.zone == UNKNOWN_ZONE for node in nodes)

    def judged(self) -> Iterator[Role]:
        """Yields the roles whose rules count: of pods on EC2 nodes that Kubernetes' own scheduler places."""
        for role in counted(self.pods):
            spec = self.pods[role].spec
            if spec.get("schedulerName") in (None, "", kubernetes.DEFAULT_SCHEDULER) and not spec.get("nodeName"):
                yield role


@dataclass(frozen=True)
class Verdict:
    """A problem. none: whether no pod of its role can start."""

    problem: Problem
    none: bool = False


def roles_apart(pods: Mapping[Role, PodOfRun]) -> Pairs:
    """Returns the roles whose pods share no node, by required anti-affinity of either role, or by a host port."""
    roles = list(pods)
    if not any(
        pod_rules.required(pod.spec, "podAntiAffinity") or any(pod_rules.ports(pod.spec)) for pod in pods.values()
    ):
        return frozenset()
    pairs = [(one, other) for index, one in enumerate(roles) for other in roles[index:]]
    return frozenset(
        frozenset(pair)
        for pair in pairs
        if pod_rules.share_a_port(pods[pair[0]].spec, pods[pair[1]].spec)
        or any(rule.key == kubernetes.HOSTNAME for rule in anti_affinity(pods[pair[0]], pods[pair[1]]))
    )


def anti_affinity(pod: PodOfRun, other: PodOfRun) -> list[Rule]:
    """Returns the terms that keep pods of two roles apart, in either role; terms of the other role have no path."""
    own = pod_rules.required(pod.spec, "podAntiAffinity")
    found = [rule for rule in own if rule.selects(pod.manifest, other.manifest)]
    if other.role != pod.role:
        theirs = pod_rules.required(other.spec, "podAntiAffinity")
        found += [replace(rule, path=()) for rule in theirs if rule.selects(other.manifest, pod.manifest)]
    return found


def verdict(
    beside: Beside,
    code: str,
    role: Role,
    rule: Rule | None,
    what: str,
    held: tuple[int, int],
    *,
    balanced: bool = False,
) -> Iterator[Verdict]:
    """Yields the problem of a rule under which so many pods fit at best and for certain; none if all fit.

    The problem has the code if they certainly do not fit. It is a warning if that depends on the scheduler, on nodes
    that are not described, or on the spread of a group's nodes over zones, which EC2 Auto Scaling balances while zones
    have capacity.
    """
    count, (best, sure) = beside.pods[role].number, held
    if best >= count and (sure >= count or beside.capacity.other_nodes):
        return
    path = rule.path if rule else ()
    if best >= count:
        pods = f"{the(role)} may wait" if count == 1 else f"up to {count - sure} of {count} {role} may wait"
        yield Verdict(Problem("EC2_MAY_NOT_HOLD", role, f"{what}: {pods}", path, own_fix=_LOOSEN))
        return
    pods = f"{the(role)} waits" if count == 1 else f"at least {count - best} of {count} {role} wait"
    if balanced:
        pods += " while the groups' nodes are spread evenly over their zones"
        yield Verdict(Problem("EC2_MAY_NOT_HOLD", role, f"{what}: {pods}", path, own_fix=_LOOSEN))
        return
    if beside.capacity.other_nodes:
        yield Verdict(Problem("EC2_OTHER_NODES", role, f"{what}: {pods}; {beside.capacity.other_nodes}", path))
    else:
        yield Verdict(Problem(code, role, f"{what}: {pods}", path), none=best == 0)
