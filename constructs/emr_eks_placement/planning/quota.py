"""Runs that exceed the quotas of their namespace."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from emr_eks_placement.planning import namespace_words as words
from emr_eks_placement.planning.planned_pod import PodOfRun
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.volume_claims import usage_of
from emr_eks_placement.scheduling.amounts import Spec, in_words
from emr_eks_placement.scheduling.namespace_rules import Amounts, NamespaceRules, ResourceQuota
from emr_eks_placement.scheduling.resource_quotas import counts, usage

# What a run certainly creates in addition to its pods: the submitter's Job (EMR on EKS guide), the driver's headless service
# and the config maps with Spark's properties (Spark on Kubernetes, DriverServiceFeatureStep, KubernetesClientUtils).
_OBJECTS = {
    "services": 1000,
    "count/services": 1000,
    "count/jobs.batch": 1000,
    "configmaps": 1000,
    "count/configmaps": 1000,
}
# What it creates more of than documented.
_UNCOUNTED = ("configmaps", "count/configmaps", "secrets", "count/secrets")


@dataclass(frozen=True)
class _Demand:
    """What a kind of pod counts for."""

    pod: PodOfRun

    @property
    def spec(self) -> Spec:
        """The spec as the API admits it."""
        spec: Spec = self.pod.admitted.manifest["spec"]
        return spec

    @cached_property
    def _each(self) -> Amounts:
        return {**usage(self.spec), **usage_of(self.pod.admitted.claims)}

    def of(self, resource: str, *, surely: bool) -> int:
        """Returns what one pod counts for, in thousandths. surely: the least possible amount."""
        unsure = self.pod.shape.memory_slack_bytes if surely and resource in ("memory", "requests.memory") else 0
        return self._each.get(resource, 0) - unsure * 1000

    @property
    def start(self) -> int:
        """How many pods of the kind are requested at the start."""
        return self.pod.count.initial

    @property
    def most(self) -> int:
        """The maximum number of pods, or the number at the start without a limit."""
        return max(self.pod.count.initial, self.pod.count.most or 0)


@dataclass(frozen=True)
class _Broken:
    """A resource of a quota that a run exceeds: its amount in the run, and the amount of each executor."""

    resource: str
    has: int
    allowed: int
    executors: int
    each: int

    @property
    def fitting(self) -> int | None:
        """How many executors would fit; None if it does not depend on them."""
        return (self.allowed - self.has + self.executors * self.each) // self.each if self.each > 0 else None


def problems_of_quota(pods: Iterable[PodOfRun], rules: NamespaceRules) -> Iterator[Problem]:
    """Yields problems of the run as a whole: alone in its namespace, and in addition to what the namespace has now."""
    if rules.pod_security == "restricted":
        yield Problem("POD_SECURITY_RESTRICTED", "submitter", "the namespace enforces restricted")
    for unread in rules.not_read:
        yield Problem("NAMESPACE_NOT_READ", "submitter", f"not read: {unread}")
    demands = [_Demand(pod) for pod in pods] if rules.quotas else []
    for quota in rules.quotas:
        counted = {demand.pod.role: counts(quota, demand.spec) for demand in demands}
        if None in counted.values():
            scopes = ", ".join(scope.name for scope in quota.scopes)
            yield Problem("NAMESPACE_NOT_READ", "submitter", f"the scopes of ResourceQuota {quota.name}: {scopes}")
        yield from _problems_of(quota, [one for one in demands if counted[one.pod.role]])


def _problems_of(quota: ResourceQuota, run: list[_Demand]) -> Iterator[Problem]:
    largest = _broken(quota.hard, run, most=True, surely=False)
    perhaps = _broken(quota.hard, run, most=False, surely=False) if largest else []
    surely = _broken(quota.hard, run, most=False, surely=True) if perhaps else []
    if surely:
        yield _problem("QUOTA_EXCEEDED", "the run has", quota, surely)
    elif perhaps:
        yield _problem(
            "QUOTA_REACHED", "with as much memory for EMR's sidecars as documented the run has", quota, perhaps
        )
    elif largest:
        yield _problem("QUOTA_REACHED", "at its largest the run has", quota, largest)
    left = {resource: amount - quota.used.get(resource, 0) for resource, amount in quota.hard.items()}
    beside = _broken(left, run, most=False, surely=True) if quota.used and not surely else []
    if beside:
        what = f"the run has {_has(beside)}, ResourceQuota {quota.name} has {_bounds(beside)} left now"
        yield Problem("QUOTA_IN_USE", "executors", what)
    uncounted = [] if quota.scopes else [one for one in _UNCOUNTED if one in quota.hard]
    if uncounted:
        yield Problem("QUOTA_NOT_COUNTED", "driver", f"ResourceQuota {quota.name} bounds {', '.join(uncounted)}")


def _broken(hard: Amounts, run: list[_Demand], *, most: bool, surely: bool) -> list[_Broken]:
    found = []
    for resource, allowed in hard.items():
        has, executors, each = _OBJECTS.get(resource, 0), 0, 0
        for demand in run:
            number, one = demand.most if most else demand.start, demand.of(resource, surely=surely)
            has += number * one
            if demand.pod.role == "executors":
                executors, each = number, one
        if has > allowed:
            found.append(_Broken(resource, has, allowed, executors, each))
    return found


def _has(broken: list[_Broken]) -> str:
    return " and ".join(words.counted(one.resource, one.has) for one in broken)


def _bounds(broken: list[_Broken]) -> str:
    return " and ".join(f"{in_words(one.resource, max(0, one.allowed))} ({one.resource})" for one in broken)


def _problem(code: str, begin: str, quota: ResourceQuota, broken: list[_Broken]) -> Problem:
    what = f"{begin} {_has(broken)}, ResourceQuota {quota.name} allows {_bounds(broken)}"
    fits = [one.fitting for one in broken if one.fitting is not None]
    raised = " and ".join(
        f"{words.field_of('ResourceQuota', quota.name, one.resource)} to {words.quantity(one.resource, one.has)}"
        for one in broken
    )
    fewer = f"Ask for at most {min(fits)} of these executors" if fits and min(fits) > 0 else "Ask for smaller pods"
    return Problem(code, "executors", what, own_fix=f"{fewer}, or raise the quota: {raised}")
