"""Pods that must run near or apart: clusters as people report them, each with a neighbour where all is well."""

from typing import Any

import pytest

from emr_eks_placement.facts import kubernetes
from emr_eks_placement.planning import Plan
from emr_eks_placement.scheduling.capacity import UNKNOWN_ZONE, NodeGroupCapacity
from emr_eks_placement.scheduling.pod_rules import Rule, selects, share_a_port
from tests.unit.planned import LABEL, ZONE_A, ZONE_B, capacity, node_group, planned, profile, request, template
from tests.unit.problem_cases.case import required, spread

HOST, ZONE = kubernetes.HOSTNAME, kubernetes.ZONE
EXECUTORS, DRIVER = {"spark-role": "executor"}, {"spark-role": "driver"}
ABOUT_NODES = {
    "EC2_TOO_FEW_NODES",
    "EC2_MAY_NOT_HOLD",
    "EC2_POD_AFFINITY",
    "EC2_SPREAD",
    "EC2_OTHER_PODS",
    "EC2_OTHER_NODES",
}
THREE_ZONES = (ZONE_A, ZONE_B, "us-east-1c")


def codes(plan: Plan) -> dict[str, str]:
    return {one.code: one.what for one in plan.problems if one.code in ABOUT_NODES}


def plan_on(
    number: int = 2,
    executor: dict[str, Any] | None = None,
    driver: dict[str, Any] | None = None,
    **groups: NodeGroupCapacity,
) -> Plan:
    """So many executors of a core, with these fields of the executors' and the driver's spec."""
    templates = {"executor": template("executor", **executor)} if executor else {}
    templates |= {"driver": template(**driver)} if driver else {}
    return planned(request({"spark.executor.instances": str(number)}), capacity(node_groups=groups), **templates)


def four(**fields: Any) -> NodeGroupCapacity:
    return node_group("m6i.4xlarge", initial_size=4, max_size=4, **fields)


def test_executors_that_share_no_node_need_as_many() -> None:
    apart = {"affinity": required("podAntiAffinity", HOST, EXECUTORS)}
    fits, short = plan_on(4, apart, nodes=four()), plan_on(5, apart, nodes=four())
    assert not codes(fits)
    assert [(one.least, one.most) for one in fits.nodes] == [(4, 4)]
    assert "1 of 5 executors wait" in codes(short)["EC2_TOO_FEW_NODES"]
    assert not codes(plan_on(5, nodes=four()))


def test_a_port_of_the_node_is_one_pods() -> None:
    port = {"sidecars": [{"name": "proxy", "image": "proxy", "ports": [{"containerPort": 80, "hostPort": 80}]}]}
    assert [(one.least, one.most) for one in plan_on(4, port, nodes=four()).nodes] == [(4, 4)]
    assert "1 of 5 executors wait" in codes(plan_on(5, port, nodes=four()))["EC2_TOO_FEW_NODES"]
    no_host_port = {"sidecars": [{"name": "proxy", "image": "proxy", "ports": [{"containerPort": 80}]}]}
    assert not codes(plan_on(5, no_host_port, nodes=four()))


def test_anti_affinity_holds_both_ways() -> None:
    """The driver's keeps executors that start later from its node."""
    apart = {"affinity": required("podAntiAffinity", HOST, EXECUTORS)}
    one_node = node_group("m6i.4xlarge", initial_size=1, max_size=1)
    assert "2 of 2 executors wait" in codes(plan_on(2, driver=apart, nodes=one_node))["EC2_TOO_FEW_NODES"]
    assert not codes(plan_on(2, nodes=one_node))
    assert not codes(plan_on(2, driver=apart, nodes=four()))


@pytest.mark.parametrize("role", ["driver", "executor"])
def test_whichever_of_two_keeps_the_other_away(role: str) -> None:
    """By zone, of which there is one, and by node."""
    other = EXECUTORS if role == "driver" else DRIVER
    one_node = node_group("m6i.4xlarge", initial_size=1, max_size=1)
    by_zone, by_node = ({"affinity": required("podAntiAffinity", key, other)} for key in (ZONE, HOST))
    told = planned(request(), capacity(node_groups={"nodes": four()}), **{role: template(role, **by_zone)})
    assert [(one.code, one.role) for one in told.problems if one.severity == "error"] == [
        ("EC2_POD_AFFINITY", "executors")
    ]
    assert bool(told.problems[0].path) is (role == "executor"), "a field of the executors only where it is theirs"
    told = planned(request(), capacity(node_groups={"nodes": one_node}), **{role: template(role, **by_node)})
    assert "2 of 2 executors wait" in codes(told)["EC2_TOO_FEW_NODES"]


def test_one_executor_a_zone() -> None:
    apart = {"affinity": required("podAntiAffinity", ZONE, EXECUTORS)}
    nodes = node_group("m6i.4xlarge", initial_size=3, max_size=6, zones=THREE_ZONES)
    assert not codes(plan_on(3, apart, nodes=nodes))
    told = codes(plan_on(5, apart, nodes=nodes))
    assert "of which there are 3: at least 2 of 5 executors wait" in told["EC2_POD_AFFINITY"]


@pytest.mark.parametrize(("key", "codes_of_it"), [("rack", set[str]()), (ZONE, {"EC2_POD_AFFINITY"})])
def test_nodes_without_the_label_are_free_for_anti_affinity(key: str, codes_of_it: set[str]) -> None:
    apart = {"affinity": required("podAntiAffinity", key, EXECUTORS)}
    assert codes(plan_on(4, apart, nodes=four())).keys() == codes_of_it


def test_executors_near_their_driver() -> None:
    """By zone they fit; on its node, only as many as are left of it."""
    near_zone, near_host = ({"affinity": required("podAffinity", key, DRIVER)} for key in (ZONE, HOST))
    nodes = node_group("m6i.4xlarge", initial_size=6, max_size=6, zones=THREE_ZONES)
    assert not codes(plan_on(12, near_zone, nodes=nodes))
    assert not codes(plan_on(13, near_host, nodes=nodes)), "13 cores, the driver's and the submitter's"
    assert codes(plan_on(14, near_host, nodes=nodes)).keys() == {"EC2_MAY_NOT_HOLD"}, "if the submitter is not there"
    assert "at least 16 of 30 executors wait" in codes(plan_on(30, near_host, nodes=nodes))["EC2_POD_AFFINITY"]
    assert not codes(plan_on(30, nodes=nodes))


def test_executors_that_cannot_be_where_their_driver_is() -> None:
    near = template("executor", affinity=required("podAffinity", ZONE, DRIVER), nodeSelector={ZONE: ZONE_A})
    groups = {"nodes": four(), "other": four(zones=(ZONE_B,))}
    for zone, expected in ((ZONE_B, {"EC2_POD_AFFINITY"}), (ZONE_A, set())):
        driver = template(nodeSelector={ZONE: zone})
        found = planned(request(), capacity(node_groups=groups), executor=near, driver=driver)
        assert codes(found).keys() == expected
        assert found.of("executors").landing.pending is bool(expected)


def test_executors_near_a_driver_on_fargate() -> None:
    """By zone they can be; a node of Fargate has no second pod."""
    where = capacity(node_groups={"nodes": four()}, fargate_profiles={"spark": profile({LABEL: "fargate"})})
    asked = request({f"spark.kubernetes.driver.label.{LABEL}": "fargate"})
    for key, expected in ((ZONE, set()), (HOST, {"EC2_POD_AFFINITY"})):
        near = template("executor", affinity=required("podAffinity", key, DRIVER))
        assert codes(planned(asked, where, executor=near)).keys() == expected


def test_a_driver_never_starts_near_executors_that_it_starts() -> None:
    near = {"affinity": required("podAffinity", ZONE, EXECUTORS)}
    found = plan_on(2, driver=near, nodes=four())
    assert codes(found).keys() == {"EC2_POD_AFFINITY"}
    assert found.of("driver").landing.pending
    assert not codes(plan_on(2, executor=near, nodes=four())), "the first of them needs none"


def test_pods_of_others_are_not_known() -> None:
    cache = {"app": "cache"}
    for driver in (
        {"affinity": required("podAffinity", ZONE, cache)},
        {"affinity": required("podAntiAffinity", HOST, cache)},
        {"topologySpreadConstraints": [spread(ZONE, cache)]},
    ):
        assert codes(plan_on(2, driver=driver, nodes=four())).keys() == {"EC2_OTHER_PODS"}
    elsewhere = required("podAffinity", ZONE, DRIVER)
    elsewhere["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0]["namespaces"] = ["other"]
    assert codes(plan_on(2, {"affinity": elsewhere}, nodes=four())).keys() == {"EC2_OTHER_PODS"}


def test_spread_over_zones() -> None:
    even = {"topologySpreadConstraints": [spread(ZONE, EXECUTORS)]}
    nodes = node_group("m6i.4xlarge", initial_size=3, max_size=6, zones=THREE_ZONES)
    assert not codes(plan_on(12, even, nodes=nodes))
    assert not codes(plan_on(12, even, nodes=four())), "of one zone none can be emptier"
    two = {"topologySpreadConstraints": [spread(ZONE, EXECUTORS, minDomains=2)]}
    assert "at least 5 of 6 executors wait" in codes(plan_on(6, two, nodes=four()))["EC2_SPREAD"]
    assert not codes(plan_on(6, two, nodes=nodes))


def test_zones_whose_nodes_take_no_executor_stay_empty() -> None:
    """The system group has a zone of its own, and nodes too small: unless the constraint leaves them out, they count as empty.

    One with two zones may have both nodes in the other.
    """
    large = {"main": {"resources": {"requests": {"ephemeral-storage": "1Gi"}}}}
    asked = request({"spark.executor.instances": "6", "spark.executor.cores": "2"})
    for zones, fields, expected in (
        ((ZONE_B,), {}, {"EC2_SPREAD"}),
        ((ZONE_A, ZONE_B), {}, {"EC2_MAY_NOT_HOLD"}),
        ((ZONE_B,), {"nodeSelector": {"workload": "spark"}}, set()),
    ):
        system = node_group("t3.medium", initial_size=2, max_size=2, zones=zones)
        groups = {"nodes": four(labels={"workload": "spark"}), "system": system}
        even = template("executor", topologySpreadConstraints=[spread(ZONE, EXECUTORS)], **large, **fields)
        assert codes(planned(asked, capacity(node_groups=groups), executor=even)).keys() == expected


def test_taints_leave_zones_out_only_where_the_policy_honors_them() -> None:
    tainted = node_group("m6i.4xlarge", initial_size=2, zones=(ZONE_B,), taints=[
        {"key": "team", "value": "a", "effect": "NoSchedule"}])  # fmt: skip
    for policy, expected in (("Ignore", {"EC2_SPREAD"}), ("Honor", set())):
        even = {"topologySpreadConstraints": [spread(ZONE, EXECUTORS, nodeTaintsPolicy=policy)]}
        assert codes(plan_on(6, even, nodes=four(), tainted=tainted)).keys() == expected


def test_a_key_that_no_node_has() -> None:
    for executor, code in (
        ({"affinity": required("podAffinity", "rack", DRIVER)}, "EC2_POD_AFFINITY"),
        ({"topologySpreadConstraints": [spread("rack", EXECUTORS)]}, "EC2_SPREAD"),
    ):
        assert codes(plan_on(2, executor, nodes=four())).keys() == {code}
        assert not codes(plan_on(2, executor, nodes=four(labels={"rack": "1"})))
        other = capacity(node_groups={"nodes": four()}, other_nodes="Karpenter makes nodes")
        assert codes(planned(request(), other, executor=template("executor", **executor))).keys() == {"EC2_OTHER_NODES"}


def test_zones_that_are_not_known_are_not_judged() -> None:
    apart = {"affinity": required("podAntiAffinity", ZONE, EXECUTORS)}
    assert not codes(plan_on(4, apart, nodes=four(zones=(UNKNOWN_ZONE,))))


def test_another_scheduler_has_rules_of_its_own() -> None:
    near = {"affinity": required("podAffinity", ZONE, EXECUTORS)}
    assert not codes(plan_on(2, driver={**near, "schedulerName": "volcano"}, nodes=four()))


# Selectors


def pod(namespace: str = "jobs", **labels: str) -> dict[str, Any]:
    return {"metadata": {"namespace": namespace, "labels": {key.replace("_", "-"): one for key, one in labels.items()}}}


@pytest.mark.parametrize(
    ("selector", "matching"),
    [
        (None, False),
        ({}, True),
        ({"matchLabels": {"a": "b"}}, True),
        ({"matchLabels": {"a": "c"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["b", "c"]}]}, True),
        ({"matchExpressions": [{"key": "x", "operator": "In", "values": ["b"]}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]}, False),
        ({"matchExpressions": [{"key": "x", "operator": "NotIn", "values": ["b"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
        ({"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}, False),
    ],
)
def test_label_selectors(selector: dict[str, Any] | None, matching: bool) -> None:
    assert selects(selector, {"a": "b"}) is matching


def test_keys_whose_values_must_agree() -> None:
    run = Rule(ZONE, {"labelSelector": {}, "matchLabelKeys": ["spark-app-selector"]}, ())
    assert run.selects(pod(spark_app_selector="1"), pod(spark_app_selector="1"))
    assert not run.selects(pod(spark_app_selector="1"), pod(spark_app_selector="2"))
    assert not run.selects(pod(spark_app_selector="1"), pod())
    assert run.selects(pod(), pod(spark_app_selector="2")), "a key that the pod lacks is ignored"
    others = Rule(ZONE, {"labelSelector": {}, "mismatchLabelKeys": ["team"]}, ())
    assert others.selects(pod(team="1"), pod(team="2"))
    assert not others.selects(pod(team="1"), pod(team="1"))
    each = Rule(ZONE, {"labelSelector": {}, "matchLabelKeys": ["spark-exec-id"]}, ())
    assert not each.selects(pod(spark_exec_id="unknown"), pod(spark_exec_id="unknown")), "no two executors have one id"


def test_namespaces_of_a_term() -> None:
    assert not Rule(ZONE, {"labelSelector": {}}, ()).selects(pod("a"), pod("b"))
    assert Rule(ZONE, {"labelSelector": {}, "namespaces": ["b"]}, ()).selects(pod("a"), pod("b"))
    assert not Rule(ZONE, {"labelSelector": {}, "namespaces": ["b"]}, ()).selects(pod("a"), pod("a"))
    assert Rule(ZONE, {"labelSelector": {}, "namespaceSelector": {}}, ()).selects(pod("a"), pod("b"))
    named = {"labelSelector": {}, "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}}
    assert Rule(ZONE, named, ()).selects(pod("a"), pod("b"))
    assert not Rule(ZONE, named, (), spread=True).selects(pod("a"), pod("b")), "spread knows no other namespace"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ({"hostPort": 80}, {"hostPort": 80}, True),
        ({"hostPort": 80}, {"hostPort": 81}, False),
        ({"hostPort": 80}, {"containerPort": 80}, False),
        ({"hostPort": 80, "protocol": "UDP"}, {"hostPort": 80}, False),
        ({"hostPort": 80, "hostIP": "10.0.0.1"}, {"hostPort": 80, "hostIP": "10.0.0.2"}, False),
        ({"hostPort": 80, "hostIP": "10.0.0.1"}, {"hostPort": 80}, True),
    ],
)
def test_ports_of_a_node(one: dict[str, Any], other: dict[str, Any], shared: bool) -> None:
    specs = [{"containers": [{"ports": [port]}]} for port in (one, other)]
    assert share_a_port(*specs) is shared


def test_on_the_network_of_its_node_every_port_is_the_nodes() -> None:
    spec = {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80}]}]}
    assert share_a_port(spec, spec)
    assert not share_a_port({**spec, "hostNetwork": False}, spec)


def test_what_rests_on_even_zones_is_a_warning_and_what_no_zone_holds_an_error() -> None:
    """Four nodes over two zones: two are in each while both have capacity, and all may end up in one."""
    together = {"affinity": required("podAffinity", ZONE, EXECUTORS)}
    big = plan_on(60, together, nodes=four(zones=(ZONE_A, ZONE_B)))
    assert "while the groups' nodes are spread evenly over their zones" in codes(big)["EC2_MAY_NOT_HOLD"]
    assert "EC2_POD_AFFINITY" not in codes(big)
    apart = {"affinity": required("podAntiAffinity", ZONE, EXECUTORS)}
    assert (
        "at least 1 of 3 executors wait"
        in codes(plan_on(3, apart, nodes=four(zones=(ZONE_A, ZONE_B))))["EC2_POD_AFFINITY"]
    )


def test_a_spread_by_node_counts_on_the_roomiest_type_that_the_group_may_start() -> None:
    """An On-Demand group starts m6i.large while EC2 has any, which holds one executor; m6i.2xlarge holds seven."""
    constraint = {"topologySpreadConstraints": [spread(HOST, EXECUTORS, nodeTaintsPolicy="Honor")]}
    mixed = node_group("m6i.large", "m6i.2xlarge", initial_size=3, max_size=3)
    assert "EC2_SPREAD" not in codes(plan_on(5, constraint, nodes=mixed))
    small = node_group("m6i.large", initial_size=3, max_size=3)
    assert codes(plan_on(5, constraint, nodes=small)).keys() & {"EC2_SPREAD", "EC2_TOO_FEW_NODES"}


@pytest.mark.parametrize(("labels", "number"), [(DRIVER, 1), (EXECUTORS, 2)])
def test_a_zone_without_room_is_no_error_where_the_group_may_have_all_its_nodes_in_it(
    labels: dict[str, str], number: int
) -> None:
    """Of three nodes, which each hold one of these pods, one is in each zone; all are in one when others lack capacity."""
    near = {"affinity": required("podAffinity", ZONE, labels)}
    in_a, in_b = ({"nodeSelector": {ZONE: zone}} for zone in (ZONE_A, ZONE_B))
    even = node_group("m6i.large", initial_size=3, max_size=3, zones=THREE_ZONES)
    found = codes(plan_on(number, {**near, **in_a}, in_a, nodes=even))
    assert "while the groups' nodes are spread evenly over their zones" in found["EC2_MAY_NOT_HOLD"]
    assert "EC2_POD_AFFINITY" not in found
    elsewhere = codes(plan_on(number, {"affinity": required("podAffinity", ZONE, DRIVER), **in_b}, in_a, nodes=even))
    assert "EC2_POD_AFFINITY" in elsewhere


@pytest.mark.parametrize(("number", "waiting"), [(5, ""), (6, "at least 1 of 6 executors wait")])
def test_a_spread_counts_on_the_zones_that_hold_most(number: int, waiting: str) -> None:
    """Three nodes in one zone and two that may both be in the other: no more than five executors, one to a node."""
    label = {"workload": "spark"}
    groups: dict[str, Any] = {
        "system": node_group("m6i.large", initial_size=2, max_size=2),
        "one": node_group("m6i.large", labels=label, initial_size=3, max_size=3, zones=(ZONE_A,)),
        "both": node_group("m6i.large", labels=label, initial_size=2, max_size=2, zones=(ZONE_A, ZONE_B)),
    }
    rule = spread(ZONE, EXECUTORS, maxSkew=3, minDomains=3)
    plan = plan_on(number, {"topologySpreadConstraints": [rule], "nodeSelector": label}, **groups)
    found = codes(plan)
    assert ("EC2_SPREAD" in found) is bool(waiting)
    assert waiting in found.get("EC2_SPREAD", "")
    assert any("spread evenly over their zones" in one.what for one in plan.problems) is not bool(waiting)


@pytest.mark.parametrize("kind", ["podAffinity", "podAntiAffinity"])
def test_rules_by_zone_are_left_out_of_the_numbers_and_rules_by_node_are_not(kind: str) -> None:
    for key, left_out in ((ZONE, True), (HOST, False)):
        rule = {"affinity": required(kind, key, EXECUTORS if kind == "podAntiAffinity" else DRIVER)}
        found = plan_on(2, rule, nodes=four(zones=(ZONE_A, ZONE_B)))
        assert ("EC2_RULE_NOT_COUNTED" in {one.code for one in found.problems}) is left_out


def test_taints_that_keep_driver_and_submitter_away_leave_a_node_s_room_to_executors() -> None:
    """Three executors to a node of four: twelve fit where no other pod can be, and may not beside a driver."""
    taint = {"key": "team", "value": "a", "effect": "NoSchedule"}
    rules = {"topologySpreadConstraints": [spread(HOST, EXECUTORS, nodeTaintsPolicy="Honor")], "tolerations": [
        {"key": "team", "operator": "Exists"}], "nodeSelector": {"team": "a"}}  # fmt: skip
    fields: dict[str, Any] = {"labels": {"team": "a"}, "initial_size": 4, "max_size": 4}
    system = node_group("m6i.xlarge", initial_size=2, max_size=2)
    alone = plan_on(12, rules, nodes=node_group("m6i.xlarge", taints=[taint], **fields), system=system)
    assert not codes(alone)
    assert codes(plan_on(12, rules, nodes=node_group("m6i.xlarge", **fields)))


def test_terms_of_affinity_that_are_judged_as_one_are_reported_once() -> None:
    """A pod has to match all of them at once: what is said of the first is not said again of the second."""
    terms = [
        {"topologyKey": key, "labelSelector": {"matchLabels": labels}}
        for key, labels in ((HOST, {"app": "cache"}), (ZONE, DRIVER))
    ]
    for some, expected in ((terms, {"EC2_OTHER_PODS"}), (terms[1:], {"EC2_RULE_NOT_COUNTED"})):
        near = {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": some}}}
        found = plan_on(2, near, nodes=four(zones=(ZONE_A, ZONE_B)))
        assert {one.code for one in found.problems} & {"EC2_OTHER_PODS", "EC2_RULE_NOT_COUNTED"} == expected


def test_a_driver_that_may_fill_a_node_keeps_it_the_emptiest() -> None:
    """Four nodes of three executors each: beside a driver of three cores there is room for none,then one on each other."""
    even = template("executor", topologySpreadConstraints=[spread(HOST, EXECUTORS)])
    where = capacity(node_groups={"nodes": node_group("m6i.xlarge", initial_size=4, max_size=4)})
    for number, cores, expected in ((5, "3", {"EC2_MAY_NOT_HOLD"}), (4, "1", set())):
        asked = request({"spark.executor.instances": str(number), "spark.driver.cores": cores})
        assert codes(planned(asked, where, executor=even)).keys() == expected


@pytest.mark.parametrize(("number", "waiting"), [(2, ""), (3, "up to 1 of 3 executors may wait")])
def test_a_driver_that_fills_a_node_keeps_a_spread_by_node_from_no_other(number: int, waiting: str) -> None:
    """Of four nodes two may have the driver and the submitter: the others take one executor each, no more above the empty one."""
    constraint = template("executor", topologySpreadConstraints=[spread(HOST, EXECUTORS)])
    asked = request({"spark.executor.instances": str(number), "spark.driver.cores": "15"})
    found = planned(asked, capacity(node_groups={"nodes": four()}), executor=constraint)
    assert codes(found).keys() == ({"EC2_MAY_NOT_HOLD"} if waiting else set())
    assert waiting in codes(found).get("EC2_MAY_NOT_HOLD", "")
