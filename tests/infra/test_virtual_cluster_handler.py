"""Virtual clusters created by the package's function: what it may do, and that all else is as with CloudFormation's own."""

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from emr_eks_placement.assembly import read_assembly
from emr_eks_placement.facts.emr import OWNER_TAG
from emr_eks_placement.infra.functions.emr_access import virtual_clusters
from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.synthesized import Synthesized, cli_context

KIND, NATIVE = "Custom::EmrVirtualCluster", "AWS::EMRContainers::VirtualCluster"
TEAMS: dict[str, Any] = {
    "tags": {"team": "data"},
    "virtual_clusters": {"spark": {"namespace": "spark-jobs"}, "b": {"namespace": "spark-b"}, "c": {"namespace": "c"}},
}


def synthesized_with(folder: Path, way: str) -> Synthesized:
    folder.mkdir()
    environment = changed_environment(folder, cluster={"emr_access": way}, **TEAMS)
    app = cdk.App(outdir=str(folder / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    reader = iam.Role(stacks.virtual_clusters, "Pipeline", assumed_by=iam.AccountRootPrincipal())
    stacks.virtual_clusters.virtual_clusters["spark"].grant_cancel_job_run(reader)
    app.synth()
    return Synthesized(environment, stacks, folder / "cdk.out")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesized_with(tmp_path_factory.mktemp("handler") / "handler", "handler")


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesized_with(tmp_path_factory.mktemp("native") / "native", "aws-auth")


def test_they_are_of_one_function_and_have_the_properties_and_tags_of_cloudformation_s_own(
    made: Synthesized, native: Synthesized
) -> None:
    assert not made.of_type(NATIVE) and not native.of_type(KIND)
    assert not made.of_type("Custom::EmrIdentityMapping")
    functions = [one.of_type("AWS::Lambda::Function") for one in (made, native)]
    assert len(functions[0]) == len(functions[1])
    assert len({str(one["ServiceToken"]) for one in made.properties(KIND)}) == 1
    for mine, theirs in zip(made.properties(KIND), native.properties(NATIVE), strict=True):
        assert {key: mine[key] for key in ("Name", "ContainerProvider")}.items() <= theirs.items()
        assert mine["Tags"] == made.environment.tags, "CloudFormation gives its own the tags of the stack"


def test_the_function_tags_with_the_name_that_its_role_knows() -> None:
    assert virtual_clusters.OWNER_TAG == OWNER_TAG


def test_they_wait_for_their_namespace_and_for_each_other(made: Synthesized) -> None:
    ids = list(made.of_type(KIND))
    for name in made.environment.virtual_clusters:
        namespace, _ = made.at(f"{name}/Namespace/Resource/Default", "Custom::AWSCDK-EKS-KubernetesResource")
        _, virtual_cluster = made.at(f"{name}/Resource/Default", KIND)
        assert namespace in virtual_cluster["DependsOn"]
    waits = [set(one["DependsOn"]) & set(ids) for one in made.of_type(KIND).values()]
    assert waits == [set(), *({one} for one in ids[:-1])]


def test_outputs_and_grants_name_the_function_s_virtual_cluster(made: Synthesized) -> None:
    template = made.templates[f"{made.environment.name}-virtual-clusters"]
    id_, _ = made.at("spark/Resource/Default", KIND)
    assert template["Outputs"]["SparkVirtualClusterId"]["Value"] == {"Ref": id_}
    policies = Template.from_json(template).find_resources("AWS::IAM::Policy")
    (granted,) = (one for name, one in policies.items() if name.startswith("Pipeline"))
    (statement,) = granted["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Resource"][0] == {"Fn::GetAtt": [id_, "Arn"]}


def test_the_function_has_exactly_the_rights_of_emr_s_guide_to_create_a_virtual_cluster(
    made: Synthesized,
) -> None:
    path = "VirtualClusterHandler/Function/ServiceRole/DefaultPolicy/Resource"
    _, policy = made.at(path, "AWS::IAM::Policy")
    found = {
        action: (_flat(one["Resource"]), one.get("Condition"))
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    cluster, entry = "cluster/CLUSTER", "access-entry/CLUSTER/role/ACCOUNT/AWSServiceRoleForAmazonEMRContainers/*"
    service = {"StringEquals": {"iam:AWSServiceName": ["emr-containers.amazonaws.com"]}}
    own = {"StringLike": {f"aws:ResourceTag/{OWNER_TAG}": [{"Fn::Join": ["", [{"Ref": "AWS::StackName"}, "/*"]]}]}}
    linked = "arn:PARTITION:iam::ACCOUNT:role/aws-service-role/emr-containers.amazonaws.com/*"
    emr = "arn:PARTITION:emr-containers:REGION:ACCOUNT:/virtualclusters/*"
    eks = "arn:PARTITION:eks:REGION:ACCOUNT:"
    assert found == {
        **{f"emr-containers:{name}VirtualCluster{end}": ("*", None) for name, end in (("Create", ""), ("List", "s"))},
        "emr-containers:DescribeVirtualCluster": (emr, None),
        "emr-containers:DeleteVirtualCluster": (emr, own),
        **{f"emr-containers:{name}Resource": (emr, None) for name in ("Tag", "Untag")},
        **{f"eks:{name}": (eks + cluster, None) for name in ("CreateAccessEntry", "DescribeCluster")},
        **{f"eks:{name}AccessEntry": (eks + entry, None) for name in ("Delete", "Describe")},
        **{f"eks:{name}AccessPolicy": (eks + entry, None) for name in ("Associate", "Disassociate")},
        "eks:ListAssociatedAccessPolicies": (eks + entry, None),
        "iam:CreateServiceLinkedRole": (linked, service),
    }


def _flat(value: Any) -> str:
    """An ARN with its pseudo parameters and the cluster's name as words."""
    if isinstance(value, str):
        return value
    if "Ref" in value and value["Ref"].startswith("AWS::"):
        words = {"AWS::Partition": "PARTITION", "AWS::Region": "REGION", "AWS::AccountId": "ACCOUNT"}
        return words[value["Ref"]]
    if "Fn::Join" in value:
        return "".join(_flat(part) for part in value["Fn::Join"][1])
    return "CLUSTER"


def test_the_assembly_is_read_with_the_same_namespaces(made: Synthesized, native: Synthesized) -> None:
    capacities = [list(read_assembly(one.folder).values()) for one in (made, native)]
    assert capacities[0] == capacities[1]
    assert set(capacities[0][0].namespaces.values()) == {"spark-jobs", "spark-b", "c"}
