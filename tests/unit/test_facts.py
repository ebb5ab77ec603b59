"""Limits and names equal those of AWS's own service models and CloudFormation schemas, as installed."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import botocore.session
import kubernetes_validate
import pytest
from botocore.model import ServiceModel, StringShape, StructureShape

from emr_eks_placement.environment import platform
from emr_eks_placement.facts import emr, fargate, instance_types, kubernetes, pod_schemas, regions
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER_FIELDS, SPEC_FIELDS
from tools import update_facts


@cache
def service(name: str) -> ServiceModel:
    return botocore.session.Session().get_service_model(name)


def members(structure: str) -> dict[str, Any]:
    shape = service("emr-containers").shape_for(structure)
    assert isinstance(shape, StructureShape)
    return dict(shape.members)


def most(shape: str) -> int:
    return int(service("emr-containers").shape_for(shape).metadata["max"])


@cache
def schema(resource_type: str) -> dict[str, Any]:
    provider = files("cfnlint").joinpath("data/schemas/providers")
    index: dict[str, Any] = json.loads(provider.joinpath("us-east-1.json").read_text())
    kind = index[resource_type]
    path = kind if isinstance(kind, str) else resource_type
    text = files("cfnlint").joinpath(f"data/schemas/resources/{path}.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_limits_of_a_job_run_are_those_of_its_api() -> None:
    driver = members("SparkSubmitJobDriver")
    assert int(driver["entryPoint"].metadata["max"]) == emr.LONGEST_ENTRY_POINT
    assert int(driver["entryPointArguments"].member.metadata["max"]) == emr.LONGEST_ARGUMENT
    assert most("ResourceNameString") == emr.LONGEST_JOB_RUN_NAME
    properties = members("Configuration")["properties"]
    assert int(properties.metadata["max"]) == emr.MOST_PROPERTIES
    assert int(properties.key.metadata["max"]) == emr.LONGEST_PROPERTY
    assert int(properties.value.metadata["max"]) == emr.LONGEST_PROPERTY


def test_the_job_run_name_s_letters_are_those_of_its_api() -> None:
    assert service("emr-containers").shape_for("ResourceNameString").metadata["pattern"] == r"[\.\-_/#A-Za-z0-9]+"


def test_the_ids_are_those_of_the_api() -> None:
    shape = service("emr-containers").shape_for("ResourceIdString")
    assert (
        f"{shape.metadata['pattern'].removesuffix('+')}{{{shape.metadata['min']},{shape.metadata['max']}}}"
        == emr.RESOURCE_ID
    )


def test_the_limits_of_a_fargate_profile_are_those_of_its_schema() -> None:
    definition = schema("AWS::EKS::FargateProfile")
    label = definition["definitions"]["Label"]["properties"]
    assert label["Key"]["maxLength"] == fargate.LONGEST_LABEL_KEY
    assert label["Value"]["maxLength"] == fargate.LONGEST_LABEL_VALUE
    assert (label["Key"]["minLength"], label["Value"]["minLength"]) == (1, 1)


def test_the_effects_of_a_taint_are_those_of_the_node_group_s_schema() -> None:
    effects = schema("AWS::EKS::Nodegroup")["definitions"]["Taint"]["properties"]["Effect"]
    allowed = effects.get("enum", ["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"])
    assert set(allowed) == set(kubernetes.EKS_TAINT_EFFECTS.values())
    for effect, name in kubernetes.EKS_TAINT_EFFECTS.items():
        assert "".join(word.capitalize() for word in name.split("_")) == effect


def test_the_namespace_of_a_virtual_cluster_is_a_dns_label_in_its_schema_too() -> None:
    definition = schema("AWS::EMRContainers::VirtualCluster")["definitions"]["EksInfo"]["properties"]["Namespace"]
    assert definition["maxLength"] == 63


@pytest.mark.parametrize("resource_type", ["AWS::EMRContainers::VirtualCluster", "AWS::EMRContainers::JobTemplate"])
def test_the_regions_are_those_whose_schemas_have_emr_on_eks(resource_type: str) -> None:
    providers = files("cfnlint").joinpath("data/schemas/providers")
    having = {
        entry.name.removesuffix(".json")
        for entry in providers.iterdir()
        if entry.name.endswith(".json") and resource_type in json.loads(entry.read_text())
    }
    assert {region.replace("_", "-") for region in having} == regions._regions(resource_type)


def known_instance_types() -> set[str]:
    shape = service("ec2").shape_for("InstanceType")
    assert isinstance(shape, StringShape)
    return set(shape.enum)


# Recorded by moto, newer than the service model installed.
NEWER = {
    *("i8g.metal-48xl", "m9gd.medium", "r8gb.48xlarge", "r8gb.metal-48xl", "t8i.medium", "t8i.micro", "t8i.nano"),
    *("t8i.small", "trn2u.48xlarge"),
}


def test_every_instance_type_is_one_of_ec2_s() -> None:
    assert set(instance_types._rows()) - known_instance_types() <= NEWER


def test_nearly_every_instance_type_of_ec2_is_known() -> None:
    missing = {name for name in known_instance_types() - set(instance_types._rows()) if not name.startswith("mac")}
    assert len(missing) < len(known_instance_types()) * 0.04, sorted(missing)
    common = {
        f"{family}.{size}" for family in ("m5", "m6i", "m7g", "c6i", "r6i", "m7i") for size in ("large", "4xlarge")
    }
    assert common <= set(instance_types._rows())


def test_the_shipped_schemas_are_those_of_kubernetes() -> None:
    """make facts writes them."""
    versions, parts = pod_schemas.versions(), update_facts.pod_schemas()
    assert set(platform.KUBERNETES_VERSIONS) <= set(versions)
    assert list(versions) == list(update_facts.kubernetes_schemas())
    assert json.loads((update_facts.DATA / "pod_schemas.json").read_text())["parts"] == parts


def test_each_version_has_its_own_schema_of_a_pod() -> None:
    for version, folder in update_facts.kubernetes_schemas().items():
        parts = update_facts.parts_of(folder)
        assert pod_schemas.schema_of(version) == {**parts.pop("Pod"), "$defs": parts}, version


def test_the_fields_that_emr_allows_are_kubernetes_own() -> None:
    for version in platform.KUBERNETES_VERSIONS:
        container = dict.fromkeys(MAIN_CONTAINER_FIELDS) | {"name": "spark"}
        spec = dict.fromkeys(SPEC_FIELDS) | {"containers": [container]}
        kubernetes_validate.validate({"apiVersion": "v1", "kind": "Pod", "spec": spec}, version, strict=True)
