"""emr-placement check-account against the local AWS: what is read, and what is reported when it can't be."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.checks import ACCOUNT_CHECKS as ALL_CHECKS
from emr_eks_placement.checks.account.rules import BOOTSTRAP_PARAMETER, SERVICE_LINKED_ROLES, SPOT_ROLE
from emr_eks_placement.cli.main import main
from local.aws.ministack.settings import enforcing_iam
from tests.changed_environment import changed_environment
from tests.local.reading import ROOT, Account
from tests.unit.json_output import check_output

CHECKS = tuple(
    name for name in ALL_CHECKS if name != "existing" and not name.startswith("given-")
)  # dev creates everything
DEV = str(Path(__file__).parents[2] / "environments/dev.yaml")

Checked = Callable[..., tuple[int, dict[str, dict[str, str]]]]


@pytest.fixture
def checked(account: Account, capsys: pytest.CaptureFixture[str]) -> Checked:
    assert account

    def check(*options: str, file: str = DEV, profile: str = ROOT) -> tuple[int, dict[str, dict[str, str]]]:
        code = main(["check-account", "-e", file, "--output", "json", "--profile", profile, *options])
        found = json.loads(capsys.readouterr().out)
        check_output("checks", found)
        return code, {check["name"]: check for check in found}

    return check


@pytest.fixture
def prepared(account: Account) -> Iterator[None]:
    """The CDK's bootstrap stack and the service-linked roles, as far as they are looked at and not there already."""
    ssm, iam = account.aws.client("ssm"), account.aws.client("iam")
    there = {role["RoleName"] for role in iam.list_roles()["Roles"]}
    roles = [role for role in (*SERVICE_LINKED_ROLES.values(), SPOT_ROLE[1]) if role not in there]
    ssm.put_parameter(Name=BOOTSTRAP_PARAMETER, Value="30", Type="String")
    for role in roles:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    yield
    ssm.delete_parameter(Name=BOOTSTRAP_PARAMETER)
    for role in roles:
        iam.delete_role(RoleName=role)


def test_an_empty_account_lacks_the_bootstrap_stack_and_the_spot_role(checked: Checked) -> None:
    code, checks = checked()
    assert code == 1
    assert tuple(checks) == CHECKS
    assert {name: check["state"] for name, check in checks.items() if check["state"] != "ok"} == {
        "service-linked-roles": "warning",
        "cdk-bootstrap": "missing",
    }
    assert checked("--fail-on", "missing")[0] == 1
    code, checks = checked("--fail-on", "missing", "--ignore", "cdk-bootstrap")
    assert code == 0
    assert "cdk-bootstrap" not in checks


@pytest.mark.usefixtures("prepared")
def test_a_prepared_account_has_all(checked: Checked, capsys: pytest.CaptureFixture[str]) -> None:
    code, checks = checked()
    assert code == 0, checks
    assert main(["check-account", "-e", DEV, "--profile", ROOT]) == 0
    assert capsys.readouterr().out == f"{len(CHECKS)} ok\n"
    assert main(["check-account", "-e", DEV, "--profile", ROOT, "--verbose"]) == 0
    *lines, _counts = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"ok {name}" for name in CHECKS], "and nothing to fix"


@pytest.mark.usefixtures("prepared")
def test_a_granted_quota_counts_and_not_the_default(checked: Checked, account: Account) -> None:
    applied = account.aws.server.service_quotas.applied
    applied["fargate", "L-3032A538"] = 4
    try:
        code, checks = checked("--fail-on", "missing")
    finally:
        applied.clear()
    assert code == 1
    assert checks["fargate-vcpus"]["state"] == "missing"
    assert checks["fargate-vcpus"]["found"].startswith("4 Fargate On-Demand vCPU allowed")


def test_a_taken_role_name_is_reported(checked: Checked, account: Account) -> None:
    iam, name = account.aws.client("iam"), "dev-us-east-1-spark-3f71b4b4"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    try:
        _code, checks = checked()
    finally:
        iam.delete_role(RoleName=name)
    assert checks["role-names"]["state"] == "missing"


def test_what_the_environment_is_given_is_looked_for(
    checked: Checked, account: Account, cluster: dict[str, str], tmp_path: Path
) -> None:
    subnets = {"us-east-1a": cluster["Private"], "us-east-1b": cluster["Public"]}
    oidc_provider = "arn:aws:iam::000000000000:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A"
    given = {
        "name": "spark",
        "oidc_provider_arn": oidc_provider,
        "endpoint_access": "public",
        "emr_access": "cloudformation",
    }
    settings: dict[str, Any] = {
        "network": {"vpc_id": cluster["VpcId"], "subnets": subnets, "cidr": None, "nat_gateways": None},
        "cluster": given,
        "bucket": {"name": "somebody-elses"},
    }
    changed_environment(tmp_path, **settings)
    file = str(tmp_path / "changed.yaml")
    _code, checks = checked(file=file)
    assert checks["existing"]["found"] == "there is no bucket somebody-elses"
    account.aws.client("s3").create_bucket(Bucket="somebody-elses")
    try:
        _code, checks = checked(file=file)
    finally:
        account.aws.client("s3").delete_bucket(Bucket="somebody-elses")
    assert checks["existing"]["state"] == "ok"
    for name in ("vpcs", "elastic-ips", "eks-clusters"):
        assert checks[name]["found"].endswith(", 0 more needed")
    absent = {"us-east-1a": "subnet-00000000", "us-east-1b": cluster["Private"]}
    settings |= {"network": {**settings["network"], "subnets": absent}, "cluster": {**given, "name": "gone"}}
    changed_environment(tmp_path, **settings)
    _code, checks = checked(file=file)
    assert checks["existing"]["state"] == "missing"
    assert checks["existing"]["found"] == (
        f"there is no subnet subnet-00000000; {cluster['Private']} is in {cluster['VpcId']} and us-east-1a, "
        f"not in {cluster['VpcId']} and us-east-1b; there is no EKS cluster gone; there is no bucket somebody-elses"
    )


def test_elastic_ips_in_use_count(checked: Checked, account: Account) -> None:
    ec2 = account.aws.client("ec2")
    addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(5)]
    try:
        _code, checks = checked()
    finally:
        for address in addresses:
            ec2.release_address(AllocationId=address)
    assert checks["elastic-ips"]["state"] == "missing"


def test_another_account_is_reported(checked: Checked, tmp_path: Path) -> None:
    text = Path(DEV).read_text().partition("\njobs:")[0]
    file = tmp_path / "dev.yaml"
    file.write_text(f'{text}\naccount: "111122223333"\n')
    code, checks = checked(file=str(file))
    assert code == 1
    assert checks["account"]["state"] == "missing"


def test_what_is_denied_is_not_checked(checked: Checked, user: Callable[..., str]) -> None:
    name = user("ec2:DescribeVpcs", "ec2:DescribeRegions")
    with enforcing_iam():
        code, checks = checked("--fail-on", "missing", profile=name)
    assert code == 0
    states: dict[str, Any] = {}
    for check in checks.values():
        states.setdefault(check["state"], set()).add(check["name"])
    assert states["ok"] == {"account", "region"}
    assert states["not checked"] == set(CHECKS) - {"account", "region"}
    denied = {check["mend"].removesuffix(", or name another profile") for check in checks.values()} - {""}
    assert denied == {
        "Allow cloudformation:ListStackResources",
        "Allow ec2:DescribeAddresses",
        "Allow ec2:DescribeAvailabilityZones",
        "Allow ec2:DescribeInstanceTypeOfferings",
        "Allow eks:ListClusters",
        "Allow emr-containers:ListVirtualClusters",
        "Allow iam:GetRole",
        "Allow servicequotas:GetServiceQuota",
        "Allow ssm:GetParameter",
    }
    with enforcing_iam():
        assert checked(profile=name)[0] == 1, "what is not checked counts as a warning"


def test_unusable_credentials_are_one_line(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    account.add_profile("gone", aws_access_key_id="AKIAGONE", aws_secret_access_key="no")  # noqa: S106 - no secret
    with enforcing_iam():
        assert main(["check-account", "-e", DEV, "--profile", "gone"]) == 2
        captured = capsys.readouterr()
        assert main(["drain", "-e", DEV, "--profile", "gone"]) == 2
    assert captured.out == ""
    assert captured.err.startswith("error: AWS credentials: sts:GetCallerIdentity was refused: ")
    assert len(captured.err.splitlines()) == 1
    assert capsys.readouterr().err == captured.err


def test_drain_refuses_another_account(account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert account
    text = Path(DEV).read_text().partition("\njobs:")[0]
    file = tmp_path / "dev.yaml"
    file.write_text(f'{text}\naccount: "111122223333"\n')
    assert main(["drain", "-e", str(file), "--profile", ROOT]) == 2
    assert capsys.readouterr().err == (
        f"error: {file}: account = '111122223333': the environment's account, but the credentials are of 000000000000 "
        "(sts:GetCallerIdentity). Name the other account's profile (AWS_PROFILE).\n"
    )


def test_drain_without_a_region_is_one_line(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert account
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert main(["drain", "--virtual-cluster", "abc", "--profile", ROOT]) == 2
    assert capsys.readouterr().err == (
        "error: AWS settings: no region is set. Name one (AWS_REGION), or set it in the profile.\n"
    )


def test_drain_of_an_unknown_virtual_cluster(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert account
    command = ["drain", "--virtual-cluster", "abc", "--profile", ROOT, "--region", "us-east-1"]
    assert main(command) == 2
    assert capsys.readouterr().err == (
        "error: virtual cluster abc: us-east-1 has no virtual cluster of this id (emr-containers:ListJobRuns). "
        "Check the id, the region and the account.\n"
    )


def test_drain_reports_that_nothing_is_deployed_where_others_refuse(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes before the stacks are deleted, and may be repeated; but credentials of another account show."""
    assert account
    assert main(["drain", "-e", DEV, "--profile", ROOT]) == 0
    captured = capsys.readouterr()
    assert captured.out == "0 active job runs in 0 virtual clusters\n"
    why = f"{DEV}: us-east-1 has no virtual cluster of this environment (cloudformation:ListStackResources)"
    assert captured.err == f"note: {why}\n"
    assert main(["list", "-e", DEV, "--profile", ROOT]) == 2
    assert capsys.readouterr().err == f"error: {why}. Deploy it, or name its account.\n"


@pytest.mark.parametrize(
    "command", [["list"], ["status", "abc"], ["submit", "trip-count", "--mode", "fargate"], ["smoke-test"]]
)
def test_other_commands_refuse_another_account_too(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert account
    file = tmp_path / "dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(Path(DEV).parents[1] / "assets"))
        + f"\nshared_folders: [{Path(DEV).parents[1]}]\n"
    )
    file.write_text(f'{text}\naccount: "111122223333"\n')
    assert main([*command, "-e", str(file), "--profile", ROOT]) == 2
    assert "account = '111122223333': the environment's account, but the credentials are of " in capsys.readouterr().err
