"""IAM policies of a deployment: what statements are limited to, how they are packed, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import InputError, RuleError
from emr_eks_placement.deployer import DeployerPolicies, deployer_policies
from emr_eks_placement.deployer.statements import Statements, policies, size
from emr_eks_placement.facts.deployment import Condition, grant

Data = dict[str, Any]
BUCKET: Data = {"Type": "AWS::S3::Bucket"}
ROLE: Data = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "ManagedPolicyArns": [
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/service-role/Basic"]]},
            {"Fn::If": ["China", "arn:aws-cn:iam::aws:policy/China", {"Ref": "AWS::NoValue"}]},
        ]
    },
}
FUNCTION: Data = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Role": {"Fn::GetAtt": ["ServiceRole", "Arn"]},
        "Code": {"S3Bucket": {"Fn::Sub": "assets-${AWS::AccountId}-us-east-1"}, "S3Key": "code.zip"},
    },
}
POLICY_OF_A_CUSTOM_BUCKET: Data = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Mine"}}}


def assembly(folder: Path, resources: Data, *, stack: str = "dev-jobs", environment: str = "", **sections: Any) -> Path:
    bootstrap = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role"
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": environment or "aws://unknown-account/us-east-1",
        "properties": {
            "templateFile": "stack.json",
            "stackName": stack,
            "assumeRoleArn": f"{bootstrap}/deploy-${{AWS::Region}}",
            "lookupRole": {"arn": f"{bootstrap}/lookup"},
        },
    }
    uploads = {"region": "us-east-1", "assumeRoleArn": f"{bootstrap}/publish"}
    assets = {"files": {"code": {"destinations": {"here": uploads}}}}
    manifest = {
        "artifacts": {
            "Stack": artifact,
            "Assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
        }
    }
    for name, content in (
        ("manifest.json", manifest),
        ("assets.json", assets),
        ("stack.json", {"Resources": resources, **sections}),
    ):
        (folder / name).write_text(json.dumps(content))
    return folder


def resources_of(made: DeployerPolicies, action: str) -> list[str]:
    return [
        arn
        for policy in made.execution
        for statement in policy["Statement"]
        for arn in statement["Resource"]
        if action in statement["Action"]
    ]


def condition_of(made: DeployerPolicies, action: str) -> Any:
    (found,) = (one for policy in made.execution for one in policy["Statement"] if action in one["Action"])
    return found.get("Condition")


def test_a_generated_name_is_known_by_its_stack(tmp_path: Path) -> None:
    made = deployer_policies(assembly(tmp_path, {"Data": BUCKET}, stack="Dev-jobs"))
    assert resources_of(made, "s3:CreateBucket") == ["arn:aws:s3:::dev-jobs-*"]


def test_of_a_long_stack_name_24_characters_are_sure_to_be_kept(tmp_path: Path) -> None:
    made = deployer_policies(assembly(tmp_path, {"Data": BUCKET}, stack="a-stack-name-of-more--than-24"))
    assert resources_of(made, "s3:CreateBucket") == ["arn:aws:s3:::a-stack-name-of-more-tha*"]


def test_a_given_name_is_the_whole_name(tmp_path: Path) -> None:
    made = deployer_policies(assembly(tmp_path, {"Data": {**BUCKET, "Properties": {"BucketName": "data"}}}))
    assert resources_of(made, "s3:CreateBucket") == ["arn:aws:s3:::data"]


def test_parameters_are_known_by_two_segments_of_their_path(tmp_path: Path) -> None:
    runs = {
        f"Run{number}": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": f"/emr/dev/runs/{number}"}}
        for number in range(2)
    }
    made = deployer_policies(assembly(tmp_path, runs), "111122223333")
    assert resources_of(made, "ssm:PutParameter") == ["arn:aws:ssm:us-east-1:111122223333:parameter/emr/dev/*"]


def test_account_and_partition_are_those_of_the_assembly_by_default(tmp_path: Path) -> None:
    folder = assembly(tmp_path, {"Data": ROLE}, environment="aws://444455556666/cn-north-1")
    assert resources_of(deployer_policies(folder), "iam:CreateRole") == ["arn:aws-cn:iam::444455556666:role/dev-jobs-*"]
    told = resources_of(deployer_policies(folder, "111122223333"), "iam:CreateRole")
    assert told == ["arn:aws-cn:iam::111122223333:role/dev-jobs-*"]


def test_a_role_is_passed_by_its_own_name_and_to_its_service_alone(tmp_path: Path) -> None:
    made = deployer_policies(assembly(tmp_path, {"ServiceRole": ROLE, "Handler": FUNCTION}))
    assert resources_of(made, "iam:PassRole") == ["arn:aws:iam::*:role/dev-jobs-ServiceRole*"]
    assert condition_of(made, "iam:PassRole") == {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}}
    assert resources_of(made, "s3:GetObject") == ["arn:aws:s3:::assets-*-us-east-1/*"]


def test_only_the_policies_of_the_templates_can_be_attached(tmp_path: Path) -> None:
    condition = condition_of(deployer_policies(assembly(tmp_path, {"Job": ROLE})), "iam:AttachRolePolicy")
    attached = [f"arn:aws:iam::*:policy/{name}" for name in ("China", "service-role/Basic")]
    assert condition == {"ArnLike": {"iam:PolicyARN": attached}}


def test_what_a_resource_lacks_allows_nothing(tmp_path: Path) -> None:
    made = deployer_policies(assembly(tmp_path, {"Job": {"Type": "AWS::IAM::Role"}}))
    assert resources_of(made, "iam:CreateRole")
    assert not resources_of(made, "iam:AttachRolePolicy")


def test_ssm_parameters_of_a_template_are_read(tmp_path: Path) -> None:
    version = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/version"}
    made = deployer_policies(assembly(tmp_path, {}, Parameters={"Version": version, "Other": {"Type": "String"}}))
    assert resources_of(made, "ssm:GetParameters") == ["arn:aws:ssm:us-east-1:*:parameter/cdk-bootstrap/version"]


def test_stacks_of_which_outputs_are_taken_are_read(tmp_path: Path) -> None:
    output = {"Fn::GetStackOutput": {"StackName": "dev-other", "OutputName": "Id"}}
    bucket = {**BUCKET, "Properties": {"Tags": [{"Key": "other", "Value": {"Fn::Join": ["", [output, "/"]]}}]}}
    made = deployer_policies(assembly(tmp_path, {"Bucket": bucket}))
    assert resources_of(made, "cloudformation:DescribeStacks") == [
        "arn:aws:cloudformation:us-east-1:*:stack/dev-other/*"
    ]


def test_the_caller_assumes_the_roles_of_the_manifests(tmp_path: Path) -> None:
    (statement,) = deployer_policies(assembly(tmp_path, {}), "111122223333").caller["Statement"]
    roles = [f"arn:aws:iam::111122223333:role/{name}" for name in ("deploy-us-east-1", "lookup", "publish")]
    assert statement == {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}


def test_statements_say_nothing_twice() -> None:
    statements = Statements()
    of_one = Condition("StringEquals", "iam:PassedToService", ("a",))
    of_two = Condition("StringEquals", "iam:PassedToService", ("a", "b"))
    for one in (
        grant("s3", "Get Put", "arn:aws:s3:::{name}/*"),
        grant("s3", "Get", "arn:aws:s3:::{name}/logs/*"),
        grant("iam", "PassRole", "role", condition=of_one),
        grant("iam", "PassRole", "role", condition=of_two),
        grant("s3", "List"),
    ):
        statements.add(one, lambda _: ["data"])
    passed = {"StringEquals": {"iam:PassedToService": ["a", "b"]}}
    assert statements.write() == [
        {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": ["role"], "Condition": passed},
        {"Effect": "Allow", "Action": ["s3:Get", "s3:Put"], "Resource": ["arn:aws:s3:::data/*"]},
        {"Effect": "Allow", "Action": ["s3:List"], "Resource": ["*"]},
    ]


def test_policies_are_filled_to_the_size_that_iam_takes() -> None:
    statement = {"Effect": "Allow", "Action": ["s3:Get"], "Resource": ["a" * 1000]}
    made = policies([statement] * 11)
    assert [len(policy["Statement"]) for policy in made] == [5, 5, 1]
    assert all(size(policy) <= 6144 for policy in made)
    with pytest.raises(RuleError, match="a role has at most 10 managed policies"):
        policies([statement] * 51)


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        (
            {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Resources.Queue.Type = 'AWS::SQS::Queue': the permissions of this resource type are not known",
        ),
        (
            {"Handler": {**FUNCTION, "Properties": {**FUNCTION["Properties"], "Role": {"Fn::ImportValue": "role"}}}},
            'Resources.Handler.Properties.Role = {"Fn::ImportValue": "role"}: what it names is known only at deployment',
        ),
        (
            {"Policy": POLICY_OF_A_CUSTOM_BUCKET, "Mine": {"Type": "Custom::Mine"}},
            "Resources.Policy.Properties.Bucket",
        ),
        (
            {"Custom": {"Type": "Custom::Thing", "Properties": ["no mapping"]}},
            "Resources.Custom.Properties[0] = 'no mapping': must be a mapping",
        ),
    ],
)
def test_what_no_policy_can_be_written_for_is_refused_in_one_line(tmp_path: Path, resources: Data, said: str) -> None:
    with pytest.raises(InputError) as refused:
        deployer_policies(assembly(tmp_path, resources))
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{tmp_path / 'stack.json'}: {said}")


def test_the_command_writes_a_file_a_policy_and_deletes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, policies_ = assembly(tmp_path, {"Data": BUCKET}), tmp_path / "policies"
    policies_.mkdir()
    (policies_ / "execution-2.json").write_text("{}")
    (policies_ / "mine.json").write_text("{}")
    assert main(["deployer-policy", "--assembly", str(folder), "-o", str(policies_)]) == 0
    assert {file.name for file in policies_.iterdir()} == {
        "execution-1.json",
        "execution-2.json",
        "caller.json",
        "mine.json",
    }
    assert (policies_ / "execution-2.json").read_text() == "{}"
    assert json.loads((policies_ / "execution-1.json").read_text()) == deployer_policies(folder).execution[0]
    printed = capsys.readouterr()
    assert printed.out.split() == [str(policies_ / name) for name in ("execution-1.json", "caller.json")]
    assert "execution-2.json does not belong to these policies" in printed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--assembly", "nowhere"], "error: nowhere/manifest.json: can't be read: No such file or directory"),
        (["--account", "11112222333"], "error: --account: '11112222333': an AWS account is 12 digits"),
    ],
)
def test_unusable_input_is_reported_in_one_line_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = assembly(tmp_path, {"Data": BUCKET})
    out = tmp_path / "policies"
    assert main(["deployer-policy", "--assembly", str(folder), "-o", str(out), *arguments]) == 2
    assert capsys.readouterr().err.startswith(said)
    assert not out.exists()
