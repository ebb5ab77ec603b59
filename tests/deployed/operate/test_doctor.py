"""emr-placement doctor of a deployed environment: all is well; then one thing is broken, and reported with its fix."""

import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emr_eks_placement.checks import DEPLOYMENT_CHECKS
from emr_eks_placement.checks.deployment.requirements import objects_of
from emr_eks_placement.cli.main import main
from local.aws.ministack import state
from local.aws.ministack.settings import enforcing_iam
from local.cdk import ROOT
from tests.deployed.operate.conftest import FILE, Deployed
from tests.unit.json_output import check_output

if TYPE_CHECKING:
    from types_boto3_eks.type_defs import AccessScopeTypeDef

Breaks = Callable[[Deployed], AbstractContextManager[None]]
EMR_ENTRY = (
    "arn:aws:iam::000000000000:role/aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers"
)
JOB_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEMRJobPolicy"


@pytest.fixture(scope="module", autouse=True)
def well(deployed: Deployed) -> Iterator[None]:
    """With a quota that the node groups can grow in."""
    quotas = deployed.aws.service_quotas.applied
    quotas["ec2", "L-34B43A08"] = 80
    yield
    del quotas["ec2", "L-34B43A08"]


def _findings(capsys: pytest.CaptureFixture[str], *options: str, status: int = 1) -> list[dict[str, str]]:
    """Those that are not ok."""
    assert main(["doctor", "-e", FILE, "--output", "json", *options]) == status
    checks: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    check_output("checks", checks)
    return [check for check in checks if check["state"] != "ok"]


def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "-e", FILE]) == 0
    assert capsys.readouterr().out == f"{len(DEPLOYMENT_CHECKS)} ok\n"
    assert main(["doctor", "-e", FILE, "-v"]) == 0
    *lines, _counts = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"ok {name}" for name in DEPLOYMENT_CHECKS], "and nothing to fix"


def test_the_page_shows_what_is_printed(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", (ROOT / "docs/doctor.md").read_text(), re.DOTALL)
    command, *shown = block.splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    group = state.node_group(_cluster(deployed), _node_group(deployed, "spark-drivers"))
    assert group
    monkeypatch.setitem(group["scalingConfig"], "maxSize", 2)
    assert main(shlex.split(command)[2:]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [_without_ids(line) for line in printed] == [_without_ids(line) for line in shown]


def _without_ids(line: str) -> str:
    """With the same random part in every name of CloudFormation's."""
    return re.sub(r"(?<=-)[0-9A-F]{12,13}\b", "0123456789ABC", line)


@contextmanager
def _no_pod_template(deployed: Deployed) -> Iterator[None]:
    s3, uri = deployed.session.client("s3"), _pod_template(deployed)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    yield
    s3.put_object(Bucket=bucket, Key=key, Body=content)


@contextmanager
def _trust_of_another_namespace(deployed: Deployed) -> Iterator[None]:
    with _trust(deployed, deployed.outputs["SparkExecutionRoleArn"], "spark-jobs", "spark-other"):
        yield


@contextmanager
def _trust_of_another_service(deployed: Deployed) -> Iterator[None]:
    role = next(arn for arn, kind in _roles(deployed).items() if kind == "FARGATE_LINUX")
    with _trust(deployed, role, "eks-fargate-pods", "eks"):
        yield


@contextmanager
def _no_policy(deployed: Deployed) -> Iterator[None]:
    iam, role = deployed.session.client("iam"), deployed.outputs["SparkExecutionRoleArn"].rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    yield
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


@contextmanager
def _other_policy(deployed: Deployed, text: str, other: str) -> Iterator[None]:
    iam, role = deployed.session.client("iam"), deployed.outputs["SparkExecutionRoleArn"].rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    assert text in document
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document.replace(text, other))
    yield
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)


def _no_list_of_job_files(deployed: Deployed) -> AbstractContextManager[None]:
    return _other_policy(deployed, '"job-files/spark/*"', '"other/*"')


def _no_parts_of_uploads(deployed: Deployed) -> AbstractContextManager[None]:
    return _other_policy(deployed, '"s3:AbortMultipartUpload", ', "")


def _no_folder_itself(deployed: Deployed) -> AbstractContextManager[None]:
    return _other_policy(deployed, '"data/spark"', '"data/other"')


@contextmanager
def _no_access_entry(deployed: Deployed) -> Iterator[None]:
    """Of the nodes."""
    eks, name = deployed.session.client("eks"), _cluster(deployed)
    arn = next(arn for arn, kind in _roles(deployed).items() if kind == "EC2_LINUX")
    eks.delete_access_entry(clusterName=name, principalArn=arn)
    yield
    eks.create_access_entry(clusterName=name, principalArn=arn, type="EC2_LINUX")


@contextmanager
def _emr_by_aws_auth_alone(deployed: Deployed) -> Iterator[None]:
    """As where CloudFormation hands no rights on."""
    eks, name = deployed.session.client("eks"), _cluster(deployed)
    eks.delete_access_entry(clusterName=name, principalArn=EMR_ENTRY)
    yield
    eks.create_access_entry(clusterName=name, principalArn=EMR_ENTRY)
    scope: AccessScopeTypeDef = {"type": "namespace", "namespaces": ["spark-jobs"]}
    eks.associate_access_policy(clusterName=name, principalArn=EMR_ENTRY, policyArn=JOB_POLICY, accessScope=scope)


@contextmanager
def _nobody_maps_emr(deployed: Deployed) -> Iterator[None]:
    with _emr_by_aws_auth_alone(deployed), _map_roles(deployed, "[]"):
        yield


@contextmanager
def _emr_without_a_role(deployed: Deployed) -> Iterator[None]:
    (role,) = (one for one in deployed.kubernetes.objects("roles", "spark-jobs"))
    with _emr_by_aws_auth_alone(deployed):
        deployed.kubernetes.delete("roles", "emr-containers", "spark-jobs")
        yield
    deployed.kubernetes.create(role)


@contextmanager
def _map_roles(deployed: Deployed, text: str) -> Iterator[None]:
    (config_map,) = deployed.kubernetes.objects("configmaps", "kube-system")

    def written(text: str) -> None:
        change = {"mapRoles": text}
        deployed.kubernetes.update("configmaps", "aws-auth", "kube-system", lambda one: one["data"].update(change))

    written(text)
    yield
    written(config_map["data"]["mapRoles"])


@contextmanager
def _another_label(deployed: Deployed) -> Iterator[None]:
    """In the record of the local AWS, which has no UpdateNodegroupConfig."""
    record = state.node_group(_cluster(deployed), _node_group(deployed, "spark-drivers"))
    assert record
    labels, record["labels"] = record["labels"], {"workload": "spark-drivers"}
    yield
    record["labels"] = labels


@contextmanager
def _degraded_node_group(deployed: Deployed) -> Iterator[None]:
    record = state.node_group(_cluster(deployed), _node_group(deployed, "system"))
    assert record
    record["status"] = "DEGRADED"
    record["health"]["issues"].append({"code": "AccessDenied", "message": "no", "resourceIds": ["arn:role"]})
    yield
    record["status"] = "ACTIVE"
    record["health"]["issues"].clear()


@contextmanager
def _another_definition(deployed: Deployed) -> Iterator[None]:
    ssm, name = deployed.session.client("ssm"), "/emr-eks-placement/local/job-runs/trip-count/ec2"
    definition = deployed.definition("ec2")
    changed = {**definition, "releaseLabel": "emr-7.11.0-latest"}
    ssm.put_parameter(Name=name, Value=json.dumps(changed), Type="String", Overwrite=True)
    yield
    ssm.put_parameter(Name=name, Value=json.dumps(definition), Type="String", Overwrite=True)


@contextmanager
def _public_bucket(deployed: Deployed) -> Iterator[None]:
    s3, bucket = deployed.session.client("s3"), deployed.bucket
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=bucket)
    yield
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=blocks)


@contextmanager
def _no_oidc_provider(deployed: Deployed) -> Iterator[None]:
    iam = deployed.session.client("iam")
    (arn,) = [one["Arn"] for one in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
    found = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    yield
    iam.create_open_id_connect_provider(Url=f"https://{found['Url']}", ClientIDList=found["ClientIDList"])


@contextmanager
def _no_log_group(deployed: Deployed) -> Iterator[None]:
    logs, name = deployed.session.client("logs"), deployed.outputs["SparkLogGroupName"]
    logs.delete_log_group(logGroupName=name)
    yield
    logs.create_log_group(logGroupName=name)


@contextmanager
def _few_addresses(deployed: Deployed) -> Iterator[None]:
    eks, name = deployed.session.client("eks"), _cluster(deployed)
    group = eks.describe_nodegroup(clusterName=name, nodegroupName=_node_group(deployed, "system"))["nodegroup"]
    records = [record for one in group["subnets"] if (record := state.subnet(one))]
    (record,) = [one for one in records if one["AvailabilityZone"] == "us-east-1a"]
    free, record["AvailableIpAddressCount"] = record["AvailableIpAddressCount"], 2
    yield
    record["AvailableIpAddressCount"] = free


@pytest.mark.parametrize(
    ("breaks", "check", "found", "mend"),
    [
        (_no_pod_template, "files missing", "there is no s3://", "aws s3 cp definitions/pod-templates/spark/"),
        (_trust_of_another_namespace, "execution-roles missing", "spark-jobs", "update-role-trust-policy"),
        (_trust_of_another_service, "pod-execution-role missing", "eks-fargate-pods", "update-assume-role-policy"),
        (
            _no_list_of_job_files,
            "permissions missing",
            "with the prefix job-files/spark/",
            "Allow it in a policy of the role",
        ),
        (
            _no_parts_of_uploads,
            "permissions missing",
            "is not allowed s3:AbortMultipartUpload on",
            "Allow it in a policy",
        ),
        (_no_folder_itself, "permissions missing", "with the prefix data/spark", "Allow it in a policy of the role"),
        (_no_policy, "permissions missing", "is not allowed s3:GetObject on", "Allow it in a policy of the role"),
        (_no_access_entry, "access-entries warning", "has no access entry of type EC2_LINUX", "create-access-entry"),
        (
            _nobody_maps_emr,
            "emr-access missing",
            "is mapped to nobody, not to emr-containers",
            "Map it again: eksctl create iamidentitymapping",
        ),
        (
            _emr_without_a_role,
            "emr-access missing",
            "(Unauthorized to perform read namespace on (spark-jobs)): no Role lets",
            "eksctl create iamidentitymapping",
        ),
        (
            _another_label,
            "capacity warning",
            'node_groups.spark-drivers: labels is {"workload": "spark-drivers"}, the file has {"workload": "spark-driver"}',
            "aws eks update-nodegroup-config",
        ),
        (
            _degraded_node_group,
            "node-groups missing",
            "DEGRADED: AccessDenied: no (arn:role)",
            "Fix the reported issue",
        ),
        (
            _another_definition,
            "definitions warning",
            "releaseLabel is 'emr-7.11.0-latest', not",
            "aws ssm put-parameter",
        ),
        (_public_bucket, "bucket warning", "does not block all public access", "aws s3api put-public-access-block"),
        (_no_oidc_provider, "oidc-provider missing", "IAM has no arn:aws:iam::", "associate-iam-oidc-provider"),
        (_no_log_group, "log-groups missing", "there is no log group", "aws logs create-log-group"),
        (
            _few_addresses,
            "addresses missing",
            "the subnets of us-east-1a have 2 free addresses, trip-count in",
            "Add subnets",
        ),
    ],
)
def test_what_is_broken_is_found_alone_and_not_any_more_when_fixed(
    deployed: Deployed,
    capsys: pytest.CaptureFixture[str],
    breaks: Breaks,
    check: str,
    found: str,
    mend: str,
) -> None:
    with breaks(deployed):
        findings = _findings(capsys)
    assert {f"{one['name']} {one['state']}" for one in findings} == {check}
    assert any(found in one["found"] for one in findings), findings
    assert all(mend in one["mend"] for one in findings)


def test_emr_gets_in_by_aws_auth_as_well(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    with _emr_by_aws_auth_alone(deployed):
        assert not _findings(capsys, status=0)


def test_what_was_fixed_is_well_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert not _findings(capsys, status=0)


def test_a_denied_read_reports_the_missing_permission(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    iam = deployed.session.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    lines = (f"aws_access_key_id = {key['AccessKeyId']}", f"aws_secret_access_key = {key['SecretAccessKey']}")
    (tmp_path / "credentials").write_text("\n".join(["[nobody]", *lines, ""]))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with enforcing_iam():
        findings = {one["name"]: one for one in _findings(capsys, "--profile", "nobody")}
        assert _findings(capsys, "--profile", "nobody", "--fail-on", "missing", status=0)
    assert set(findings) == set(DEPLOYMENT_CHECKS) - {"account"}
    assert {one["state"] for one in findings.values()} == {"not checked"}
    assert "cloudformation:DescribeStacks" in findings["stacks"]["mend"]
    assert "cloudformation:ListStackResources" in findings["cluster"]["mend"]


def _cluster(deployed: Deployed) -> str:
    (name,) = deployed.session.client("eks").list_clusters()["clusters"]
    return name


def _node_group(deployed: Deployed, name: str) -> str:
    """What EKS calls a node group of the file."""
    eks, cluster = deployed.session.client("eks"), _cluster(deployed)
    for group in eks.list_nodegroups(clusterName=cluster)["nodegroups"]:
        described = eks.describe_nodegroup(clusterName=cluster, nodegroupName=group)["nodegroup"]
        if described["tags"]["Name"] == name:
            return group
    raise AssertionError(name)


def _roles(deployed: Deployed) -> dict[str, str]:
    """Of nodes and Fargate: ARN -> type of access entry."""
    eks, name = deployed.session.client("eks"), _cluster(deployed)
    group = _node_group(deployed, "system")
    node_role = eks.describe_nodegroup(clusterName=name, nodegroupName=group)["nodegroup"]["nodeRole"]
    profile, *_ = eks.list_fargate_profiles(clusterName=name)["fargateProfileNames"]
    described = eks.describe_fargate_profile(clusterName=name, fargateProfileName=profile)["fargateProfile"]
    return {node_role: "EC2_LINUX", described["podExecutionRoleArn"]: "FARGATE_LINUX"}


def _pod_template(deployed: Deployed) -> str:
    return next(one for one in objects_of(deployed.definition("pinned-driver"), "") if "/pod-templates/" in one)


@contextmanager
def _trust(deployed: Deployed, role_arn: str, old: str, new: str) -> Iterator[None]:
    """The role's trust policy with another text."""
    iam, role = deployed.session.client("iam"), role_arn.rpartition("/")[2]
    policy: Any = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    text = json.dumps(policy)
    assert old in text
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=text.replace(old, new))
    yield
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=text)
