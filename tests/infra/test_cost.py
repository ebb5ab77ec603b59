"""The cost of an environment at rest beside what its templates deploy: nothing that is billed by the hour is left out."""

from datetime import date
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.cost import Prices, cost_at_rest
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.facts.prices import HOURS_A_MONTH, shipped_prices
from stacks import EnvironmentStacks
from tests.changed_environment import PRIVATE_NETWORK, changed_environment
from tests.infra.synthesized import Synthesized, cli_context

LISTED = shipped_prices("us-east-1")


def deployed_cost(one: Synthesized) -> float:
    """An hour of the resources in the templates, each by its number and size there; Spot as half of On-Demand."""
    rates: dict[str, float] = LISTED.rates.model_dump()
    endpoints = one.properties("AWS::EC2::VPCEndpoint")
    hours = len(one.of_type("AWS::EKS::Cluster")) * rates["eks_hour"]
    hours += len(one.of_type("AWS::EC2::NatGateway")) * rates["nat_hour"]
    hours += len(one.of_type("AWS::EC2::EIP")) * rates["public_ipv4_hour"]
    hours += sum(len(endpoint.get("SubnetIds", [])) for endpoint in endpoints) * rates["endpoint_hour"]
    hours += len(one.of_type("AWS::KMS::Key")) * rates["kms_key_month"] / HOURS_A_MONTH
    disks = {key: _volume(template) for key, template in one.of_type("AWS::EC2::LaunchTemplate").items()}
    for group in one.properties("AWS::EKS::Nodegroup"):
        number, types = group["ScalingConfig"]["DesiredSize"], group["InstanceTypes"]
        spot = group.get("CapacityType") == "SPOT"
        price = max(LISTED.ec2[name] for name in types) / 2 if spot else LISTED.ec2[types[0]]
        gib = disks[group["LaunchTemplate"]["Id"]["Ref"]]
        hours += number * (price + gib * rates["gp3_gb_month"] / HOURS_A_MONTH)
    return hours


def _volume(template: dict[str, Any]) -> int:
    (mapping,) = template["Properties"]["LaunchTemplateData"]["BlockDeviceMappings"]
    assert mapping["Ebs"]["VolumeType"] == "gp3"
    gib: int = mapping["Ebs"]["VolumeSize"]
    return gib


def at_rest(one: Synthesized) -> float:
    """The dearest that it can be, with the prices of us-east-1."""
    prices = Prices(LISTED.model_copy(update={"region": one.environment.region}), 0.5)
    bill = cost_at_rest(one.environment, capacity_of(one.environment), prices, date(2026, 11, 28))
    assert bill.unknown == ()
    assert bill.total.high is not None
    return bill.total.high


def test_of_the_shipped_environments(synthesized: Synthesized) -> None:
    assert at_rest(synthesized) == pytest.approx(deployed_cost(synthesized))


def test_of_a_private_network_with_a_key(tmp_path: Path) -> None:
    encryption = {"customer_managed_key": True}
    environment = changed_environment(tmp_path, network=PRIVATE_NETWORK, encryption=encryption)
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), context=cli_context(), analytics_reporting=False)
    stacks = EnvironmentStacks(app, environment)
    app.synth()
    one = Synthesized(environment, stacks, tmp_path / "cdk.out")
    assert at_rest(one) == pytest.approx(deployed_cost(one))
