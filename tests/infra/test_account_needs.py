"""What `check-account` looks for is what the templates make."""

import json

from emr_eks_placement.checks import account_needs
from emr_eks_placement.checks.account.rules import BOOTSTRAP_PARAMETER, BOOTSTRAP_VERSION
from emr_eks_placement.environment.definition_stacks import stack_parts
from tests.infra.synthesized import Synthesized


def test_counts_and_names_are_those_of_the_templates(synthesized: Synthesized) -> None:
    needs = account_needs(synthesized.environment)
    assert len(synthesized.of_type("AWS::EC2::VPC")) == needs.vpcs
    assert len(synthesized.of_type("AWS::EKS::Cluster")) == needs.clusters
    assert len(synthesized.of_type("AWS::EC2::EIP")) == needs.elastic_ips
    roles = {properties.get("RoleName") for properties in synthesized.properties("AWS::IAM::Role")}
    assert roles - {None} == set(needs.role_names)


def test_stacks_are_found_by_their_names(synthesized: Synthesized) -> None:
    assert set(synthesized.templates) == {
        f"{synthesized.environment.name}-{part}" for part in stack_parts(synthesized.environment)
    }


def test_the_bootstrap_version_is_what_the_assembly_requires(synthesized: Synthesized) -> None:
    artifacts = json.loads((synthesized.folder / "manifest.json").read_text())["artifacts"].values()
    required = [one["properties"] for one in artifacts if "requiresBootstrapStackVersion" in one.get("properties", {})]
    assert max(one["requiresBootstrapStackVersion"] for one in required) == BOOTSTRAP_VERSION
    assert {one["bootstrapStackVersionSsmParameter"] for one in required} == {BOOTSTRAP_PARAMETER}
