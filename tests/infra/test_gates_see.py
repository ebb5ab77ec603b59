"""Each gate sees what it is there for: one seeded fault for each, in an app of its own."""

from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

from tests.infra.gates import GATES, Explanation, Finding, synthesize_examined, unexplained, unneeded
from tests.infra.synthesized import Synthesized, cli_context

ROLE = "arn:aws:iam::111122223333:role/example"

# Gate -> rule, construct and what the rule names.
SEEDED = {
    "CloudFormation Validate": ("W3030", "faults/Bucket", ""),
    "Construct Annotations": ("Annotation::example:warning", "faults", ""),
    "cdk-preflight": ("pf-elbv2-lb-idle-timeout-range", "faults/LoadBalancer", ""),
    "AwsSolutions": ("AwsSolutions-IAM5", "faults/Policy", "Resource::*"),
    "cfn-lint": ("E3030", "faults/Bucket", ""),
    "checkov": ("CKV_AWS_3", "faults/Volume", ""),
    "iam-actions": ("unknown-action", "faults/Policy", "s3:GetObjekt"),
    "kubectl": ("other-version", "faults/Layer/Resource", "1.35"),
    "instance-types": ("not-in-region", "faults/Nodes", "m6i.hugest"),
    "volumes": ("not-encrypted", "faults/LaunchTemplate", "/dev/xvda"),
    "clusters": ("no-audit-log", "faults/Cluster", ""),
}


def add_faults(stack: cdk.Stack) -> None:
    cdk.Annotations.of(stack).add_warning_v2("example:warning", "A warning")
    speed = s3.CfnBucket.AccelerateConfigurationProperty(acceleration_status="Fast")
    s3.CfnBucket(stack, "Bucket", access_control="PublicRead", accelerate_configuration=speed)
    timeout = {"key": "idle_timeout.timeout_seconds", "value": "5000"}
    elb.CfnLoadBalancer(stack, "LoadBalancer", load_balancer_attributes=[timeout], subnets=["subnet-1", "subnet-2"])
    ec2.CfnVolume(stack, "Volume", availability_zone="us-east-1a", size=10, encrypted=False)
    volume = {"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20}}
    ec2.CfnLaunchTemplate(stack, "LaunchTemplate", launch_template_data={"blockDeviceMappings": [volume]})
    statement = iam.PolicyStatement(actions=["s3:GetObject", "s3:GetObjekt", "s3:Put*"], resources=["*"])
    document = iam.PolicyDocument(statements=[statement])
    iam.CfnPolicy(stack, "Policy", policy_name="reads", policy_document=document, roles=["example"])
    network = eks.CfnCluster.ResourcesVpcConfigProperty(subnet_ids=["subnet-1", "subnet-2"])
    eks.CfnCluster(stack, "Cluster", role_arn=ROLE, version="1.34", resources_vpc_config=network)
    KubectlV35Layer(stack, "Layer")
    types = ["m6i.large", "m6i.hugest"]
    eks.CfnNodegroup(stack, "Nodes", cluster_name="example", node_role=ROLE, subnets=["subnet-1"], instance_types=types)


@pytest.fixture(scope="module")
def faulty(dev: Synthesized, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    folder = tmp_path_factory.mktemp("faulty")
    app = cdk.App(outdir=str(folder), context=cli_context(), analytics_reporting=False)
    add_faults(cdk.Stack(app, "dev-faults", env=cdk.Environment(region="us-east-1")))
    synthesize_examined(app)
    return Synthesized(dev.environment, dev.stacks, folder)


def test_every_gate_has_a_seeded_fault() -> None:
    assert SEEDED.keys() == GATES.keys()


@pytest.mark.parametrize("gate", GATES)
def test_the_gate_sees_its_fault(gate: str, faulty: Synthesized) -> None:
    rule, at, of = SEEDED[gate]
    found = list(GATES[gate]([faulty]))
    assert (gate, rule, at, of) in [(one.gate, one.rule, one.at, one.of) for one in found], found
    assert unexplained(found)


def test_a_cluster_without_choices_is_open_to_any_network(faulty: Synthesized) -> None:
    assert "endpoint-open-to-any-network" in [found.rule for found in GATES["clusters"]([faulty])]


def test_actions_that_exist_pass(faulty: Synthesized) -> None:
    assert [found.of for found in GATES["iam-actions"]([faulty])] == ["s3:GetObjekt"]


def test_actions_are_read_from_policies_as_text(dev: Synthesized, tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), context=cli_context(), analytics_reporting=False)
    stack = cdk.Stack(app, "dev-faults")
    text = '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentities"}]}'
    iam.CfnRole(stack, "Role", assume_role_policy_document=cdk.Fn.sub(text))
    app.synth()
    found = GATES["iam-actions"]([Synthesized(dev.environment, dev.stacks, tmp_path)])
    assert [one.of for one in found] == ["sts:AssumeRoleWithWebIdentities"]


FINDING = Finding("gate", "rule", "platform/Bucket", "Resource::*", "Something")
EXPLANATION = Explanation("gate", "rule", "platform/Bucket", "A reason", r"Resource::\*")


def test_an_explained_finding_passes() -> None:
    assert unexplained([FINDING], [EXPLANATION]) == []
    assert unneeded([EXPLANATION], [FINDING]) == []


@pytest.mark.parametrize("other", [{"gate": "other"}, {"rule": "other"}, {"at": "platform/Buckets"}, {"of": ""}])
def test_an_explanation_is_for_nothing_else(other: dict[str, str]) -> None:
    finding = replace(FINDING, **other)
    assert unexplained([finding], [EXPLANATION]) == [finding]
    assert unneeded([EXPLANATION], [finding]) == [EXPLANATION]
