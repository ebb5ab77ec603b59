"""define either refuses, or what it gives, read back, puts each pod as placed, and AWS's API accepts it."""

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import JobRunDefinition, define
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.job.modes import Mode, placement
from emr_eks_placement.job.placement import ROLES, Ec2, Fargate, Role
from emr_eks_placement.scheduling.fargate import granted_size, matching_profiles, unsatisfied_by_fargate
from emr_eks_placement.scheduling.nodes import candidates
from emr_eks_placement.scheduling.pod import PodShape
from tests.strategies import NAMESPACE, RELEASES, VIRTUAL_CLUSTER, Case, all_cases
from tests.unit.environments import environment
from tests.unit.read_back import DEPLOYED, NO_LOGS, classification, pods
from tests.unit.sizes import job

EXAMPLES = int(os.environ.get("ROUND_TRIP_EXAMPLES", "200"))
SPECIFIC = {"zone": "topology.kubernetes.io/zone", "instance_type": "node.kubernetes.io/instance-type"}
EMR = botocore.session.Session().get_service_model("emr-containers")
START_JOB_RUN = EMR.shape_for("StartJobRunRequest")


def check_accepted(request: dict[str, Any]) -> None:
    """botocore's own validation, and the blank values that the service refuses by pattern."""
    report = ParamValidator().validate({**request, "clientToken": "a"}, START_JOB_RUN)
    assert not report.has_errors(), report.generate_report()
    for part in request["configurationOverrides"].get("applicationConfiguration", []):
        assert part["properties"]
        assert all(value.strip() for value in part["properties"].values())


def check_lands(pod: PodShape, target: Fargate | Ec2, environment: Environment) -> None:
    """The pod lands on its target, by the admission rule of Fargate and the filters of the Kubernetes scheduler."""
    capacity = capacity_of(environment)
    profiles = capacity.fargate_profiles
    names = matching_profiles(profiles, pod.namespace, pod.labels)
    if isinstance(target, Fargate):
        assert names, "a Fargate profile takes it"
        zones = profiles[names[0]].zones
        assert target.zone is None or zones == (target.zone,)
        assert unsatisfied_by_fargate(pod.node_selector, environment.region, zones) is None, "and not Pending"
        assert granted_size(pod.cpu_millis, pod.memory_mib), "at a size that Fargate has"
        return
    assert not names, "no Fargate profile takes it"
    assert target.node_labels.items() <= pod.node_selector.items()
    for field, label in SPECIFIC.items():
        assert getattr(target, field) in (None, pod.node_selector.get(label))
    assert set(target.tolerations) <= set(pod.tolerations)
    taken = candidates(pod, capacity.groups_and_pools).nodes
    assert taken, "a node group or pool takes it"
    if target.capacity_type:
        assert {node.capacity_type for nodes in taken.values() for node in nodes} == {target.capacity_type}


def check_within_quota(read: Mapping[Role, PodShape], case: Case) -> None:
    """The run's pods fit what its namespace may have, if EMR's logging sidecar requests less than the documented 512 MiB."""
    quota = case.environment.virtual_clusters[VIRTUAL_CLUSTER].quota
    dynamic = case.job.spark_conf.get("spark.dynamicAllocation.enabled") == "true"
    executors = 0 if dynamic else case.job.executors.instances or 2
    memory = read["submitter"].memory_mib + read["driver"].memory_mib + executors * read["executors"].memory_mib
    cpu = read["submitter"].cpu_millis + read["driver"].cpu_millis + executors * read["executors"].cpu_millis
    assert quota.pods is None or 2 + executors <= quota.pods
    assert quota.cpu is None or cpu <= quota.cpu * 1000
    memory -= 512 * (1 + executors)
    assert quota.memory is None or memory <= int(quota.memory.removesuffix("Gi")) * 1024


def defined(case: Case, **more: Any) -> JobRunDefinition:
    return define(
        case.job, case.placement, case.environment,
        virtual_cluster=VIRTUAL_CLUSTER, node_selection=case.node_selection, **more,
    )  # fmt: skip


def test_what_define_does_not_refuse_lands_as_placed() -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES == 200,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(all_cases())
    def check(case: Case) -> None:
        deployed = NO_LOGS if case.job.main_class else DEPLOYED
        try:
            definition = defined(case, deployed=deployed)
        except RuleError as broken:
            assert broken.path[0] in ("placement", "job")
            outcomes["refused"] += 1
            return
        outcomes["defined"] += 1
        outcomes["templates"] += bool(definition.pod_templates)
        check_accepted(definition.request)
        read = pods(definition, NAMESPACE)
        for role in ROLES:
            check_lands(read[role], case.placement.of(role), case.environment)
        check_within_quota(read, case)
        assert case.job.spark_conf.items() <= classification(definition.request, "spark-defaults").items()
        assert defined(case, deployed=deployed) == definition, "the same each time"

    check()
    assert outcomes["defined"] > 50, outcomes
    assert outcomes["refused"] > 60, outcomes
    assert outcomes["templates"] > 20, outcomes


FITTING: dict[Mode, dict[str, Ec2]] = {
    "fargate": {},
    "fargate-executors": {},
    "pinned-driver": {"driver": Ec2(node_labels={"workload": "a"})},
    "ec2": {"driver": Ec2(node_labels={"workload": "a"}), "executors": Ec2(node_labels={"workload": "a"})},
}
SUBMITTERS = (None, Fargate(), Fargate(zone="us-east-1b"), Ec2(node_labels={"workload": "a"}))
GROUPS = {
    "system": {"instance_types": ["m6i.large"]},
    "big": {"instance_types": ["m6i.4xlarge"], "labels": {"workload": "a"}},
}


def unsupported(mode: Mode, release: str, zone: str | None) -> bool:
    """Without pod templates and role node selectors, driver and executors can only be asked to the same nodes."""
    asks_for_driver_alone = mode == "pinned-driver" or (mode == "fargate-executors" and zone is not None)
    return asks_for_driver_alone and release.startswith(("emr-5.32", "emr-6.2"))


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("mode", FITTING)
def test_where_the_environment_has_all_it_takes_a_mode_is_refused_only_by_a_release_that_can_not_say_it(
    mode: Mode, release: str
) -> None:
    world = environment(
        node_groups=GROUPS,
        virtual_clusters={"spark": {"namespace": NAMESPACE, "fargate": {"single_zones": ["us-east-1a", "us-east-1b"]}}},
    )
    for zone in (None, "us-east-1a"):
        for submitter in SUBMITTERS:
            asked = placement(mode, zone=zone, submitter=submitter, **FITTING[mode])
            if unsupported(mode, release, zone):
                with pytest.raises(RuleError, match="one node selector for driver and executors alike"):
                    define(job(release_label=release), asked, world, virtual_cluster="spark")
                continue
            definition = define(job(release_label=release), asked, world, virtual_cluster="spark", deployed=DEPLOYED)
            check_accepted(definition.request)
            read = pods(definition, NAMESPACE)
            for role in ROLES:
                check_lands(read[role], asked.of(role), world)
