"""The mapping of EMR's role in aws-auth: what its function may do, what it waits for, and where there is none."""

from pathlib import Path

import aws_cdk as cdk
import pytest

from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.synthesized import Synthesized, cli_context
from tests.infra.test_existing import CLUSTER, VPC

KIND = "Custom::EmrIdentityMapping"


def synthesized_with(folder: Path, **parts: object) -> Synthesized:
    environment = changed_environment(folder, **parts)
    app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    app.synth()
    return Synthesized(environment, stacks, folder / "cdk.out")


def test_the_function_may_call_the_kubectl_handler_and_nothing_else(dev: Synthesized) -> None:
    ((_, mapping),) = dev.of_type(KIND).items()
    properties = mapping["Properties"]
    handler = properties["KubectlHandler"]
    _, policy = dev.at("EmrIdentityMapping/Function/ServiceRole/DefaultPolicy/Resource", "AWS::IAM::Policy")
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement == {"Action": "lambda:InvokeFunction", "Effect": "Allow", "Resource": handler}
    assert "KubectlProviderHandler" in handler["Fn::GetAtt"][0]
    assert properties["Username"] == "emr-containers"
    role = ":role/AWSServiceRoleForAmazonEMRContainers"  # without its path: aws-auth knows none
    assert properties["RoleArn"]["Fn::Join"][1] == [
        "arn:",
        {"Ref": "AWS::Partition"},
        ":iam::",
        {"Ref": "AWS::AccountId"},
        role,
    ]


def test_the_mapping_waits_for_the_handlers_way_in(dev: Synthesized) -> None:
    ((_, mapping),) = dev.of_type(KIND).items()
    assert any("KubectlReadyBarrier" in name for name in mapping["DependsOn"])
    assert dev.path_of(next(iter(dev.of_type(KIND)))).startswith("platform/"), "so before any virtual cluster"


@pytest.mark.parametrize(("way", "mappings"), [("aws-auth", 1), ("cloudformation", 0)])
def test_an_existing_cluster_is_mapped_only_if_its_environment_sets_it(tmp_path: Path, way: str, mappings: int) -> None:
    made = synthesized_with(tmp_path, network=VPC, cluster={**CLUSTER, "emr_access": way})
    assert len(made.of_type(KIND)) == mappings
    assert len(made.of_type("AWS::Lambda::Function")) == 3 + mappings
    for mapping in made.of_type(KIND).values():
        (entry,) = made.of_type("AWS::EKS::AccessEntry")
        assert entry in mapping["DependsOn"]
