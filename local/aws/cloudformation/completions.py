"""Parts that MiniStack leaves out of its types: API checks of properties, record members, attributes."""

import secrets
from typing import Any

from local.aws.cloudformation.properties import api_request
from local.aws.ministack import account, state
from local.aws.ministack.resource_types import Attributes, Completion, Properties, by_id, generated_name
from local.aws.ministack.scheduler import set_time_zone
from local.aws.ministack.services import eks_operation, raise_for_error

_CLUSTER_MEMBERS = (
    "bootstrapSelfManagedAddons",
    "computeConfig",
    "deletionProtection",
    "encryptionConfig",
    "kubernetesNetworkConfig",
    "remoteNetworkConfig",
    "upgradePolicy",
)
_STANDARD_PARAMETER_BYTES = 4096
_ADVANCED_PARAMETER_BYTES = 8192
_NOT_IN_CREATE_CLUSTER = {"Force", "Logging"}
_NOT_IN_CREATE_NODE_GROUP = {"ForceUpdateEnabled", "NodegroupName"}


def _cluster_request(properties: Properties) -> dict[str, Any]:
    settings = {name: value for name, value in properties.items() if name not in _NOT_IN_CREATE_CLUSTER}
    return api_request("eks", "CreateCluster", settings, name=properties.get("Name", "generated"))


def _check_cluster(properties: Properties) -> None:
    request = _cluster_request(properties)
    if not state.role(request["roleArn"]):
        raise ValueError(f"Role with arn: {request['roleArn']}, could not be assumed because it does not exist")
    for subnet in request["resourcesVpcConfig"].get("subnetIds", []):
        if not state.subnet(subnet):
            raise ValueError(f"The subnet ID '{subnet}' does not exist")


def _complete_cluster(name: str, properties: Properties) -> Attributes:
    record = state.cluster(name)
    if not record:
        raise ValueError(f"No cluster found for name: {name}.")
    request = _cluster_request(properties)
    for member in _CLUSTER_MEMBERS:
        value = request.get(member)
        if isinstance(value, dict):
            record[member] = {**record.get(member, {}), **value}
        elif value is not None:
            record[member] = value
    keys = [entry["provider"]["keyArn"] for entry in record.get("encryptionConfig", [])]
    return {
        "Id": record["arn"],
        "EncryptionConfigKeyArn": keys[0] if keys else "",
        "KubernetesNetworkConfig.ServiceIpv6Cidr": "",
    }


def _delete_cluster(name: str, _properties: Properties) -> None:
    """MiniStack ignores a refusal here; a cluster that is in use must fail the stack's deletion."""
    if state.cluster(name):
        raise_for_error(eks_operation("DeleteCluster")(name), "DeleteCluster")


def _node_group_request(properties: Properties) -> dict[str, Any]:
    settings = {name: value for name, value in properties.items() if name not in _NOT_IN_CREATE_NODE_GROUP}
    name = properties.get("NodegroupName", "generated")
    return api_request("eks", "CreateNodegroup", settings, nodegroupName=name)


def _check_node_group(properties: Properties) -> None:
    request = _node_group_request(properties)
    role = state.role(request["nodeRole"])
    if not role or not state.trusts_service(role, "ec2.amazonaws.com"):
        raise ValueError(f"The role {request['nodeRole']} does not exist or does not trust ec2.amazonaws.com")
    for subnet in request["subnets"]:
        if not state.subnet(subnet):
            raise ValueError(f"The subnet ID '{subnet}' does not exist")
    scaling = request.get("scalingConfig", {})
    if (
        not scaling.get("minSize", 0)
        <= scaling.get("desiredSize", scaling.get("minSize", 0))
        <= scaling.get("maxSize", 1)
    ):
        raise ValueError(f"scalingConfig: minSize <= desiredSize <= maxSize does not hold in {scaling}")
    if "launchTemplate" in request:
        _check_launch_template(request)


def _check_launch_template(request: dict[str, Any]) -> None:
    if "diskSize" in request or "remoteAccess" in request:
        raise ValueError("Disk size and remote access must be specified within the launch template.")
    data = _launch_template_version(request)["LaunchTemplateData"]
    if "instanceTypes" in request and data.get("InstanceType"):
        raise ValueError("Instance types must be specified in the node group or in the launch template, not in both.")


def _launch_template_version(request: dict[str, Any]) -> dict[str, Any]:
    version = state.launch_template_version(request["launchTemplate"])
    if not version:
        raise ValueError(f"The launch template {request['launchTemplate']} does not exist")
    return version


def _complete_node_group(name: str, properties: Properties) -> Attributes:
    request = _node_group_request(properties)
    record = state.node_group(request["clusterName"], name)
    if not record:
        raise ValueError(f"No node group found for name: {name}.")
    record["capacityType"] = request.get("capacityType", "ON_DEMAND")
    if "launchTemplate" in request:
        version = _launch_template_version(request)
        record["launchTemplate"] = {
            "id": version["LaunchTemplateId"],
            "name": version["LaunchTemplateName"],
            "version": str(version["VersionNumber"]),
        }
        record.pop("diskSize", None)
        if version["LaunchTemplateData"].get("InstanceType"):
            record.pop("instanceTypes", None)
    return {"Id": f"{request['clusterName']}/{name}"}


def _check_parameter(properties: Properties) -> None:
    """Checks the size limits of parameter tiers (SSM quotas: 4 KB for Standard, 8 KB for Advanced)."""
    size = len(str(properties.get("Value", "")).encode())
    tier = properties.get("Tier", "Standard")
    limit = _STANDARD_PARAMETER_BYTES if tier == "Standard" else _ADVANCED_PARAMETER_BYTES
    if size > limit:
        raise ValueError(f"{tier} tier parameters support a maximum parameter value of {limit} characters, not {size}")


def _complete_parameter(name: str, properties: Properties) -> Attributes:
    """Chooses the tier: Intelligent-Tiering is Standard unless the value needs Advanced."""
    record = state.parameter(name)
    if record and properties.get("Tier") == "Intelligent-Tiering":
        needs_advanced = len(record["OriginalValue"].encode()) > _STANDARD_PARAMETER_BYTES or record["Policies"]
        record["Tier"] = "Advanced" if needs_advanced else "Standard"
    return {}


def _name_parameter(logical_id: str, _stack_name: str) -> Properties:
    """Names parameters as the handler in aws-cloudformation/aws-cloudformation-resource-providers-ssm does."""
    return {"Name": f"CFN-{logical_id[:23]}-{secrets.token_hex(6)}"}


def _name_log_group(logical_id: str, stack_name: str) -> Properties:
    """Returns STACK-LOGICALID-RANDOM, the name that CloudFormation gives most resources without one."""
    return {"LogGroupName": generated_name(stack_name, logical_id, 512)}


def _complete_nothing(_name: str, _properties: Properties) -> Attributes:
    return {}


def _complete_vpc(vpc_id: str, properties: Properties) -> Attributes:
    return {"VpcId": vpc_id, "CidrBlock": properties.get("CidrBlock", "")}


def _complete_schedule(name: str, properties: Properties) -> Attributes:
    set_time_zone(name, properties.get("ScheduleExpressionTimezone", "UTC"))
    return {}


def completions() -> list[Completion]:
    """Returns the completed MiniStack types."""
    return [
        Completion("AWS::EC2::VPC", _complete_vpc),
        # MiniStack would delete it with all that is in it.
        Completion("AWS::S3::Bucket", _complete_nothing, delete=by_id(account.delete_bucket)),
        Completion("AWS::SSM::Parameter", _complete_parameter, _check_parameter, made_up=_name_parameter),
        Completion("AWS::Logs::LogGroup", _complete_nothing, made_up=_name_log_group),
        Completion("AWS::Scheduler::Schedule", _complete_schedule),
        Completion("AWS::EKS::Cluster", _complete_cluster, _check_cluster, _delete_cluster),
        Completion("AWS::EKS::Nodegroup", _complete_node_group, _check_node_group),
    ]
