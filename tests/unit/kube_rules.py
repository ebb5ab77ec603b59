"""Whether rules of pods about each other let a pod onto a node: our reading of kube-scheduler's filters, for tests.

kubernetes/kubernetes, pkg/scheduler/framework/plugins: interpodaffinity/filtering.go (satisfyExistingPodsAntiAffinity,
satisfyPodAntiAffinity, satisfyPodAffinity), podtopologyspread/filtering.go (calPreFilterState, Filter). Selectors have
matchLabels alone, every pod is in one namespace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emr_eks_placement.job.placement import Taint

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
Manifest = Mapping[str, Any]


@dataclass
class Host:
    """A node with its labels, the host name among them, its taints and the pods on it."""

    labels: dict[str, str]
    taints: tuple[Taint, ...] = ()
    pods: list[Manifest] = field(default_factory=list)


def matches(term: Mapping[str, Any], pod: Manifest) -> bool:
    wanted: dict[str, str] = term["labelSelector"]["matchLabels"]
    labels: dict[str, str] = pod["metadata"]["labels"]
    return wanted.items() <= labels.items()


def terms(pod: Manifest, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pod["spec"].get("affinity", {}).get(kind, {}).get(REQUIRED, [])
    return found


def _same(host: Host, other: Host, key: str) -> bool:
    return key in host.labels and host.labels[key] == other.labels.get(key)


def kept_apart(hosts: Sequence[Host], host: Host, pod: Manifest) -> bool:
    for other in hosts:
        for existing in other.pods:
            for term in terms(existing, "podAntiAffinity"):
                if matches(term, pod) and _same(host, other, term["topologyKey"]):
                    return True
            for term in terms(pod, "podAntiAffinity"):
                if matches(term, existing) and _same(host, other, term["topologyKey"]):
                    return True
    return False


def near_enough(hosts: Sequence[Host], host: Host, pod: Manifest) -> bool:
    wanted = terms(pod, "podAffinity")
    if any(term["topologyKey"] not in host.labels for term in wanted):
        return False
    matching = [other for other in hosts for one in other.pods if all(matches(term, one) for term in wanted)]
    if all(any(_same(host, other, term["topologyKey"]) for other in matching) for term in wanted):
        return True
    # Pairs of a key that the matching pods' own nodes lack do not count, so that then too the pod may be the first.
    counted = [other for other in matching for term in wanted if term["topologyKey"] in other.labels]
    return not counted and all(matches(term, pod) for term in wanted)


def evenly_spread(hosts: Sequence[Host], host: Host, pod: Manifest) -> bool:
    constraints = [
        one for one in pod["spec"].get("topologySpreadConstraints", []) if one["whenUnsatisfiable"] == "DoNotSchedule"
    ]
    keys = [one["topologyKey"] for one in constraints]
    if any(key not in host.labels for key in keys):
        return False
    selector = pod["spec"].get("nodeSelector", {})
    for one in constraints:
        counts: dict[str, int] = {}
        for other in hosts:
            if any(key not in other.labels for key in keys):
                continue
            honor = one.get("nodeAffinityPolicy", "Honor") == "Honor"
            if honor and not selector.items() <= other.labels.items():
                continue
            if one.get("nodeTaintsPolicy", "Ignore") == "Honor" and other.taints:
                continue
            value = other.labels[one["topologyKey"]]
            counts[value] = counts.get(value, 0) + sum(matches(one, existing) for existing in other.pods)
        emptiest = min(counts.values(), default=0) if len(counts) >= one.get("minDomains", 1) else 0
        after = counts.get(host.labels[one["topologyKey"]], 0) + matches(one, pod)
        if after - emptiest > one["maxSkew"]:
            return False
    return True


def allowed(hosts: Sequence[Host], host: Host, pod: Manifest) -> bool:
    return not kept_apart(hosts, host, pod) and near_enough(hosts, host, pod) and evenly_spread(hosts, host, pod)
