"""EC2, IAM and S3 resources through MiniStack's APIs, where its CloudFormation lacks them."""

import re
from collections.abc import Mapping
from typing import Any

from local.aws.ministack import names
from local.aws.ministack.services import raise_for_error

_SERVICE_LINKED_ROLE_NAMES = {
    "emr-containers.amazonaws.com": "AWSServiceRoleForAmazonEMRContainers",
    "eks.amazonaws.com": "AWSServiceRoleForAmazonEKS",
    "eks-fargate.amazonaws.com": "AWSServiceRoleForAmazonEKSForFargate",
    "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
}


def _query(**parameters: object) -> dict[str, list[str]]:
    """Parameters as MiniStack's query-protocol handlers take them."""
    return {name: [str(value)] for name, value in parameters.items() if value is not None}


def _created_id(response: tuple[int, Any, bytes | str], operation: str, element: str) -> str:
    """Returns the id in an EC2 or IAM answer, by the XML element that holds it."""
    found = re.search(f"<{element}>([^<]+)</{element}>", raise_for_error(response, operation))
    if not found:
        raise ValueError(f"{operation}: no {element} in the answer")
    return found.group(1)


def allocate_address(domain: str) -> tuple[str, str]:
    """Returns a new Elastic IP address: its allocation id and its address."""
    names.ec2._ensure_defaults_initialized()
    allocation_id = _created_id(names.ec2._allocate_address(_query(Domain=domain)), "AllocateAddress", "allocationId")
    return allocation_id, names.ec2._addresses[allocation_id]["PublicIp"]


def address_is_allocated(allocation_id: str) -> bool:
    """Returns whether the Elastic IP address exists."""
    return allocation_id in names.ec2._addresses


def allocation_of(public_ip: str) -> str:
    """Returns the allocation id of an Elastic IP address. Raises ValueError if it does not exist."""
    for allocation_id, address in names.ec2._addresses.items():
        if address["PublicIp"] == public_ip:
            return str(allocation_id)
    raise ValueError(f"Address {public_ip} not found (InvalidAddress.NotFound)")


def release_address(public_ip: str) -> None:
    """Give an Elastic IP address back."""
    if public_ip in {address["PublicIp"] for address in names.ec2._addresses.values()}:
        answer = names.ec2._release_address(_query(AllocationId=allocation_of(public_ip)))
        raise_for_error(answer, "ReleaseAddress")


def create_nat_gateway(subnet_id: str, allocation_id: str | None, connectivity: str) -> str:
    """Returns a NAT gateway; gives its id."""
    parameters = _query(SubnetId=subnet_id, AllocationId=allocation_id, ConnectivityType=connectivity)
    return _created_id(names.ec2._create_nat_gateway(parameters), "CreateNatGateway", "natGatewayId")


def delete_nat_gateway(gateway_id: str) -> None:
    """Remove a NAT gateway."""
    raise_for_error(names.ec2._delete_nat_gateway(_query(NatGatewayId=gateway_id)), "DeleteNatGateway")


def create_flow_log(properties: Mapping[str, Any]) -> str:
    """Returns a flow log from the properties of AWS::EC2::FlowLog; gives its id."""
    parameters = _query(
        ResourceType=properties.get("ResourceType"),
        TrafficType=properties.get("TrafficType"),
        LogDestinationType=properties.get("LogDestinationType"),
        LogDestination=properties.get("LogDestination"),
        LogGroupName=properties.get("LogGroupName"),
    )
    parameters["ResourceId.1"] = [str(properties.get("ResourceId"))]
    body = raise_for_error(names.ec2._create_flow_logs(parameters), "CreateFlowLogs")
    found = re.search(r"<flowLogIdSet><item>([^<]+)", body)
    if not found:
        raise ValueError("CreateFlowLogs: no id in the answer")
    return found.group(1)


def delete_flow_log(flow_log_id: str) -> None:
    """Remove a flow log."""
    raise_for_error(names.ec2._delete_flow_logs({"FlowLogId.1": [flow_log_id]}), "DeleteFlowLogs")


def security_group_permission(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a template's ingress or egress rule in the form security groups hold it."""
    permissions: list[dict[str, Any]] = names.provisioners._ec2_sg_permissions([dict(rule)])
    return permissions[0]


def create_oidc_provider(url: str, client_ids: list[str], thumbprints: list[str]) -> str:
    """Returns an IAM OIDC provider; gives its ARN."""
    parameters = _query(Url=url)
    for member, values in (("ClientIDList", client_ids), ("ThumbprintList", thumbprints)):
        parameters.update({f"{member}.member.{number}": [value] for number, value in enumerate(values, 1)})
    answer = names.iam._create_oidc_provider(parameters)
    return _created_id(answer, "CreateOpenIDConnectProvider", "OpenIDConnectProviderArn")


def update_oidc_provider(arn: str, client_ids: list[str], thumbprints: list[str]) -> None:
    """Replace an OIDC provider's client ids and thumbprints."""
    names.iam._oidc_providers[arn].update(ClientIDList=client_ids, ThumbprintList=thumbprints)


def delete_oidc_provider(arn: str) -> None:
    """Remove an OIDC provider."""
    parameters = _query(OpenIDConnectProviderArn=arn)
    raise_for_error(names.iam._delete_oidc_provider(parameters), "DeleteOpenIDConnectProvider")


def service_linked_role_name(service: str) -> str:
    """Returns the fixed name of a service's linked role."""
    return _SERVICE_LINKED_ROLE_NAMES.get(service, f"AWSServiceRoleFor{service.split('.')[0].capitalize()}")


def create_service_linked_role(service: str) -> str:
    """Returns a service-linked role under AWS's own name; gives the name. `ValueError` if the account has it."""
    name = service_linked_role_name(service)
    if name in names.iam._roles:
        raise ValueError(f"Service role name {name} has been taken in this account, please try a different suffix.")
    parameters = _query(AWSServiceName=service)
    made_name = _created_id(names.iam._create_service_linked_role(parameters), "CreateServiceLinkedRole", "RoleName")
    record = names.iam._roles.pop(made_name)
    record.update(RoleName=name, Arn=record["Arn"].replace(made_name, name))
    names.iam._roles[name] = record
    return name


def delete_service_linked_role(name: str) -> None:
    """Remove a service-linked role."""
    names.iam._roles.pop(name, None)


def service_linked_role_exists(service: str) -> bool:
    """Returns whether the account has the service's linked role."""
    return service_linked_role_name(service) in names.iam._roles


def delete_bucket(name: str) -> None:
    """Remove an S3 bucket. Raises ValueError while it contains a version of an object; a missing bucket is ignored."""
    if name in names.s3._buckets:
        raise_for_error(names.s3._delete_bucket(name), "DeleteBucket")
