"""EC2: Elastic IP addresses, NAT gateways, flow logs, rules of security groups, checks of interface endpoints."""

import secrets
from typing import Literal

from local.aws.ministack import account, state
from local.aws.ministack.resource_types import (
    Attributes,
    Completion,
    Created,
    Properties,
    ResourceType,
    by_id,
    retag_resource,
    tag_resource,
)

_FLOW_LOGS_SERVICE = "vpc-flow-logs.amazonaws.com"


def _create_address(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    allocation_id, public_ip = account.allocate_address(properties.get("Domain", "vpc"))
    tag_resource(allocation_id, properties)
    return public_ip, {"AllocationId": allocation_id, "PublicIp": public_ip}


def _update_address(public_ip: str, properties: Properties) -> Attributes:
    allocation_id = account.allocation_of(public_ip)
    retag_resource(allocation_id, properties)
    return {"AllocationId": allocation_id, "PublicIp": public_ip}


def _create_nat_gateway(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    connectivity = properties.get("ConnectivityType", "public")
    allocation_id = properties.get("AllocationId")
    if connectivity == "public" and not account.address_is_allocated(str(allocation_id)):
        raise ValueError(f"Elastic IP address [{allocation_id}] not found (InvalidAllocationID.NotFound)")
    subnet_id = str(properties.get("SubnetId"))
    if not state.subnet(subnet_id):
        raise ValueError(f"The subnet ID '{subnet_id}' does not exist (InvalidSubnetID.NotFound)")
    gateway_id = account.create_nat_gateway(subnet_id, allocation_id, connectivity)
    tag_resource(gateway_id, properties)
    return gateway_id, {"NatGatewayId": gateway_id}


def _update_nat_gateway(gateway_id: str, properties: Properties) -> Attributes:
    retag_resource(gateway_id, properties)
    return {"NatGatewayId": gateway_id}


def _create_flow_log(_logical_id: str, properties: Properties, _stack_name: str) -> Created:
    for required in ("ResourceId", "ResourceType"):
        if not properties.get(required):
            raise ValueError(f"Property {required} cannot be empty.")
    if properties.get("LogDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        _check_flow_log_role(properties)
    flow_log_id = account.create_flow_log(properties)
    tag_resource(flow_log_id, properties)
    return flow_log_id, {"Id": flow_log_id}


def _check_flow_log_role(properties: Properties) -> None:
    arn = str(properties.get("DeliverLogsPermissionArn"))
    role = state.role(arn)
    if not role or not state.trusts_service(role, _FLOW_LOGS_SERVICE):
        raise ValueError(
            f"DeliverLogsPermissionArn: the role {arn} does not exist or does not trust {_FLOW_LOGS_SERVICE}"
        )


def _update_flow_log(flow_log_id: str, properties: Properties) -> Attributes:
    retag_resource(flow_log_id, properties)
    return {"Id": flow_log_id}


_Direction = Literal["IpPermissions", "IpPermissionsEgress"]


def _create_rule(direction: _Direction, properties: Properties) -> Created:
    group = state.security_group(str(properties.get("GroupId")))
    if not group:
        raise ValueError(f"The security group '{properties.get('GroupId')}' does not exist (InvalidGroup.NotFound)")
    rule_id = f"sgr-{secrets.token_hex(9)[:17]}"
    group[direction].append({**account.security_group_permission(properties), "SecurityGroupRuleId": rule_id})
    return rule_id, {"Id": rule_id}


def _delete_rule(direction: _Direction, rule_id: str, properties: Properties) -> None:
    group = state.security_group(str(properties.get("GroupId")))
    if group:
        group[direction][:] = [rule for rule in group[direction] if rule.get("SecurityGroupRuleId") != rule_id]


def _security_group_rule(name: str, direction: _Direction) -> ResourceType:
    return ResourceType(
        name=name,
        create=lambda _logical_id, properties, _stack_name: _create_rule(direction, properties),
        delete=lambda rule_id, properties: _delete_rule(direction, rule_id, properties),
        tags=None,
    )


def _check_endpoint(properties: Properties) -> None:
    """Checks an interface endpoint: its subnets and security groups are in its VPC, and no two subnets share a zone."""
    if properties.get("VpcEndpointType", "Gateway") != "Interface":
        return
    vpc_id = properties.get("VpcId")
    zones: list[str] = []
    for subnet_id in properties.get("SubnetIds", []):
        subnet = state.subnet(subnet_id)
        if not subnet or subnet["VpcId"] != vpc_id:
            raise ValueError(f"The subnet ID '{subnet_id}' does not exist in {vpc_id} (InvalidSubnetId.NotFound)")
        if subnet["AvailabilityZone"] in zones:
            raise ValueError(f"Two subnets are in {subnet['AvailabilityZone']} (DuplicateSubnetsInSameZone)")
        zones.append(subnet["AvailabilityZone"])
    for group_id in properties.get("SecurityGroupIds", []):
        group = state.security_group(group_id)
        if not group or group["VpcId"] != vpc_id:
            raise ValueError(
                f"The security group ID '{group_id}' does not exist in {vpc_id} (InvalidSecurityGroupId.NotFound)"
            )


def completions() -> list[Completion]:
    """Returns the completions of MiniStack's EC2 types."""
    return [Completion("AWS::EC2::VPCEndpoint", lambda _endpoint_id, _properties: {}, _check_endpoint)]


def resource_types() -> list[ResourceType]:
    """Returns the EC2 types that MiniStack lacks."""
    return [
        ResourceType(
            "AWS::EC2::EIP",
            _create_address,
            by_id(account.release_address),
            update=_update_address,
        ),
        ResourceType(
            "AWS::EC2::NatGateway",
            _create_nat_gateway,
            by_id(account.delete_nat_gateway),
            update=_update_nat_gateway,
        ),
        ResourceType(
            "AWS::EC2::FlowLog",
            _create_flow_log,
            by_id(account.delete_flow_log),
            update=_update_flow_log,
        ),
        _security_group_rule("AWS::EC2::SecurityGroupIngress", "IpPermissions"),
        _security_group_rule("AWS::EC2::SecurityGroupEgress", "IpPermissionsEgress"),
    ]
