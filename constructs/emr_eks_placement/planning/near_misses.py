"""Pods that run on EC2 although one of their labels shows that they were meant for Fargate."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from emr_eks_placement.common.errors import FieldPath
from emr_eks_placement.common.wildcards import is_pattern, matches
from emr_eks_placement.facts import kubernetes
from emr_eks_placement.facts.emr import BUILT_IN_LABELS
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning.fixes import label_property
from emr_eks_placement.planning.planned_pod import PlannedPod
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.scheduling.capacity import Capacity, PodSelector
from emr_eks_placement.scheduling.fargate import opts_out
from emr_eks_placement.scheduling.pod import PodShape

_MOST = 3  # values to name
_CLOSE = 0.85  # of difflib's ratio: a letter or two of a name


def problems_of_labels_near_a_profile(pods: Mapping[Role, PlannedPod], capacity: Capacity) -> Iterator[Problem]:
    """Yields a problem if a pod on EC2 has a label that profiles of its namespace select on, with a value that none of
    them has."""
    for pod in pods.values():
        if pod.landing.compute == "fargate" or opts_out(pod.shape):
            continue
        asked = pod.shape.labels.get(kubernetes.FARGATE_PROFILE)
        if asked is not None:
            path: FieldPath = ("metadata", "labels", kubernetes.FARGATE_PROFILE)
            what = f"its label names profile {asked}, but no Fargate profile selects it"
            yield Problem("FARGATE_PROFILE_LABEL", pod.role, what, path, asked)
        yield from _misspelt(pod, capacity)
        near = list(_near(pod.shape, capacity))
        for key, value in pod.shape.labels.items() if near else ():
            wanted = dict(_wanted(key, value, pod.shape, near))
            # A profile for other pods with these labels is no mistake.
            if not wanted or key.startswith(BUILT_IN_LABELS):
                continue
            some = list(wanted.items())[:_MOST]
            selecting = " and ".join(f"{profile} selects {key}={other}" for other, profile in some)
            what = f"no Fargate profile selects its label {key}={value}; profile {selecting}"
            values = " or ".join(other for other, _ in some)
            fix = f"To run it on Fargate, set {label_property(pod.role, key)}={values}; to keep it on EC2, remove the label"
            yield Problem("FARGATE_NOT_SELECTED", pod.role, what, ("metadata", "labels", key), value, fix)


def _misspelt(pod: PlannedPod, capacity: Capacity) -> Iterator[Problem]:
    """Yields labels whose key is similar to one that a profile selects on."""
    selected = _selected(pod.shape.namespace, capacity)
    keys = tuple(key for key in selected if key not in pod.shape.labels)
    for key, value in pod.shape.labels.items() if keys else ():
        meant = None if key.startswith(BUILT_IN_LABELS) else _almost(key, keys)
        if meant is not None:
            wanted, profile = selected[meant]
            what = f"no Fargate profile selects its label {key}={value}; profile {profile} selects {meant}={wanted}"
            fix = f"Did you mean {label_property(pod.role, meant)}={wanted}?"
            yield Problem("FARGATE_NOT_SELECTED", pod.role, what, ("metadata", "labels", key), value, fix)


def _selected(namespace: str, capacity: Capacity) -> Mapping[str, tuple[str, str]]:
    """Returns the labels with which profiles select pods of the namespace, with value and profile; computed once for
    all plans."""
    known: dict[str, dict[str, tuple[str, str]]] = capacity.worked_out.setdefault(_selected, {})
    if namespace not in known:
        known[namespace] = {
            key: (value, name)
            for name, profile in capacity.fargate_profiles.items()
            for selector in profile.selectors
            if matches(selector.namespace, namespace)
            for key, value in selector.labels.items()
            if not is_pattern(key)
        }
    return known[namespace]


@lru_cache(maxsize=10_000)
def _almost(key: str, keys: tuple[str, ...]) -> str | None:
    """Returns the key that was probably meant; None without a similar one."""
    folded = {one.lower(): one for one in keys if not one.startswith(BUILT_IN_LABELS)}
    close = difflib.get_close_matches(key.lower(), folded, 1, _CLOSE)
    return folded[close[0]] if close else None


def _near(pod: PodShape, capacity: Capacity) -> Iterator[tuple[str, PodSelector]]:
    """Yields the profiles' selectors of the pod's namespace that contain one of its labels."""
    for name, profile in capacity.fargate_profiles.items():
        for selector in profile.selectors:
            if not selector.labels.keys().isdisjoint(pod.labels) and matches(selector.namespace, pod.namespace):
                yield name, selector


def _wanted(key: str, value: str, pod: PodShape, near: Iterable[tuple[str, PodSelector]]) -> Iterator[tuple[str, str]]:
    """Yields values of this label with which a profile would take the pod, with the profile."""
    for name, selector in near:
        other = selector.labels.get(key)
        if other is not None and not matches(other, value):
            rest = [one for one in selector.labels if one != key]
            if all(any(matches(one, carried) for carried in pod.labels) for one in rest):
                yield other, name
