"""Random quotas, limit ranges and pods, written as Kubernetes objects, against the published rules of the API's admission.

The rules are written down again here, from kubernetes/kubernetes: pkg/apis/core/v1/defaults.go (SetDefaults_Pod,
SetDefaults_LimitRangeItem), plugin/pkg/admission/limitranger/admission.go, pkg/quota/v1/evaluator/core/pods.go and
k8s.io/component-helpers/resource/helpers.go. Nothing of them comes from the code that they check.
"""

import json
import re
from fractions import Fraction
from math import ceil
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.planning.admission import admit
from emr_eks_placement.planning.executors import ONE
from emr_eks_placement.planning.landing import land
from emr_eks_placement.planning.planned_pod import PodOfRun
from emr_eks_placement.planning.quota import problems_of_quota
from emr_eks_placement.scheduling.pod import Pod, pod_of_manifest
from tests.unit.laws import LAW
from tests.unit.planned import CAPACITY
from tests.unit.problem_cases.case import rules

Data = dict[str, Any]
AMOUNTS: dict[str, list[str | int]] = {
    "cpu": ["0", "1m", "100m", "0.5", "1", 2, "1500m", "0.0005", "4", "1e1"],
    "memory": ["0", "64Mi", "128974848", "129e6", "100M", "1Gi", "1.5Gi", "4Gi", "65537Ki"],
    "ephemeral-storage": ["1Gi", "10Gi"],
    "nvidia.com/gpu": ["1", "2"],
}
UNITS: dict[str, int | Fraction] = {"": 1, "m": Fraction(1, 1000), "k": 10**3, "M": 10**6, "G": 10**9}
UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


# The published rules


def number(quantity: Any) -> int:
    """In thousandths, to which the API rounds up."""
    digits, unit = re.fullmatch(r"([0-9.]+(?:e[0-9]+)?)([A-Za-z]*)", str(quantity)).groups()  # type: ignore[union-attr]
    return ceil(Fraction(digits) * UNITS[unit] * 1000)


def numbers(amounts: Data) -> dict[str, int]:
    return {resource: number(amount) for resource, amount in amounts.items()}


def containers(pod: Data) -> list[Data]:
    return [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]


def mutated(pod: Data, limit_ranges: list[Data]) -> dict[str, tuple[dict[str, int], dict[str, int]]]:
    """By container, its limits and requests as the API stores them."""
    made = {}
    for container in containers(pod):
        limits = numbers(container.get("resources", {}).get("limits", {}))
        requests = limits | numbers(container.get("resources", {}).get("requests", {}))
        for one in limit_ranges:
            default_limits: dict[str, int] = {}
            default_requests: dict[str, int] = {}
            for item in one["spec"]["limits"]:
                if item["type"] == "Container":
                    default = numbers(item.get("max", {})) | numbers(item.get("default", {}))
                    default_limits |= default
                    default_requests |= numbers(item.get("min", {})) | default | numbers(item.get("defaultRequest", {}))
            limits = default_limits | limits
            requests = default_requests | requests
        made[container["name"]] = (limits, requests)
    return made


def together(pod: Data, amounts: dict[str, dict[str, int]]) -> dict[str, int]:
    """The most that the pod takes while it starts and runs: at each moment, of the containers that run then."""
    moments, sidecars = [], list[str]()
    for container in pod["spec"].get("initContainers", []):
        moments.append([*sidecars, container["name"]])
        if container.get("restartPolicy") == "Always":
            sidecars.append(container["name"])
    moments.append([*sidecars, *(container["name"] for container in pod["spec"]["containers"])])
    resources = {resource for said in amounts.values() for resource in said}
    return {one: max(sum(amounts[name].get(one, 0) for name in names) for names in moments) for one in resources}


def within(item: Data, limits: dict[str, int], requests: dict[str, int]) -> bool:
    for resource, least in numbers(item.get("min", {})).items():
        if requests.get(resource, -1) < least or limits.get(resource, least) < least:
            return False
    for resource, most in numbers(item.get("max", {})).items():
        if resource not in limits or limits[resource] > most or requests.get(resource, most) > most:
            return False
    for resource, most in numbers(item.get("maxLimitRequestRatio", {})).items():
        if not limits.get(resource) or not requests.get(resource):
            return False
        if float(limits[resource]) / float(requests[resource]) * 1000 > most:
            return False
    return True


def refused_by_limits(pod: Data, limit_ranges: list[Data]) -> bool:
    made = mutated(pod, limit_ranges)
    if any(amount > limits.get(one, amount) for limits, requests in made.values() for one, amount in requests.items()):
        return True
    whole = tuple(together(pod, {name: said[kind] for name, said in made.items()}) for kind in (0, 1))
    for item in (item for one in limit_ranges for item in one["spec"]["limits"]):
        subjects = made.values() if item["type"] == "Container" else [whole]
        if not all(within(item, *subject) for subject in subjects):
            return True
    return False


def counted(pod: Data, made: dict[str, tuple[dict[str, int], dict[str, int]]]) -> dict[str, int]:
    limits, requests = (together(pod, {name: said[kind] for name, said in made.items()}) for kind in (0, 1))
    overhead = numbers(pod["spec"].get("overhead", {}))
    requests = {one: requests.get(one, 0) + overhead.get(one, 0) for one in requests.keys() | overhead.keys()}
    limits = {one: amount + (overhead.get(one, 0) if amount else 0) for one, amount in limits.items()}
    native = ("cpu", "memory", "ephemeral-storage")
    return {
        **{one: amount for one, amount in requests.items() if one in native},
        **{f"requests.{one}": amount for one, amount in requests.items()},
        **{f"limits.{one}": amount for one, amount in limits.items() if one in native},
        "pods": 1000,
        "count/pods": 1000,
    }


def is_in(scope: str, pod: Data, made: dict[str, tuple[dict[str, int], dict[str, int]]]) -> bool:
    said = [
        amount for both in made.values() for kind in both for one, amount in kind.items() if one in ("cpu", "memory")
    ]
    return {
        "BestEffort": not any(said),
        "NotBestEffort": any(said),
        "Terminating": "activeDeadlineSeconds" in pod["spec"],
        "NotTerminating": "activeDeadlineSeconds" not in pod["spec"],
    }[scope]


def refused_by_quota(pod: Data, limit_ranges: list[Data], quota: Data) -> tuple[bool, bool]:
    """Whether a container lacks what it must say, and whether the pod alone takes more than there is."""
    made = mutated(pod, limit_ranges)
    if not all(is_in(scope, pod, made) for scope in quota["spec"].get("scopes", [])):
        return False, False
    hard = numbers(quota["spec"]["hard"])
    lacking = any(
        resource.rpartition(".")[2] not in (limits if resource.startswith("limits.") else requests)
        for limits, requests in made.values()
        for resource in hard
        if resource.rpartition(".")[2] in ("cpu", "memory")
    )
    usage = counted(pod, made)
    return lacking, any(usage[resource] > most for resource, most in hard.items() if resource in usage)


# Random objects

_RESOURCES = ("cpu", "cpu", "memory", "memory", "ephemeral-storage", "nvidia.com/gpu")


@st.composite
def amounts(draw: st.DrawFn, most: int = 3) -> Data:
    names = draw(st.lists(st.sampled_from(_RESOURCES), max_size=most))
    return {name: draw(st.sampled_from(AMOUNTS[name])) for name in names}


@st.composite
def resources(draw: st.DrawFn) -> Data:
    """Requests no larger than limits; of a device the same, as the API demands before any of this."""
    limits, requests = draw(amounts()), draw(amounts())
    requests = {one: amount for one, amount in requests.items() if one != "nvidia.com/gpu"}
    for one in limits.keys() & requests.keys():
        limits[one], requests[one] = sorted((limits[one], requests[one]), key=number, reverse=True)
    return draw(
        st.sampled_from([{"limits": limits, "requests": requests}, {"limits": limits}, {"requests": requests}, {}])
    )


@st.composite
def pods(draw: st.DrawFn) -> Data:
    made = [
        {"name": f"c{index}"} | ({"resources": said} if said else {})
        for index, said in enumerate(draw(st.lists(resources(), min_size=1, max_size=5)))
    ]
    first = draw(st.integers(0, len(made) - 1))
    init = [one | draw(st.sampled_from([{}, {"restartPolicy": "Always"}])) for one in made[:first]]
    spec: Data = {"containers": made[first:]}
    spec |= draw(
        st.sampled_from([{}, {}, {"activeDeadlineSeconds": 60}, {"overhead": {"cpu": "250m", "memory": "64Mi"}}])
    )
    spec |= {"initContainers": init} if init else {}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "spark-jobs"}, "spec": spec}


@st.composite
def limit_ranges(draw: st.DrawFn) -> list[Data]:
    def item() -> Data:
        fields = draw(
            st.lists(st.sampled_from(["min", "max", "maxLimitRequestRatio", "default", "defaultRequest"]), max_size=2)
        )
        made: Data = {"type": draw(st.sampled_from(["Container", "Container", "Pod"]))}
        for field in fields:
            if field == "maxLimitRequestRatio":
                made[field] = {draw(st.sampled_from(["cpu", "memory"])): draw(st.sampled_from([1, 2, "1.5", "10"]))}
            elif made["type"] == "Container" or field in ("min", "max"):
                made[field] = draw(amounts(2))
        return made

    return [
        {"kind": "LimitRange", "metadata": {"name": name, "namespace": "spark-jobs"},
         "spec": {"limits": [item() for _ in range(draw(st.integers(1, 2)))]}}
        for name in ("a", "b")[: draw(st.integers(0, 2))]
    ]  # fmt: skip


@st.composite
def quotas(draw: st.DrawFn) -> Data:
    hard: Data = {}
    for name in draw(st.lists(st.sampled_from(_RESOURCES), min_size=1, max_size=3)):
        prefixes = ["requests."] if name == "nvidia.com/gpu" else ["", "requests.", "limits."]
        hard[draw(st.sampled_from(prefixes)) + name] = draw(st.sampled_from([*AMOUNTS[name], "100G"]))
    hard |= draw(st.sampled_from([{}, {"pods": 0}, {"count/pods": "1"}]))
    scopes = draw(st.sampled_from([[], [], ["BestEffort"], ["NotBestEffort"], ["Terminating"], ["NotTerminating"]]))
    spec = {"hard": hard} | ({"scopes": scopes} if scopes else {})
    return {"kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "spark-jobs"}, "spec": spec}


# The laws


@LAW
@given(pod=pods(), limiting=limit_ranges(), quota=quotas())
def test_the_api_would_say_the_same(pod: Data, limiting: list[Data], quota: Data) -> None:
    text = json.dumps([pod, quota, *limiting])
    own, *objects = json.loads(text)
    allowed = rules(*objects)
    admitted = admit("executors", own, {}, allowed)
    made = mutated(pod, limiting)
    for container in containers(dict(admitted.manifest)):
        said = container.get("resources", {})
        limits = numbers(said.get("limits", {}))
        assert (limits, limits | numbers(said.get("requests", {}))) == made[container["name"]]
    codes = {one.code for one in admitted.problems}
    assert bool(codes & {"LIMIT_RANGE", "QUOTA_CONTAINER_MEMORY"}) == refused_by_limits(pod, limiting)
    lacking, exceeding = refused_by_quota(pod, limiting, quota)
    assert ("QUOTA_UNSPECIFIED" in codes) == lacking
    kind = Pod("executors", own, pod_of_manifest(admitted.manifest))
    planned = PodOfRun(kind.role, ONE, kind.shape, land(kind, CAPACITY), own, admitted)
    found = {one.code for one in problems_of_quota([planned], allowed)}
    assert ("QUOTA_EXCEEDED" in found) == exceeding
    assert found <= {"QUOTA_EXCEEDED"}


@LAW
@given(pod=pods(), limiting=limit_ranges())
def test_where_the_order_of_defaults_matters_it_is_said(pod: Data, limiting: list[Data]) -> None:
    defaults = admit("executors", pod, {}, rules(*limiting)).defaults
    if mutated(pod, limiting) != mutated(pod, limiting[::-1]):
        assert any(one.contested for one in defaults)
    elif any(one.contested for one in defaults):
        assert len(limiting) > 1
