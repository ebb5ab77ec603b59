"""Applies the rules between the pods of a run, and with other pods."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.beside import Beside, Verdict
from emr_eks_placement.planning.planned_pod import Pairs, PodOfRun
from emr_eks_placement.planning.pod_affinity import verdicts_of_affinity, verdicts_of_anti_affinity
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.topology_spread import verdicts_of_spread
from emr_eks_placement.scheduling import pod_rules
from emr_eks_placement.scheduling.capacity import Capacity


def put_together(
    pods: Mapping[Role, PodOfRun], capacity: Capacity, apart: Pairs
) -> tuple[dict[Role, PodOfRun], list[Problem]]:
    """Returns the pods after their rules are applied, Pending if none can start, and the problems if some of them
    can't."""
    if not any(pod_rules.says_anything(pod.spec) for pod in pods.values()):
        return dict(pods), []
    beside = Beside(pods, capacity, apart)
    found: dict[Role, PodOfRun] = dict(pods)
    some: list[Problem] = []
    for role in beside.judged():
        own: list[Problem] = []
        for one in _verdicts(beside, role):
            partly = one.problem.severity == "error" and not one.none
            (some if partly else own).append(one.problem)
        if own:
            landing = pods[role].landing
            found[role] = replace(pods[role], landing=replace(landing, problems=(*landing.problems, *own)))
    return found, some


def _verdicts(beside: Beside, role: Role) -> Iterator[Verdict]:
    found = [
        *verdicts_of_affinity(beside, role),
        *verdicts_of_anti_affinity(beside, role),
        *verdicts_of_spread(beside, role),
    ]
    yield from found
    yield from _not_counted(beside, role, {one.problem.path for one in found})
    preferred = pod_rules.preferred(beside.pods[role].spec)
    if preferred:
        what = f"the scheduler follows the preferred rules of {' and '.join(preferred)} where it can, and breaks them otherwise"
        yield Verdict(Problem("EC2_PREFERRED", role, what))


def _not_counted(beside: Beside, role: Role, judged: set[FieldPath]) -> Iterator[Verdict]:
    """Yields the rules by a label other than the node's name, which the numbers of nodes ignore.

    Terms of pod affinity are judged as one.
    """
    spec = beside.pods[role].spec
    near = pod_rules.required(spec, "podAffinity")
    if any(rule.path in judged for rule in near):
        near = ()
    for rule in (*near, *pod_rules.required(spec, "podAntiAffinity"), *pod_rules.forbidding_spread(spec)):
        others = [
            other
            for other in beside.pods
            if beside.selects(rule, role, other) and (other != role or beside.pods[role].number > 1)
        ]
        if rule.key != kubernetes.HOSTNAME and others and rule.path not in judged:
            what = f"its rule by {rule.key} about the {' and '.join(others)} is not counted in the numbers of nodes"
            yield Verdict(Problem("EC2_RULE_NOT_COUNTED", role, what, rule.path))
