"""Required pod affinity and anti-affinity among the pods of a run (Kubernetes scheduler, InterPodAffinity)."""

from collections.abc import Iterator

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.beside import Beside, Verdict, anti_affinity, verdict
from emr_eks_placement.planning.planned_pod import counted, run_of
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling import pod_rules
from emr_eks_placement.scheduling.counting import Counting
from emr_eks_placement.scheduling.pod_rules import Rule
from emr_eks_placement.scheduling.supply import supply_at_most

CODE = "EC2_POD_AFFINITY"
"""The code for pods that certainly wait."""


def verdicts_of_affinity(beside: Beside, role: Role) -> Iterator[Verdict]:
    """Yields a verdict if a pod needs others near it that do not exist, or if too few pods fit near them.

    A pod must match every term at once; one that matches its own terms may be the first (filtering.go,
    satisfyPodAffinity).
    """
    rules = pod_rules.required(beside.pods[role].spec, "podAffinity")
    if not rules:
        return
    for rule in rules:
        if (
            rule.key != kubernetes.HOSTNAME
            and not beside.unknown(role, rule.key)
            and not beside.domains(role, rule.key)
        ):
            what = f"no node that can take it has the label {rule.key} of its pod affinity"
            yield from verdict(beside, CODE, role, rule, what, (0, 0))
            return
    roles = list(beside.pods)
    near = [other for other in roles if all(beside.selects(rule, role, other) for rule in rules)]
    before = [other for other in near if roles.index(other) < roles.index(role)]
    if before or role in near:
        yield from _near(beside, role, rules, before or [role])
    elif near:
        what = f"it must run near the {' and '.join(near)}, which start after it"
        yield from verdict(beside, CODE, role, rules[0], what, (0, 0))
    else:
        what = "its pod affinity asks for pods that are not of this job"
        yield Verdict(Problem("EC2_OTHER_PODS", role, what, rules[0].path))


def _near(beside: Beside, role: Role, rules: tuple[Rule, ...], others: list[Role]) -> Iterator[Verdict]:
    """Yields how many fit near the other pods, or, without others, near the first of their own."""
    keys = tuple(sorted({rule.key for rule in rules} - {kubernetes.HOSTNAME}))
    if any(beside.unknown(one, key) for one in (role, *others) for key in keys):
        return
    names = " or ".join("the first of them" if other == role else f"the {other}" for other in others)
    on_a_node = len(keys) < len({rule.key for rule in rules})
    if on_a_node:
        held = [_on_its_node(beside, role, other) for other in others]
        what = f"they must share a node with {names}"
    else:
        held = [_in_its_domain(beside, role, other, keys) for other in others]
        what = f"they must be where {names} is, by {' and '.join(keys)}"
    best = sum(one for one, _ in held)
    worst = min(sure for _, sure in held)
    balanced = best > 0 or (
        not on_a_node and any(_in_its_domain(beside, role, other, keys, even=False)[0] for other in others)
    )
    yield from verdict(beside, CODE, role, rules[0], what, (best, worst), balanced=bool(keys) and balanced)


def _on_its_node(beside: Beside, role: Role, other: Role) -> tuple[int, int]:
    """Returns how many pods of a role fit on a node with one of the other role; next to one of their own if it is the
    same.

    At best nothing else is on the node; for certain, every single pod that can be.
    """
    if beside.pods[other].landing.compute != "ec2":
        return 0, 0
    roles = counted(beside.pods)
    counting = Counting(run_of(beside.pods, roles[: roles.index(role) + 1], beside.apart))
    supply = supply_at_most(beside.capacity)
    its = () if other == role else (roles.index(other),)
    names = counting.places(its, supply) if its else beside.pods[role].landing.nodes
    found = [(name, kind) for name in names for kind in (counting.shared(name, its) if its else counting.taking(name))]
    held = [
        (counting.held(kind, its, best=True), counting.held(kind, counting.possible(name, kind), best=False))
        for name, kind in found
    ]
    return max((best for best, _ in held), default=0), min((sure for _, sure in held), default=0)


def _in_its_domain(
    beside: Beside, role: Role, other: Role, keys: tuple[str, ...], *, even: bool = True
) -> tuple[int, int]:
    """Returns how many fit in the domain of a pod of the other role, wherever that is."""
    places: set[tuple[str | None, ...]] = set()
    if beside.pods[other].landing.compute == "ec2":
        nodes = [(name, node) for name, some in beside.pods[other].landing.nodes.items() for node in some]
        places = {beside.labels(name, node, keys) for name, node in nodes}
    elif len(keys) == 1:
        places = {(one,) for one in beside.domains(other, keys[0])}
    held = [(0, 0) if None in place else beside.held(role, keys, place, even=even) for place in places]
    return max((best for best, _ in held), default=0), min((sure for _, sure in held), default=0)


def verdicts_of_anti_affinity(beside: Beside, role: Role) -> Iterator[Verdict]:
    """Yields a verdict if pods must be separated by a label with too few values; nodes without the label are open to
    all.

    Roles that share no node are counted with the nodes.
    """
    roles = list(beside.pods)
    for rule in pod_rules.required(beside.pods[role].spec, "podAntiAffinity"):
        if not any(beside.selects(rule, role, other) for other in roles):
            what = "its pod anti-affinity keeps it from pods that are not of this job"
            yield Verdict(Problem("EC2_OTHER_PODS", role, what, rule.path))
    for other in roles[: roles.index(role) + 1]:
        for rule in anti_affinity(beside.pods[role], beside.pods[other]):
            known = not any(beside.unknown(one, rule.key) for one in (role, other))
            if rule.key != kubernetes.HOSTNAME and known:
                yield from _apart(beside, role, other, rule)
                break


def _apart(beside: Beside, role: Role, other: Role, rule: Rule) -> Iterator[Verdict]:
    """Yields how many fit on nodes with the label; nodes without it are open to all, and a pod on one keeps none away."""
    domains = sorted(beside.domains(other, rule.key))
    if role != other:
        held = [beside.held(role, (rule.key,), (taken,), there=False) for taken in domains]
        uneven = [beside.held(role, (rule.key,), (taken,), there=False, even=False) for taken in domains]
        if beside.without(other, rule.key):
            held.append(beside.held(role, (), ()))
            uneven.append(beside.held(role, (), (), even=False))
        balanced = any(some for some, _ in (*held, *uneven))
        what = f"they may not share {rule.key} with the {other}"
    else:
        each = [beside.held(role, (rule.key,), (one,), even=False) for one in domains]
        balanced = False
        best, sure = beside.held(role, (rule.key,), (None,), even=False)
        held = [(best + sum(some > 0 for some, _ in each), sure + sum(some > 0 for _, some in each))]
        what = f"no two of them may share {rule.key}, of which there are {len(domains)}"
    if held:
        worst = min(sure for _, sure in held)
        best = max(one for one, _ in held)
        yield from verdict(beside, CODE, role, rule, what, (best, worst), balanced=balanced)
