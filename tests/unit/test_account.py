"""What an environment needs of an account, and how what was read of one is judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from emr_eks_placement.checks import AccountNeeds, account_needs
from emr_eks_placement.checks.account import quotas, rules
from emr_eks_placement.checks.account.existing import (
    Existing,
    ExistingCluster,
    check_existing,
    check_given,
    given_keys,
    given_log_groups,
    given_roles,
)
from emr_eks_placement.cli.main import main
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.facts.fargate import ZONE_IDS
from emr_eks_placement.facts.quotas import VPCS
from tests.unit.environments import environment

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
NEEDS = AccountNeeds(
    vpcs=1,
    clusters=1,
    elastic_ips=1,
    fargate_vcpus=5,
    fargate_run="trip-count in fargate",
    node_vcpus={"on-demand": (10, 20)},
    instance_types={"system": (("m6i.large", "m5.large"), ("us-east-1a", "us-east-1b"))},
    role_names=("dev-spark",),
)


def test_what_dev_needs() -> None:
    needs = account_needs(load_environment(ROOT / "environments/dev.yaml"))
    assert (needs.vpcs, needs.clusters, needs.elastic_ips) == (1, 1, 1)
    assert needs.fargate_vcpus == 1 + 2 * 2, "the driver and two executors"
    assert needs.fargate_run == "trip-count in fargate"
    assert needs.node_vcpus == {"on-demand": (2 + 8, 4 + 16), "spot": (8, 32)}
    assert needs.instance_types["system"] == (("m6i.large",), ("us-east-1a", "us-east-1b"))
    assert len(needs.role_names) == 1


def test_only_standard_instances_count_and_the_largest_of_a_group(tmp_path: Path) -> None:
    text = (ROOT / "environments/dev.yaml").read_text().partition("\njobs:")[0]
    text = text.replace("[m6i.large]", "[m6i.large, m6i.4xlarge]").replace("[r6i.2xlarge]", "[g5.2xlarge]")
    file = tmp_path / "changed.yaml"
    file.write_text(text)
    needs = account_needs(load_environment(file))
    assert needs.node_vcpus["on-demand"] == (16, 32)
    assert (needs.fargate_vcpus, needs.fargate_run) == (0, "")


def test_a_cluster_that_is_given_is_active_in_the_vpc_and_knows_access_entries() -> None:
    oidc_provider = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A"
    subnets = {"us-east-1a": "subnet-0000000a", "us-east-1b": "subnet-0000000b"}
    given = environment(
        network={"vpc_id": "vpc-00000001", "subnets": subnets},
        cluster={
            "name": "analytics",
            "oidc_provider_arn": oidc_provider,
            "endpoint_access": "public",
            "emr_access": "cloudformation",
        },
        node_groups={},
    )
    needs = account_needs(given)
    assert (needs.vpcs, needs.clusters, needs.elastic_ips, needs.node_vcpus) == (0, 0, 0, {})
    there = {subnet: ("vpc-00000001", zone) for zone, subnet in subnets.items()}
    cluster = ExistingCluster("ACTIVE", "vpc-00000001", "API_AND_CONFIG_MAP")
    assert check_existing(given, Existing(there, cluster, has_bucket=False)).state == "ok"
    other = ExistingCluster("UPDATING", "vpc-00000002", "CONFIG_MAP")
    assert check_existing(given, Existing(there, other, has_bucket=False)).found == (
        "cluster analytics is UPDATING; cluster analytics is in vpc-00000002, not in vpc-00000001; "
        "the authentication mode of cluster analytics is CONFIG_MAP, not API_AND_CONFIG_MAP"
    )


@pytest.mark.parametrize(
    ("used", "needed", "state"), [(4, 1, "ok"), (5, 1, "missing"), (7, 0, "ok"), (4, 2, "missing")]
)
def test_a_count_has_room_for_resources_to_create(used: int, needed: int, state: str) -> None:
    check = quotas.check_count("vpcs", VPCS, REGION, value=5, used=used, needed=needed)
    assert check.state == state
    assert check.found == f"5 VPCs allowed (L-F678F1CE), {used} exist, {needed} more needed"
    if state == "missing":
        assert check.fix.endswith(
            "aws service-quotas request-service-quota-increase --region us-east-1 --service-code vpc "
            f"--quota-code L-F678F1CE --desired-value {used + needed}"
        )


@pytest.mark.parametrize(
    ("value", "planned_with", "state"),
    [(4, 4, "missing"), (5, 5, "ok"), (5, 6, "warning"), (50, 6, "ok")],
)
def test_fargate_vcpus_hold_the_largest_run_and_what_plans_count_with(
    value: int, planned_with: int, state: str
) -> None:
    check = quotas.check_fargate_vcpus(NEEDS, REGION, value, planned_with)
    assert check.state == state
    assert check.found.startswith(
        f"{value} Fargate On-Demand vCPU allowed (L-3032A538), the largest run, trip-count in fargate, takes 5"
    )
    assert ("plans count with 6" in check.found) == (planned_with == 6)
    if state == "warning":
        assert check.fix.startswith("Write fargate_vcpus: 5. Ask for more: ")


def test_without_a_run_on_fargate_any_quota_will_do() -> None:
    needs = replace(NEEDS, fargate_vcpus=0, fargate_run="")
    assert quotas.check_fargate_vcpus(needs, REGION, 1, 1).found == "1 Fargate On-Demand vCPU allowed (L-3032A538)"


@pytest.mark.parametrize(("value", "state"), [(9, "missing"), (10, "warning"), (19, "warning"), (20, "ok")])
def test_node_groups_start_and_grow(value: int, state: str) -> None:
    assert quotas.check_node_vcpus(NEEDS, REGION, "on-demand", value).state == state


def test_the_account_is_the_environment_s() -> None:
    arn = "arn:aws:iam::111122223333:user/a"
    assert rules.check_account("111122223333", arn, None).state == "ok"
    assert rules.check_account("111122223333", arn, "111122223333").state == "ok"
    check = rules.check_account("111122223333", arn, "444455556666")
    assert (check.state, check.found) == (
        "missing",
        "the credentials are of 111122223333, the environment is for 444455556666",
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [("opt-in-not-required", "ok"), ("opted-in", "ok"), ("not-opted-in", "missing"), (None, "missing")],
)
def test_the_region_is_enabled(status: str | None, state: str) -> None:
    assert rules.check_region("eu-south-2", status).state == state


def test_zones_are_there_and_eks_takes_them() -> None:
    zones = {
        "us-east-1a": ("available", "use1-az1"),
        "us-east-1b": ("available", "use1-az3"),
        "us-east-1c": ("impaired", "use1-az2"),
    }
    assert rules.check_zones(["us-east-1a"], zones).found == "us-east-1a (use1-az1) are available"
    check = rules.check_zones(["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1f"], zones)
    assert check.state == "missing"
    assert check.found == (
        "us-east-1b is use1-az3, in which EKS has no clusters; us-east-1c is impaired; "
        "us-east-1f is not in this account"
    )
    assert check.fix == "Choose among us-east-1a"


def test_fargate_has_fewer_zones_than_eks_in_some_regions() -> None:
    zones = {f"ap-northeast-1{name}": ("available", f"apne1-az{number}") for name, number in (("a", 4), ("d", 3))}
    both = list(zones)
    ids = ZONE_IDS["ap-northeast-1"]
    assert rules.check_zones(both, zones, fargate=["ap-northeast-1a"], fargate_ids=ids).state == "ok"
    check = rules.check_zones(both, zones, fargate=both, fargate_ids=ids)
    assert (check.state, check.found) == ("missing", "ap-northeast-1d is apne1-az3, in which Fargate runs no pods")
    assert rules.check_zones(both, zones, fargate=both).state == "ok", "a region of which no list is known"


def test_each_zone_of_a_node_group_offers_an_instance_type() -> None:
    groups = NEEDS.instance_types
    every = {(kind, zone) for types, zones in groups.values() for kind in types for zone in zones}
    assert rules.check_instance_types(groups, every).state == "ok"
    some = every - {("m5.large", "us-east-1b")}
    check = rules.check_instance_types(groups, some)
    assert (check.state, check.found) == ("warning", "system: us-east-1b does not offer m5.large")
    check = rules.check_instance_types(groups, some - {("m6i.large", "us-east-1b")})
    assert (check.state, check.found) == ("missing", "system: us-east-1b does not offer m6i.large, m5.large")


def test_aws_makes_all_service_linked_roles_but_that_of_spot() -> None:
    made = rules.check_service_linked_roles((), spot=False)
    assert made.state == "ok"
    assert made.found.startswith("AWS creates AWSServiceRoleForAmazonEKS, ")
    assert made.found.endswith(" when first needed")
    check = rules.check_service_linked_roles(rules.SERVICE_LINKED_ROLES.values(), spot=True)
    assert (check.state, check.found) == (
        "warning",
        "AWSServiceRoleForEC2Spot does not exist; those of EKS and EMR on EKS exist",
    )
    there = [*rules.SERVICE_LINKED_ROLES.values(), "AWSServiceRoleForEC2Spot"]
    assert rules.check_service_linked_roles(there, spot=True).found == "those of EKS and EMR on EKS exist"


def test_other_roles_are_distinguished_from_the_environment_s_own() -> None:
    wanted = NEEDS.role_names
    assert rules.check_role_names(wanted, there=(), own=()).state == "ok"
    assert rules.check_role_names(wanted, there=wanted, own=wanted).state == "ok"
    check = rules.check_role_names(wanted, there=wanted, own=())
    assert (check.state, check.found) == ("missing", "IAM has dev-spark, which no stack of the environment created")


@pytest.mark.parametrize(("version", "state"), [(None, "missing"), ("5", "missing"), ("6", "ok"), ("30", "ok")])
def test_the_bootstrap_stack_is_new_enough(version: str | None, state: str) -> None:
    check = rules.check_bootstrap(version, REGION, "111122223333")
    assert check.state == state
    assert check.fix == ("" if state == "ok" else "Run cdk bootstrap aws://111122223333/us-east-1")


def test_an_unknown_check_can_t_be_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-account", "-e", "none.yaml", "--ignore", "quotas"]) == 2
    assert capsys.readouterr().err.startswith("error: --ignore: 'quotas': the checks are account, region, ")


def test_drain_waits_no_negative_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drain", "--virtual-cluster", "abc", "--timeout", "-1"]) == 2
    assert capsys.readouterr().err == "error: --timeout: -1.0: a number of seconds, 0 or more. Write for example 600.\n"


def test_node_pools_count_with_all_that_they_may_have() -> None:
    pools = {
        "both": {"instance_types": ["m6i.large"], "capacity_types": ["spot", "on-demand"], "zones": ["us-east-1b"]},
        "devices": {"instance_types": ["g5.xlarge"], "max_vcpus": 32},  # of another quota
    }
    alone = account_needs(environment())
    needs = account_needs(environment(node_pools=pools))
    first, most = alone.node_vcpus["on-demand"]
    assert needs.node_vcpus["on-demand"] == (first, most + 64)
    assert needs.node_vcpus["spot"] == (0, 64)
    assert needs.instance_types["both"] == (("m6i.large",), ("us-east-1b",))


def test_what_is_given_beside_network_cluster_and_bucket() -> None:
    key, role = "arn:aws:kms:us-east-1:111122223333:key/k", "arn:aws:iam::111122223333:role/"
    cluster = {"namespace": "spark-jobs", "execution_role_arn": f"{role}jobs", "logs": {"log_group": "/spark"}}
    given = environment(
        virtual_clusters={"spark": cluster},
        bucket={"name": "analytics-jobs", "kms_key_arn": key},
        fargate_pod_execution_role_arn=f"{role}fargate",
    )
    assert given_keys(given) == {key}
    assert given_roles(given) == {f"{role}jobs", f"{role}fargate"}
    assert given_log_groups(given) == {"/spark"}
    assert not any(kind(environment()) for kind in (given_keys, given_roles, given_log_groups))
    assert check_given("given-roles", "IAM role", set(), set()) is None
    lacking = check_given("given-roles", "IAM role", {"jobs", "fargate"}, {"jobs"})
    assert lacking
    assert (lacking.state, lacking.found) == ("missing", "there is no IAM role fargate")


@pytest.mark.parametrize(("profiles", "value", "state"), [(3, 10, "ok"), (3, 5, "warning"), (3, 2, "missing")])
def test_fargate_profiles_fit_the_quota_of_the_account(profiles: int, value: int, state: str) -> None:
    check = quotas.check_fargate_profiles(profiles, REGION, value, 10)
    assert check
    assert check.state == state
    assert quotas.check_fargate_profiles(0, REGION, 0, 10) is None


@pytest.mark.parametrize(
    "command", [["drain", "--yes"], ["list"], ["status", "abc"], ["observe", "abc"]], ids=lambda one: one[0]
)
@pytest.mark.parametrize("id_", ["", "A1", "a/../b", "a" * 65])
def test_what_is_no_id_of_a_virtual_cluster_is_refused_before_aws_is_asked(
    command: list[str], id_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--virtual-cluster", id_]) == 2
    assert capsys.readouterr().err == (
        f"error: --virtual-cluster: {id_!r}: 1 to 64 of 0-9 and a-z (emr-containers ResourceIdString). "
        "Copy it from the output of submit or list.\n"
    )


ARN = "arn:aws:emr-containers:us-east-1:111122223333:/virtualclusters/0a1b/jobruns/2c3d"


@pytest.mark.parametrize("command", ["status", "cancel", "logs", "observe"])
def test_another_region_than_that_of_the_job_run_s_arn_is_refused(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, ARN, "--region", "eu-west-1"]) == 2
    assert capsys.readouterr().err == (
        "error: --region: 'eu-west-1': the region of JOB-RUN is us-east-1. Leave it out, or name a job run there.\n"
    )
