"""Pods of the Kubernetes API beside a plan: where they are, why they do not run, what they cost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.facts import emr, kubernetes
from emr_eks_placement.observation import ObservedPod, compare, cost_so_far, observed_pod, warnings_of
from emr_eks_placement.observation.compare import Row
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity, NodePoolCapacity
from emr_eks_placement.scheduling.fargate import FargateSize
from tests.unit.observed import EC2_NODE, FARGATE_NODE, RUN, Data, event, on_fargate, pending, pod, seen
from tests.unit.planned import CAPACITY, ON_FARGATE, ZONE_A, ZONE_B, node_group, planned, request

DEPLOYED = replace(
    CAPACITY,
    node_groups={"nodes": replace(CAPACITY.node_groups["nodes"], deployed_name="nodes")},
    fargate_profiles={"spark": replace(CAPACITY.fargate_profiles["spark"], deployed_name="spark")},
)
ON_EC2 = planned(request(), DEPLOYED)
FARGATE = planned(request(ON_FARGATE), DEPLOYED)
SIZE = str(FARGATE.of("driver").landing.size)


def all_of(*driver: Data, executors: int = 2) -> list[ObservedPod]:
    """The driver's pods, or one on EC2, and the others on EC2."""
    others = [pod("submitter"), *(pod("executors", f"executor-{number}") for number in range(executors))]
    return [seen(one) for one in (*(driver or (pod(),)), *others)]


def rows(
    pods: list[ObservedPod], plan: Plan | None = ON_EC2, capacity: Capacity = DEPLOYED, *, has_ended: bool = False
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in compare(plan, pods, capacity, has_ended=has_ended).rows:
        found.setdefault(row.role, []).append(row)
    return found


def test_where_a_pod_is() -> None:
    one = seen(pod(startTime="2026-01-01T10:00:00Z"))
    assert (one.role, one.compute, one.on, one.zone) == ("driver", "ec2", "nodes", ZONE_A)
    assert (one.instance_type, one.capacity_type, one.pending) == ("m6i.4xlarge", "ON_DEMAND", None)
    assert (one.cpu_millis, one.memory_mib) == (1000, 2048)
    assert one.started_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    one = seen(on_fargate(pod()), FARGATE_NODE)
    assert (one.compute, one.on, one.zone, one.size) == ("fargate", "spark", ZONE_A, FargateSize(2, 4))
    pool = {kubernetes.NODE_POOL: "burst", kubernetes.COMPUTE_TYPE: "auto", kubernetes.POOL_CAPACITY_TYPE: "spot"}
    one = seen(pod(), pool)
    assert (one.compute, one.on, one.zone, one.capacity_type) == ("ec2", "burst", None, "spot")


def test_a_label_that_only_names_a_profile_is_not_a_profile_that_took_the_pod() -> None:
    one = pod()
    one["metadata"]["labels"][kubernetes.FARGATE_PROFILE] = "spark"
    found = observed_pod(Field(one), {})
    assert found is not None
    assert (found.compute, found.on) == ("ec2", None)


def test_pods_as_planned_are_few_rows() -> None:
    found = rows(all_of(executors=1000), planned(request({"spark.executor.instances": "1000"}), DEPLOYED))
    assert {role: [(row.verdict, len(row.names)) for row in some] for role, some in found.items()} == {
        "submitter": [("yes", 1)],
        "driver": [("yes", 1)],
        "executors": [("yes", 1000)],
    }


@pytest.mark.parametrize(
    ("plan", "one", "labels", "difference"),
    [
        (FARGATE, pod(), EC2_NODE, "on EC2, not Fargate"),
        (ON_EC2, on_fargate(pod()), FARGATE_NODE, "on Fargate, not EC2"),
        (ON_EC2, pod(), {**EC2_NODE, kubernetes.NODE_GROUP: "other"}, "on other, not nodes"),
        (ON_EC2, pod(), {**EC2_NODE, kubernetes.ZONE: ZONE_B}, f"in {ZONE_B}, not {ZONE_A}"),
        (FARGATE, on_fargate(pod(), SIZE, "another"), FARGATE_NODE, "on another, not spark"),
        (FARGATE, on_fargate(pod(), "8vCPU 16GB"), FARGATE_NODE, f"granted 8vCPU 16GB, not {SIZE}"),
    ],
    ids=["EC2", "Fargate", "group", "zone", "profile", "size"],
)
def test_each_difference_is_reported(plan: Plan, one: Data, labels: dict[str, str], difference: str) -> None:
    pods = [seen(one, labels)]
    (row,) = rows(pods, plan)["driver"]
    assert (row.verdict, row.differences) == ("no", (difference,))


def test_the_size_that_the_sidecar_s_lower_request_gives_is_no_difference() -> None:
    landing = FARGATE.of("driver").landing
    sizes = [SIZE, "1vCPU 2GB"]
    assert f"it is granted {sizes[0]}, or {sizes[1]} if" in str(landing.problems)
    for size in sizes:
        (row,) = rows([seen(on_fargate(pod(), size), FARGATE_NODE)], FARGATE)["driver"]
        assert (row.verdict, row.differences) == ("yes", ())


def test_a_group_and_a_profile_of_one_name_are_not_mixed_up() -> None:
    """By their names in EKS, which an environment calls otherwise."""
    capacity = replace(
        DEPLOYED,
        node_groups={"nodes": replace(DEPLOYED.node_groups["nodes"], deployed_name="x")},
        fargate_profiles={"spark": replace(DEPLOYED.fargate_profiles["spark"], deployed_name="x")},
        node_pools={"pool": NodePoolCapacity(name="x", machines=node_group("m6i.large").machines, zones=(ZONE_A,))},
    )
    in_group = [seen(pod(), {**EC2_NODE, kubernetes.NODE_GROUP: "x"})]
    assert rows(in_group, planned(request(), replace(capacity, node_pools={})), capacity)["driver"][0].verdict == "yes"
    in_profile = [seen(on_fargate(pod(), SIZE, "x"), FARGATE_NODE)]
    assert rows(in_profile, planned(request(ON_FARGATE), capacity), capacity)["driver"][0].verdict == "yes"
    in_pool = [seen(pod(), {kubernetes.NODE_POOL: "x", kubernetes.ZONE: ZONE_A})]
    (row,) = rows(in_pool, planned(request(), replace(capacity, node_pools={})), capacity)["driver"]
    assert row.differences == ("on pool, not nodes",)


def test_a_node_that_was_not_read_leaves_it_open() -> None:
    unread = [replace(one, node_labels=None) for one in all_of()]
    assert [row.verdict for row in rows(unread)["driver"]] == ["unknown"]
    elsewhere = [replace(one, node_labels=None) for one in all_of()]
    assert [row.verdict for row in rows(elsewhere, FARGATE)["driver"]] == ["no"], "the scheduler tells EC2 from Fargate"
    bound = pod()
    bound["metadata"]["labels"][kubernetes.ZONE] = ZONE_B
    one = replace(seen(bound), node_labels=None)
    assert rows([one])["driver"][0].differences == (f"in {ZONE_B}, not {ZONE_A}",)


def test_what_the_plan_calls_pending_and_runs_is_a_difference() -> None:
    plan = planned(request({"spark.driver.memory": "500g"}), DEPLOYED)
    assert rows(all_of(), plan)["driver"][0].differences == ("it is planned as Pending",)
    (row,) = rows(all_of(pending(pod())), plan)["driver"]
    assert (row.verdict, row.differences) == ("pending", ())


def test_pods_that_are_not_there_yet() -> None:
    found = rows([seen(pod("submitter"))])
    assert [row.verdict for row in found["submitter"]] == ["yes"]
    assert [(row.verdict, row.differences) for row in found["driver"]] == [("missing", ("0, not 1",))]
    assert [(row.verdict, row.differences) for row in found["executors"]] == [("missing", ("0, not 2",))]


def test_pods_of_a_run_that_has_ended_are_deleted() -> None:
    found = rows([seen(pod("submitter"))], has_ended=True)
    assert [row.verdict for row in found["driver"]] == ["none"]
    assert [row.verdict for row in rows(all_of(executors=1), has_ended=True)["executors"]] == ["yes"]


def test_dynamic_allocation_has_bounds() -> None:
    dynamic = {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "3"}
    plan = planned(request(dynamic), DEPLOYED)
    assert "executors" not in rows(all_of(executors=0), plan)
    assert [row.verdict for row in rows(all_of(executors=3), plan)["executors"]] == ["yes"]
    _, row = rows(all_of(executors=4), plan)["executors"]
    assert (row.verdict, row.differences) == ("no", ("4 at once, not 0-3",))


def test_a_driver_that_is_tried_again() -> None:
    failed = pod("driver", "driver-1", phase="Failed")
    found = rows(all_of(failed, pod("driver", "driver-2")))["driver"]
    assert [(row.verdict, row.like and row.like.phase) for row in found] == [("yes", "Failed"), ("yes", "Running")]
    two = rows(all_of(pod("driver", "driver-1"), pod("driver", "driver-2")))["driver"]
    assert [row.verdict for row in two] == ["yes", "no"]
    waiting = rows(all_of(failed))["driver"]
    assert [row.verdict for row in waiting] == ["yes", "missing"], "the next attempt is not there yet"


def test_without_a_plan_only_the_pods_are_listed() -> None:
    found = compare(None, all_of(), None, has_ended=False)
    assert [(row.role, row.verdict) for row in found.rows] == [
        ("submitter", "unknown"),
        ("driver", "unknown"),
        ("executors", "unknown"),
    ]


def waiting(reason: str, message: str = "", key: str = "containerStatuses") -> dict[str, Any]:
    return {"phase": "Pending", key: [{"name": "main", "state": {"waiting": {"reason": reason, "message": message}}}]}


WHY = {
    "the scheduler": (pending(pod()), "Unschedulable: 0/2 nodes are available"),
    "an image": (
        pod(**waiting("ImagePullBackOff", 'Back-off pulling image "x"')),
        'container main: ImagePullBackOff: Back-off pulling image "x"',
    ),
    "an image of an init container": (
        pod(**waiting("ErrImagePull", key="initContainerStatuses"), containerStatuses=[{"state": {"waiting": {}}}]),
        "container main: ErrImagePull",
    ),
    "on its way": (pod(**waiting("ContainerCreating")), "on its node, its containers do not run yet"),
    "nobody yet": (pod(node=None, phase="Pending"), "not scheduled yet"),
    "evicted": (pod(phase="Pending", reason="NodeLost", message="gone"), "NodeLost: gone"),
    "no words": (
        pod(phase="Pending", conditions=[{"type": "PodScheduled", "status": "False"}]),
        "not scheduled",
    ),
    "no phase": (pod(phase=None), "on its node, its containers do not run yet"),
}


@pytest.mark.parametrize(("one", "why"), WHY.values(), ids=WHY.keys())
def test_why_a_pod_does_not_run(one: Data, why: str) -> None:
    found = seen(one)
    assert found.pending == why
    assert [row.verdict for row in rows(all_of(one))["driver"]] == ["pending"]


def test_pending_pods_whose_reason_differs_in_their_name_alone_are_one_row() -> None:
    pods = [seen(pending(pod("executors", f"e-{number}"), f"Pod e-{number} fits nowhere")) for number in (1, 2)]
    (row,) = rows(pods)["executors"]
    assert row.names == ("e-1", "e-2")


def test_warnings_about_the_pods_and_the_job_of_the_run() -> None:
    refused = 'pods "x" is forbidden: exceeded quota: spark, requested: pods=1'
    events = [
        event("driver-1", "FailedScheduling", "first", when="2026-01-01T10:00:00Z"),
        event("driver-1", "FailedScheduling", "last", when="2026-01-01T11:00:00Z"),
        event("driver-1", "FailedScheduling", "first", when="2026-01-01T10:30:00Z"),
        event(RUN, "FailedCreate", refused, kind="Job"),
        event("another", "FailedCreate", "of no concern"),
        event("driver-1", "Scheduled", "all is well") | {"type": "Normal"},
        {"kind": "Event", "involvedObject": 3},
        {"kind": "Event"},
    ]
    found = warnings_of(map(Field, events), RUN, {"driver-1"})
    assert [(one.of, one.texts) for one in found] == [
        (f"Job {RUN}", (f"FailedCreate: {refused}",)),
        ("Pod driver-1", ("FailedScheduling: last", "FailedScheduling: first")),
    ]


def test_cost_by_list_prices() -> None:
    """Of an hour, by hand: 2 vCPU and 4 GB of Fargate, and what EMR adds for the 1 vCPU and 2 GiB that are requested."""
    now = datetime(2026, 1, 1, 11, tzinfo=UTC)
    cost = cost_so_far([seen(on_fargate(pod()), FARGATE_NODE)], "us-east-1", now)
    assert cost is not None
    assert cost.fargate == pytest.approx(2 * 0.04048 + 4 * 0.004445)
    assert cost.emr == pytest.approx(0.01012 + 2 * 0.00111125)
    assert (cost.total, cost.unpriced_pods) == (cost.fargate + cost.emr, 0)


def test_cost_on_ec2_is_the_share_of_the_node_and_what_emr_adds() -> None:
    """Half an hour of two pods of 1 vCPU and 2 GiB on m6i.4xlarge, of which 15.89 vCPU less 150m are for jobs."""
    now = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
    cost = cost_so_far([seen(pod())] * 2, "us-east-1", now)
    assert cost is not None
    assert (cost.fargate, cost.unpriced_pods) == (0, 0)
    assert cost.emr == pytest.approx(0.01012 + 2 * 0.00111125)
    assert cost.ec2 == pytest.approx(0.768 * 1000 / 15740)
    assert str(cost).endswith(f"share of EC2 nodes ${cost.ec2:.4f})")


def test_spot_nodes_have_no_listed_price() -> None:
    now = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
    spot = {**EC2_NODE, kubernetes.CAPACITY_TYPE: "SPOT"}
    cost = cost_so_far([seen(pod(), spot)] * 2, "us-east-1", now)
    assert cost is not None
    assert (cost.ec2, cost.unpriced_pods) == (0, 2)
    assert str(cost).endswith("without the EC2 instances of 2 pods")


def test_emr_adds_nothing_for_the_submitter() -> None:
    now = datetime(2026, 1, 1, 11, tzinfo=UTC)
    cost = cost_so_far([seen(on_fargate(pod("submitter")), FARGATE_NODE)], "us-east-1", now)
    assert cost is not None
    assert cost.emr == 0
    assert cost.fargate == pytest.approx(2 * 0.04048 + 4 * 0.004445)


def test_a_minute_is_the_least_and_a_pod_that_has_ended_costs_no_more() -> None:
    ends = [{"state": {"terminated": {"finishedAt": "2026-01-01T10:10:00Z"}}}]
    cases = {
        60: (pod(), datetime(2026, 1, 1, 10, 0, 5, tzinfo=UTC)),
        600: (pod(phase="Succeeded", containerStatuses=ends), datetime(2026, 1, 2, tzinfo=UTC)),
        0: (pod(phase="Pending", startTime=None), datetime(2026, 1, 2, tzinfo=UTC)),
    }
    for seconds, (one, now) in cases.items():
        cost = cost_so_far([seen(one)], "us-east-1", now)
        assert cost is not None
        assert cost.emr == pytest.approx(seconds / 3600 * (0.01012 + 2 * 0.00111125))
    unknown = cost_so_far([seen(pod(phase="Failed"))], "us-east-1", datetime(2026, 1, 2, tzinfo=UTC))
    assert unknown is not None
    assert unknown.total == 0, "its end is not known"
    assert cost_so_far([seen(pod())], "eu-central-1", datetime(2026, 1, 2, tzinfo=UTC)) is None


def test_what_is_no_pod_of_a_run() -> None:
    stranger = pod()
    del stranger["metadata"]["labels"][emr.COMPONENT_LABEL]
    assert observed_pod(Field(stranger), {}) is None
    stranger["metadata"]["labels"]["spark-role"] = "executor"
    found = observed_pod(Field(stranger), {})
    assert found is not None
    assert found.role == "executors"


def test_malformed_pods_name_the_field() -> None:
    for change, path in (
        ({"status": 3}, ("status",)),
        ({"status": {"startTime": "soon"}}, ("status", "startTime")),
        ({"spec": {"containers": {"a": 1}}}, ("spec", "containers")),
        ({"spec": {"nodeName": 3}}, ("spec", "nodeName")),
    ):
        with pytest.raises(RuleError) as told:
            observed_pod(Field({**pod(), **change}), {})
        assert told.value.path == path


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def with_value(value: Any, path: tuple[str | int, ...], changed: Any) -> Any:
    if not path:
        return changed
    copied = value.copy()
    copied[path[0]] = with_value(value[path[0]], path[1:], changed)
    return copied


FULL = on_fargate(
    pod(
        phase="Failed",
        conditions=[{"type": "PodScheduled", "status": "False", "reason": "a", "message": "b"}],
        containerStatuses=[
            {"name": "a", "state": {"terminated": {"finishedAt": "2026-01-01T10:10:00Z"}, "waiting": {"reason": "b"}}}
        ],
    )
)
WHOLE: list[Data] = [FULL, pending(FULL), {**FULL, "status": {**FULL["status"], "phase": "Pending"}}]


@given(st.data(), st.sampled_from(WHOLE), JUNK)
def test_any_value_in_a_pod_is_read_or_refused_by_its_field(data: st.DataObject, whole: Data, junk: Any) -> None:
    odd = with_value(whole, data.draw(st.sampled_from(sorted(places(whole), key=repr))), junk)
    try:
        found = observed_pod(Field(odd), {"ip-1": FARGATE_NODE})
    except RuleError:
        return
    if found is not None:
        compare(FARGATE, [found], DEPLOYED, has_ended=False)
        cost_so_far([found], "us-east-1", datetime(2026, 1, 2, tzinfo=UTC))


@given(JUNK, st.data())
def test_any_value_in_an_event_is_read_or_left_out(junk: Any, data: st.DataObject) -> None:
    whole = event(RUN, "a", "b")
    odd = with_value(whole, data.draw(st.sampled_from(sorted(places(whole), key=repr))), junk)
    warnings_of([Field(odd)], RUN, set())
