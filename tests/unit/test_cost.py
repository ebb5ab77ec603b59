"""Costs: figures worked out by hand from published prices, and laws that hold for any plan and any prices."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.cost import (
    Amount,
    Bill,
    Choice,
    Part,
    Prices,
    RunCost,
    Usage,
    cheapest,
    cost_at_rest,
    cost_of_run,
    usage_of_runs,
)
from emr_eks_placement.emr.job_run import JobRun, JobRunState
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.facts.instance_types import instance_types
from emr_eks_placement.facts.prices import PriceList, priced_regions, shipped_prices
from emr_eks_placement.job.usage import hours_of
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import Capacity, NodePoolCapacity
from tests.unit.environments import REPOSITORY
from tests.unit.json_output import check_output
from tests.unit.kube_scheduler import CHOICES, Machine, place
from tests.unit.laws import LAW
from tests.unit.planned import (
    CAPACITY,
    LABEL,
    ON_FARGATE,
    SIDECAR_MEMORY,
    ZONE_A,
    ZONE_B,
    capacity,
    node_group,
    planned,
    profile,
    request,
)

PRICES = Prices(shipped_prices("us-east-1"))
TODAY = date(2026, 11, 28)


def cost(plan: Plan, where: Capacity = CAPACITY, prices: Prices = PRICES, **usage: float) -> RunCost:
    return cost_of_run(plan, where, prices, Usage(**usage))


def amounts(parts: tuple[Part, ...]) -> dict[str, tuple[float, float | None]]:
    return {part.name: (part.amount.low, part.amount.high) for part in parts if part.amount is not None}


def test_fargate_bills_the_size_that_it_grants_and_emr_what_is_requested() -> None:
    """Of 1 core and 1 GiB each, with 384 MiB of overhead and, beside the driver, 512 MiB for logs."""
    plan = planned(request(ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY))
    assert [str(plan.of(role).landing.size) for role in ("driver", "executors")] == ["1vCPU 3GB", "1vCPU 2GB"]
    found = amounts(cost(plan).hourly.parts)
    driver, executors = 0.04048 + 3 * 0.004445, 2 * (0.04048 + 2 * 0.004445)
    assert found["driver on Fargate"] == pytest.approx((driver, driver))
    assert found["executors on Fargate"] == pytest.approx((executors, executors))
    requested = plan.of("driver").shape.memory_mib / 1024
    assert found["EMR on EKS for driver"][0] == pytest.approx(0.01012 + requested * 0.00111125)
    assert "EMR on EKS for submitter" not in found


def test_storage_beyond_twenty_gb_is_billed() -> None:
    spec = {"main": {"resources": {"requests": {"ephemeral-storage": "30Gi"}}}}
    plan = planned(request(ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY), executor=template_of("executor", spec))
    plain = amounts(cost(planned(request(ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY))).hourly.parts)
    found = amounts(cost(plan).hourly.parts)
    assert found["executors on Fargate"][0] - plain["executors on Fargate"][0] == pytest.approx(2 * 10 * 0.000111)


def template_of(role: str, spec: dict[str, Any]) -> dict[str, Any]:
    main = {"name": f"spark-kubernetes-{role}", **spec["main"]}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [main]}}


def test_nodes_cost_from_a_share_to_whole_ones() -> None:
    """On m6i.4xlarge, 0.768 an hour, whose 15.89 vCPU less 150m are for jobs; CPU is what the pods request most of."""
    plan = planned(request({"spark.executor.cores": "4", "spark.executor.instances": "5"}))
    low, high = amounts(cost(plan).hourly.parts)["EC2 nodes"]
    cpu_millis = sum(pod.shape.cpu_millis * pod.number for pod in plan.pods)
    assert low == pytest.approx(0.768 * cpu_millis / 15740)
    assert (plan.nodes[0].least, plan.nodes[0].most_there) == (2, 2)
    assert high == pytest.approx(0.768 * 2)


def test_a_disk_of_unknown_size_is_not_guessed() -> None:
    found = cost(planned(request())).hourly
    assert found.unknown == ("the size of disks",)
    assert found.total.high is None


def test_disks_cost_by_their_size() -> None:
    where = capacity(node_groups={"nodes": replace(CAPACITY.node_groups["nodes"], disk_gib=73)})
    plan = planned(request(), where)
    low, high = amounts(cost(plan, where).hourly.parts)["their disks"]
    assert high == pytest.approx(73 * 0.08 / 730 * plan.nodes[0].most_there)
    assert low == pytest.approx(73 * 0.08 / 730 * amounts(cost(plan, where).hourly.parts)["EC2 nodes"][0] / 0.768)


SPOT = capacity(node_groups={"nodes": node_group("m6i.4xlarge", "m5.4xlarge", capacity_type="spot", disk_gib=50)})


def test_spot_has_no_price_unless_one_is_listed_or_a_discount_is_assumed() -> None:
    plan = planned(request(), SPOT)
    found = cost(plan, SPOT)
    assert found.unknown == ("the price of Spot m6i.4xlarge in us-east-1a and 1 more",)
    assumed = cost(plan, SPOT, replace(PRICES, spot_discount=0.6)).hourly
    assert amounts(assumed.parts)["EC2 nodes"][1] == pytest.approx(0.768 * 0.4 * plan.nodes[0].most_there)
    spot = {ZONE_A: {"m6i.4xlarge": 0.2, "m5.4xlarge": 0.3}}
    listed = replace(PRICES, listed=PRICES.listed.model_copy(update={"spot": spot}), spot_discount=0.5)
    low, high = amounts(cost(plan, SPOT, listed).hourly.parts)["EC2 nodes"]
    assert high == pytest.approx(0.3 * plan.nodes[0].most_there), (
        "the list counts before the discount, the dearer type at most"
    )
    assert low < 0.2


def test_an_on_demand_group_has_its_first_type() -> None:
    where = capacity(node_groups={"nodes": node_group("m6a.4xlarge", "m5.4xlarge", disk_gib=50, max_size=1)})
    _, high = amounts(cost(planned(request(), where), where).hourly.parts)["EC2 nodes"]
    assert high == pytest.approx(0.6912)


def test_auto_mode_takes_the_cheapest_type_and_adds_its_part() -> None:
    types = tuple(one for one in instance_types() if one.name in ("m5.large", "m5.xlarge", "m5.24xlarge"))
    pool = NodePoolCapacity(name="pool", machines=types, zones=(ZONE_A, ZONE_B))
    where = capacity(node_groups={}, node_pools={"pool": pool})
    plan = planned(request(), where)
    found = amounts(cost(plan, where).hourly.parts)
    _, high = found["EC2 nodes"]
    assert high is not None
    assert high == pytest.approx(0.096 * sum(pod.number for pod in plan.pods)), (
        "a node of its own for each pod, at most"
    )
    assert found["EKS Auto Mode for them"] == pytest.approx(tuple(0.12 * (one or 0) for one in found["EC2 nodes"]))
    listed = replace(PRICES, listed=PRICES.listed.model_copy(update={"auto_mode": {one.name: 0.05 for one in types}}))
    pods = sum(pod.number for pod in plan.pods)
    assert amounts(cost(plan, where, listed).hourly.parts)["EKS Auto Mode for them"][1] == pytest.approx(0.05 * pods)


def test_shuffle_between_zones_is_billed_at_both_ends() -> None:
    where = capacity(fargate_profiles={"spark": profile({LABEL: "fargate"}, (ZONE_A, ZONE_B))})
    plan = planned(request(ON_FARGATE), where)
    found = cost(plan, where, hours=1, shuffle_gb=100)
    assert amounts(found.once)["shuffle between zones"] == pytest.approx((0, 100 * 0.5 * 0.02))
    one_zone = cost(planned(request(ON_FARGATE)), hours=1, shuffle_gb=100)
    assert one_zone.once == ()
    alone = planned(request(ON_FARGATE | {"spark.executor.instances": "1"}), where)
    assert cost(alone, where, hours=1, shuffle_gb=100).once == (), "one executor sends nobody anything"


def test_a_run_of_a_second_is_billed_a_minute() -> None:
    plan = planned(request(ON_FARGATE, emr_containers_defaults=SIDECAR_MEMORY))
    second, minute = (cost(plan, hours=seconds / 3600, runs_a_month=10) for seconds in (1, 60))
    assert second.run == minute.run
    assert minute.run is not None
    assert minute.month == minute.run.times(10)


def test_what_does_not_start_costs_nothing_and_is_not_compared() -> None:
    nowhere = planned(request({"spark.kubernetes.executor.node.selector.workload": "none"}))
    found = cost(nowhere)
    assert found.not_started == ("executors",)
    assert found.starts
    assert not any("executors" in part.name for part in found.hourly.parts)
    fits = cost(planned(request(ON_FARGATE)))
    assert cheapest({"a": found, "b": fits}).not_compared["a"] == "the executors do not start"


def test_the_cheapest_depends_on_who_else_uses_the_nodes() -> None:
    def run(low: float, high: float | None) -> RunCost:
        return RunCost(Bill((Part("EC2 nodes", "all", "1", Amount(low, high)),)), (), Usage())

    found = cheapest({"shared": run(1, 9), "alone": run(2, 2), "unbounded": run(3, None)})
    assert found.shared == Choice("shared", 1, "alone costs 1.0000 more an hour, mostly for EC2 nodes")
    assert found.alone == Choice("alone", 2, "shared costs 7.0000 more an hour, mostly for EC2 nodes")
    assert cheapest({"b": run(1, 1), "a": run(1, 1)}).shared == Choice("b", 1, "a costs as much")
    unknown = RunCost(Bill((Part("EC2 nodes", "nodes", "1", None, "a price"),)), (), Usage())
    found = cheapest({"a": unknown})
    assert (found.shared, found.alone, found.not_compared) == (None, None, {"a": "a price is not known"})


@pytest.mark.parametrize(("text", "hours"), [("45m", 0.75), ("1h30m", 1.5), ("90s", 0.025), ("2h", 2)])
def test_durations(text: str, hours: float) -> None:
    assert hours_of(text) == pytest.approx(hours)


@pytest.mark.parametrize("text", ["", "0m", "45", "1.5h", "m", "-1h", "1h 30m", "1m1h", "٣m", "99999h"])
def test_no_durations(text: str) -> None:
    with pytest.raises(RuleError, match="such as 45m"):
        hours_of(text)


def past_run(name: str, minutes: float | None, state: JobRunState = "COMPLETED") -> JobRun:
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    finished = None if minutes is None else begun + timedelta(minutes=minutes)
    return JobRun(
        id="a", virtual_cluster_id="b", name=name, state=state, created_at=begun, finished_at=finished, details="",
        failure_reason=None, attempts=None, client_token=None, request={},
    )  # fmt: skip


def test_usage_from_past_runs() -> None:
    """The longest name that fits is the job's; what failed counts as a run, and not for how long one takes."""
    runs = [
        *(past_run(f"count-fargate-{index}", minutes) for index, minutes in enumerate((10, 30, 200))),
        past_run("count-daily-1", 60),
        past_run("count", 1, "FAILED"),
        past_run("count", None, "RUNNING"),
        past_run("counting", 5),
    ]
    found = usage_of_runs(runs, ["count", "count-daily", "other"], timedelta(days=10))
    assert {name: (one.hours, one.runs_a_month) for name, one in found.items()} == {
        "count": (0.5, 5 * 730 / 240),
        "count-daily": (1.0, 730 / 240),
    }


# Laws.

SETTINGS = {
    "spark.executor.instances": ("1", "2", "3", "7", "40"),
    "spark.executor.cores": ("1", "2", "4"),
    "spark.executor.memory": ("1g", "5g", "12g"),
    "spark.driver.memory": ("1g", "6g"),
}


def draw_run(random: Random) -> tuple[Plan, Capacity]:
    """On one node group of several types and zones, or with driver or executors on Fargate.

    A Spot group has any of its types; what follows takes Spot to cost as much as On-Demand.
    """
    types = random.sample(("m6i.2xlarge", "m6i.4xlarge", "r6i.4xlarge", "m5.2xlarge"), random.choice([1, 2, 3]))
    group = node_group(*types, zones=random.choice([(ZONE_A,), (ZONE_A, ZONE_B)]), max_size=100, disk_gib=50)
    group = replace(group, capacity_type=random.choice(["on-demand", "spot"]))
    where = capacity(node_groups={"nodes": group})
    spark = {key: random.choice(values) for key, values in SETTINGS.items()}
    fargate = {key: value for key, value in ON_FARGATE.items() if random.random() < 0.4}
    return planned(request(spark | fargate), where), where


def draw_prices(random: Random) -> Prices:
    rates = {name: random.uniform(0.001, 1) for name in PRICES.rates.model_fields_set}
    ec2 = {name: random.uniform(0.01, 5) for name in PRICES.listed.ec2}
    return Prices(PriceList.model_validate({"region": "us-east-1", "rates": rates, "ec2": ec2}), spot_discount=0.0)


@LAW
@given(st.integers(0, 2**32))
def test_parts_add_up_and_low_is_at_most_high(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    plan, where = draw_run(random)
    found = cost(plan, where, draw_prices(random), hours=random.uniform(0.1, 9), shuffle_gb=random.uniform(1, 99))
    assert found.unknown == ()
    assert found.run is not None
    every = (*found.hourly.parts, *found.once)
    assert all(part.amount is not None and part.amount.high is not None for part in every)
    for end in ("low", "high"):
        parts = sum(getattr(part.amount, end) for part in found.hourly.parts)
        assert getattr(found.hourly.total, end) == pytest.approx(parts)
        once = sum(getattr(part.amount, end) for part in found.once)
        assert getattr(found.run, end) == pytest.approx(parts * (found.usage.hours or 0) + once)
    assert all(part.amount.low <= part.amount.high + 1e-12 for part in every if part.amount)  # type: ignore[operator]


@LAW
@given(st.integers(0, 2**32))
def test_a_higher_price_is_no_lower_cost(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    plan, where = draw_run(random)
    prices = draw_prices(random)
    document = prices.listed.model_dump(mode="json")
    section = random.choice(("rates", "ec2"))
    key = random.choice([name for name, price in document[section].items() if price is not None])
    document[section][key] *= random.uniform(1, 10)
    dearer = Prices(PriceList.model_validate(document), spot_discount=0.0)
    hours = random.uniform(0.1, 9)
    before, after = (cost(plan, where, one, hours=hours, shuffle_gb=5).run for one in (prices, dearer))
    assert before is not None
    assert after is not None
    assert after.low >= before.low - 1e-9
    assert (after.high or 0) >= (before.high or 0) - 1e-9


@LAW
@given(st.integers(0, 2**32))
def test_a_longer_run_and_more_executors_are_no_cheaper(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    spark = {key: random.choice(values) for key, values in SETTINGS.items()}
    where = capacity(node_groups={"nodes": node_group("m6i.4xlarge", max_size=200, disk_gib=50)})
    placement = random.choice(({}, ON_FARGATE))
    few = random.randint(1, 60)
    costs = [
        cost(
            planned(request({**spark, **placement, "spark.executor.instances": str(number)}), where), where, hours=hours
        )
        for number, hours in ((few, 1.0), (few + random.randint(1, 60), 1.0), (few, 1.0 + random.random()))
    ]
    one, more, longer = (found.run for found in costs)
    assert one and more and longer
    assert one.low <= min(more.low, longer.low) + 1e-9
    assert (one.high or 0) <= min(more.high or 0, longer.high or 0) + 1e-9


@LAW
@given(st.integers(0, 2**32))
def test_the_nodes_that_any_scheduler_uses_cost_within_the_range(seed: int) -> None:
    """Pods are placed one by one, well or badly, on nodes of any expected type, a new one for a pod that has no room."""
    random = Random(seed)  # noqa: S311
    plan, where = draw_run(random)
    group = where.node_groups["nodes"]
    kinds = [node for node in group.nodes if node.machine in group.first_machines]
    machines: list[Machine] = []
    choose = random.choice(CHOICES)
    for pod in plan.pods:
        for _ in range(pod.number if pod.landing.compute == "ec2" else 0):
            if not place(machines, pod.shape, lambda _: True, choose, random):
                machines.append(Machine("nodes", node := random.choice(kinds), node.room))
                assert place(machines[-1:], pod.shape, lambda _: True, choose, random)
    used = sum(PRICES.listed.ec2[machine.node.machine.name] for machine in machines)
    prices = replace(PRICES, spot_discount=0.0)
    found = amounts(cost(plan, where, prices).hourly.parts).get("EC2 nodes", (0.0, 0.0))
    assert found[0] <= used + 1e-9
    assert used <= (found[1] or 0) + 1e-9


def calls_of(work: Callable[[], object]) -> int:
    """How many functions it calls."""
    number = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return number


def test_a_million_executors_take_as_much_work_as_two() -> None:
    two, million = (
        planned(request({"spark.executor.instances": number, "spark.executor.memory": "1g"}))
        for number in ("2", "1000000")
    )
    assert calls_of(lambda: cost(million)) == calls_of(lambda: cost(two))
    assert cost(million).hourly.total.low > 100_000 * cost(two).hourly.total.low / 2


# An environment at rest.


def environment(tmp_path: Path, **changes: Any) -> Environment:
    data = {
        "region": "us-east-1",
        "zones": ["us-east-1a", "us-east-1b", "us-east-1c"],
        "node_groups": {"system": {"instance_types": ["m6i.large"], "min_size": 2, "max_size": 4, "disk_gib": 20}},
        "virtual_clusters": {"spark": {"namespace": "spark-jobs"}},
        **changes,
    }
    file = tmp_path / "small.yaml"
    file.write_text(json.dumps(data))
    return load_environment(file)


def at_rest(one: Environment, prices: Prices = PRICES, today: date = TODAY) -> Bill:
    return cost_at_rest(one, capacity_of(one), prices, today)


def test_a_small_environment_by_hand(tmp_path: Path) -> None:
    found = amounts(at_rest(environment(tmp_path)).parts)
    assert found == {
        "EKS cluster": pytest.approx((0.1, 0.1)),
        "NAT gateways": pytest.approx((0.045, 0.045)),
        "their public IPv4 addresses": pytest.approx((0.005, 0.005)),
        "nodes of system": pytest.approx((0.192, 0.192)),
        "disks of the nodes": pytest.approx((40 * 0.08 / 730, 40 * 0.08 / 730)),
    }


def test_without_nodes_and_nat_gateways(tmp_path: Path) -> None:
    """Nine services have an endpoint in each of three zones; two pods of CoreDNS have the smallest size of Fargate."""
    one = environment(
        tmp_path,
        node_groups={},
        cluster={"core_dns": "fargate", "version": "1.33"},
        network={"nat_gateways": 0, "interface_endpoints": True},
        encryption={"customer_managed_key": True},
    )
    found = amounts(at_rest(one).parts)
    core_dns = 2 * (0.25 * 0.04048 + 0.5 * 0.004445)
    assert found == {
        "EKS cluster": pytest.approx((0.6, 0.6)),  # Kubernetes 1.33 is in extended support
        "CoreDNS on Fargate": pytest.approx((core_dns, core_dns)),
        "interface endpoints": pytest.approx((0.27, 0.27)),
        "KMS key": pytest.approx((1 / 730, 1 / 730)),
    }


def test_a_region_without_prices_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "-e", str(REPOSITORY / "environments/prod.yaml")]) == 2
    printed = capsys.readouterr().err
    assert "region = 'eu-west-1': no prices of this region are known" in printed
    assert "emr-placement prices refresh --region eu-west-1" in printed
    one = environment(tmp_path)
    nothing = at_rest(one, Prices(PriceList(region="us-east-1")))
    assert all(part.amount is None for part in nothing.parts)
    assert "the price of an EKS cluster in us-east-1" in nothing.unknown


# Price lists.


@pytest.mark.parametrize("region", priced_regions())
def test_every_shipped_price_has_a_date_and_a_source_and_is_of_a_type_that_ec2_has(region: str) -> None:
    listed = shipped_prices(region)
    assert listed.region == region
    sections = {"ec2"} | ({"rates"} if listed.rates.model_fields_set else set())
    assert set(listed.sources) == sections


def test_the_instance_types_of_the_shipped_environments_are_priced() -> None:
    for name in ("dev", "local"):
        shipped = load_environment(REPOSITORY / f"environments/{name}.yaml")
        types = {machine.name for group in shipped.node_groups.values() for machine in group.machines}
        assert types <= set(shipped_prices(shipped.region).ec2)


def test_json_matches_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["trip-count"], [], ["trip-count", "--mode", "ec2", "--shuffle-gb", "3", "--duration", "1h"]):
        assert main(["cost", *arguments, "-e", "environments/dev.yaml", "--output", "json"]) == 0
        check_output("costs", json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--duration", "45", "such as 45m"),
        ("--runs-per-month", "0", "from 0.001 to 1000000"),
        ("--shuffle-gb", "nan", "from 0.001 to 1000000"),
        ("--spot-discount", "60", "from 0 to 0.99"),
        ("--prices", "nowhere", "there is no price list of the region"),
    ],
)
def test_options_that_can_not_be(option: str, value: str, rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", "-e", "environments/dev.yaml", option, value]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: {option if option != '--prices' else 'nowhere/us-east-1.json'}: ")
    assert rule in printed.err


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "a price list is JSON"),
        ("[" * 100_000, "a price list is JSON"),
        ('{"region": "us-east-1", "ec2": {"m6i.large": -1}}', "ec2.m6i.large = -1"),
        ('{"region": "us-east-1", "ec2": {"m6i.large": NaN}}', "ec2.m6i.large = "),
        ('{"region": "us-east-1", "rates": {"nat": 1}}', "rates.nat = 1: unknown key"),
        ('{"region": "eu-west-1"}', "the price list of another region"),
        ("3", "must be a mapping"),
    ],
)
def test_a_price_list_that_can_not_be_read(
    text: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "us-east-1.json").write_text(text)
    assert main(["cost", "-e", "environments/dev.yaml", "--prices", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"error: {tmp_path}/us-east-1.json: ")
    assert rule in printed.err


def test_a_request_is_priced_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.json"
    file.write_text(
        json.dumps({"virtualClusterId": "abc", "executionRoleArn": "arn:aws:iam::111122223333:role/a", **request()})
    )
    assert main(["cost", str(file), "-e", "environments/dev.yaml"]) == 0
    printed = capsys.readouterr().out
    assert "while no job runs" not in printed
    assert "EC2 nodes" in printed
