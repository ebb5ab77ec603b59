"""The EKS Fargate admission rule and the sizes that Fargate grants."""

import pytest

from emr_eks_placement.job.placement import Fargate
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, FargateProfileCapacity, PodSelector
from emr_eks_placement.scheduling.fargate import (
    granted_size,
    matching_profiles,
    node_labels,
    possible_profiles,
    selects,
    unsatisfied_by_fargate,
)
from emr_eks_placement.scheduling.pod import PodShape

ZONES = ("us-east-1a",)

# EKS guide, Fargate pod configuration: the table, and GB = memory request + 256 MiB.
WORKED = {
    "AWS's example, 1 vCPU and 8 GB": (1000, 8192, "2vCPU 9GB"),
    "no requests": (0, 0, "0.25vCPU 0.5GB"),
    "PySpark 4 cores 20G with logging": (4000, 28672 + 512, "4vCPU 29GB"),
    "JVM 4 cores 20G with logging": (4000, 22528 + 512, "4vCPU 23GB"),
    "PySpark 1 core 1G with logging": (1000, 1433 + 512, "1vCPU 3GB"),
    "JVM 1 core 1G": (1000, 1408, "1vCPU 2GB"),
    "PySpark 2 cores 4G with logging": (2000, 5734 + 512, "2vCPU 7GB"),
    "PySpark 5 cores 15G with logging": (5000, 21504 + 512, "8vCPU 24GB"),
    "PySpark 8 cores 40G with logging": (8000, 57344 + 512, "8vCPU 60GB"),
    "PySpark 16 cores 80G with logging": (16000, 114688 + 512, "16vCPU 120GB"),
    "4 cores and a sidecar that asks CPU": (4100, 28672, "8vCPU 32GB"),
    "the job submitter": (900, 712, "1vCPU 2GB"),
    "EMR's own reserve fits exactly": (250, 256, "0.25vCPU 0.5GB"),
    "a MiB more": (250, 257, "0.25vCPU 1GB"),
    "0.25 vCPU has no 1.5 GB": (250, 1100, "0.25vCPU 2GB"),
    "0.25 vCPU ends at 2 GB": (250, 1793, "0.5vCPU 3GB"),
    "0.5 vCPU ends at 4 GB": (500, 3841, "1vCPU 5GB"),
    "1 vCPU begins at 2 GB": (501, 0, "1vCPU 2GB"),
    "1 vCPU ends at 8 GB": (1000, 7937, "2vCPU 9GB"),
    "2 vCPU ends at 16 GB": (2000, 16129, "4vCPU 17GB"),
    "4 vCPU ends at 30 GB": (4000, 30464, "4vCPU 30GB"),
    "8 vCPU begins at 16 GB": (4001, 0, "8vCPU 16GB"),
    "8 vCPU steps by 4 GB": (8000, 16129, "8vCPU 20GB"),
    "beyond 4 vCPU and 30 GB": (4000, 30465, "8vCPU 32GB"),
    "16 vCPU begins at 32 GB": (8001, 0, "16vCPU 32GB"),
    "16 vCPU steps by 8 GB": (16000, 32513, "16vCPU 40GB"),
    "the largest": (16000, 122624, "16vCPU 120GB"),
}


@pytest.mark.parametrize(("cpu_millis", "memory_mib", "size"), WORKED.values(), ids=WORKED.keys())
def test_fargate_grants_the_smallest_size_that_holds_the_requests_and_its_256_mib(
    cpu_millis: int, memory_mib: int, size: str
) -> None:
    assert str(granted_size(cpu_millis, memory_mib)) == size


@pytest.mark.parametrize(("cpu_millis", "memory_mib"), [(16001, 0), (0, 122625), (16000, 123290 + 512)])
def test_fargate_grants_nothing_beyond_16_vcpu_and_120_gb(cpu_millis: int, memory_mib: int) -> None:
    assert granted_size(cpu_millis, memory_mib) is None


SELECTORS = {
    "namespace only takes every pod of it": ("jobs", {}, "jobs", {}, True),
    "another namespace": ("jobs", {}, "jobs2", {"a": "b"}, False),
    "* in the namespace": ("jobs-*", {}, "jobs-eu-1", {}, True),
    "* may be empty": ("jobs-*", {}, "jobs-", {}, True),
    "? is one character": ("job?", {}, "jobs", {}, True),
    "? is not none": ("job?", {}, "job", {}, False),
    "? is not two": ("job?", {}, "jobs2", {}, False),
    "a dot is a dot": ("a.b", {}, "axb", {}, False),
    "all labels must match": ("j", {"a": "1", "b": "2"}, "j", {"a": "1"}, False),
    "more labels may be there": ("j", {"a": "1"}, "j", {"a": "1", "b": "2"}, True),
    "another value": ("j", {"a": "1"}, "j", {"a": "11"}, False),
    "* in a value": ("j", {"a": "fargate*"}, "j", {"a": "fargate-us-east-1a"}, True),
    "* in a key": ("j", {"emr-*/component": "driver"}, "j", {"emr-containers.amazonaws.com/component": "driver"}, True),
    "key and value of one label": ("j", {"*": "x"}, "j", {"x": "y"}, False),
    "case counts": ("j", {"a": "B"}, "j", {"a": "b"}, False),
}


@pytest.mark.parametrize(
    ("namespace", "labels", "pod_namespace", "pod_labels", "taken"), SELECTORS.values(), ids=SELECTORS
)
def test_a_selector_takes_a_pod_of_its_namespace_with_all_its_labels(
    namespace: str, labels: dict[str, str], pod_namespace: str, pod_labels: dict[str, str], taken: bool
) -> None:
    selector = PodSelector(namespace, labels)
    assert selects(selector, pod_namespace, pod_labels) is taken


def test_of_several_profiles_the_first_by_name_takes_the_pod() -> None:
    anything = FargateProfileCapacity(selectors=(PodSelector("jobs"),), zones=ZONES)
    other = FargateProfileCapacity(selectors=(PodSelector("other"),), zones=ZONES)
    profiles = {"b": anything, "a10": anything, "a9": anything, "a": other}
    assert matching_profiles(profiles, "jobs", {}) == ("a10", "a9", "b")


def test_any_selector_of_a_profile_suffices() -> None:
    selectors = (PodSelector("other"), PodSelector("jobs", {"a": "b"}))
    profile = FargateProfileCapacity(selectors=selectors, zones=ZONES)
    assert matching_profiles({"p": profile}, "jobs", {"a": "b"}) == ("p",)


# Names in EKS by name here, the label that names a profile -> the profiles of which one takes the pod.
POSSIBLE: dict[str, tuple[dict[str, str | None], str | None, tuple[str, ...]]] = {
    "the first by its name in EKS": ({"a": "z", "b": "y"}, None, ("b",)),
    "any while one's name in EKS is unknown": ({"a": "x", "b": None}, None, ("a", "b")),
    "the one that the label names": ({"a": "x", "b": "y"}, "y", ("b",)),
    "the one that the label names, whatever the others are called": ({"a": None, "b": "y"}, "y", ("b",)),
    "the first where the label names no profile": ({"a": "x", "b": "y"}, "w", ("a",)),
}


@pytest.mark.parametrize(("names", "asked", "possible"), POSSIBLE.values(), ids=POSSIBLE.keys())
def test_of_several_profiles_eks_takes_the_one_that_the_label_names_else_the_first_by_its_name_in_eks(
    names: dict[str, str | None], asked: str | None, possible: tuple[str, ...]
) -> None:
    profiles = {
        name: FargateProfileCapacity(selectors=(PodSelector("jobs"),), zones=ZONES, deployed_name=deployed)
        for name, deployed in names.items()
    }
    labels = {} if asked is None else {"eks.amazonaws.com/fargate-profile": asked}
    assert (
        possible_profiles(profiles, PodShape(namespace="jobs", labels=labels, cpu_millis=1, memory_bytes=1)) == possible
    )


def test_a_fargate_node_in_an_unknown_zone_promises_no_zone() -> None:
    assert "topology.kubernetes.io/zone" in node_labels("us-east-1", "us-east-1a")
    assert "topology.kubernetes.io/zone" not in node_labels("us-east-1", UNKNOWN_ZONE)


NODE_SELECTORS = {
    "nothing": ({}, None),
    "architecture": ({"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}, None),
    "arm64": ({"kubernetes.io/arch": "arm64"}, ("kubernetes.io/arch", "arm64")),
    "compute type": ({"eks.amazonaws.com/compute-type": "fargate"}, None),
    "zone of the profile": ({"topology.kubernetes.io/zone": "us-east-1a"}, None),
    "another zone": ({"topology.kubernetes.io/zone": "us-east-1b"}, ("topology.kubernetes.io/zone", "us-east-1b")),
    "region": ({"topology.kubernetes.io/region": "us-east-1"}, None),
    "another region": ({"topology.kubernetes.io/region": "us-west-2"}, ("topology.kubernetes.io/region", "us-west-2")),
    "capacity type": ({"eks.amazonaws.com/capacityType": "FARGATE"}, ("eks.amazonaws.com/capacityType", "FARGATE")),
    "the guide's wrong key": ({"zone": "us-east-1a"}, ("zone", "us-east-1a")),
    "a node group's label": ({"kubernetes.io/os": "linux", "workload": "a"}, ("workload", "a")),
}


@pytest.mark.parametrize(("selector", "unsatisfied"), NODE_SELECTORS.values(), ids=NODE_SELECTORS.keys())
def test_a_fargate_node_has_only_labels_of_its_own(
    selector: dict[str, str], unsatisfied: tuple[str, str] | None
) -> None:
    assert unsatisfied_by_fargate(selector, "us-east-1", ("us-east-1a",)) == unsatisfied


def test_each_single_zone_has_a_label_value_of_its_own() -> None:
    assert Fargate().label_value == "fargate"
    assert Fargate(zone="us-east-1a").label_value == "fargate-us-east-1a"
