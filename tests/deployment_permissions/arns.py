"""The ARNs that a handler's actions are checked on: of the resource itself and of what its properties name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Properties = Mapping[str, Any]


class Account(NamedTuple):
    """Where resources are."""

    account: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of the region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role_arn(self, name: str) -> str:
        """The ARN of a role, by its name or itself."""
        return name if name.startswith("arn:") else f"arn:aws:iam::{self.account}:role/{name}"


class Arns(NamedTuple):
    """own: of the resource itself, by service:kind. named: of what it names, by service:kind or by action."""

    own: Mapping[str, list[str]]
    named: Mapping[str, list[str]]

    def of(self, action: str, kinds: tuple[str, ...]) -> list[str]:
        """What an action is checked on. LookupError for an action whose resources are not known here."""
        service, _, name = action.partition(":")
        if not kinds:
            return ["*"]
        if "Tag" in name:
            kinds = tuple(kind for kind in kinds if f"{service}:{kind}" in self.own) or kinds
        found = list(self.named.get(action, ())) or [
            one for kind in kinds for arns in (self.own, self.named) for one in arns.get(f"{service}:{kind}", ())
        ]
        if not found:
            raise LookupError(f"{action}: no ARN of {', '.join(kinds)} is known")
        return found


_EC2_KINDS = {
    "AWS::EC2::EIP": "elastic-ip", "AWS::EC2::FlowLog": "vpc-flow-log", "AWS::EC2::InternetGateway": "internet-gateway",
    "AWS::EC2::LaunchTemplate": "launch-template", "AWS::EC2::NatGateway": "natgateway",
    "AWS::EC2::RouteTable": "route-table", "AWS::EC2::SecurityGroup": "security-group", "AWS::EC2::Subnet": "subnet",
    "AWS::EC2::VPC": "vpc", "AWS::EC2::VPCEndpoint": "vpc-endpoint",
}  # fmt: skip
_EC2_NAMED = {
    "AllocationId": "elastic-ip", "InternetGatewayId": "internet-gateway", "ResourceId": "vpc",
    "RouteTableId": "route-table", "RouteTableIds": "route-table", "SecurityGroupIds": "security-group",
    "SubnetId": "subnet", "SubnetIds": "subnet", "VpcId": "vpc",
}  # fmt: skip
_PASSED = {
    "AWS::EC2::FlowLog": "DeliverLogsPermissionArn",
    "AWS::EKS::Cluster": "RoleArn",
    "AWS::EKS::FargateProfile": "PodExecutionRoleArn",
    "AWS::EKS::Nodegroup": "NodeRole",
    "AWS::Lambda::Function": "Role",
    "AWS::StepFunctions::StateMachine": "RoleArn",
}
# By service:kind, in terms of the physical id and the attributes. IAM writes a log group's ARN either way (CloudWatch Logs
# guide, resources); a node group's instances and volumes are tagged as they are launched.
_OWN: Mapping[str, Mapping[str, list[str]]] = {
    "AWS::EKS::Addon": {"eks:addon": ["{Arn}"]},
    "AWS::EKS::AccessEntry": {"eks:access-entry": ["{AccessEntryArn}"]},
    "AWS::EKS::Cluster": {"eks:cluster": ["{Arn}"]},
    "AWS::EKS::FargateProfile": {"eks:fargateprofile": ["{Arn}"]},
    "AWS::EKS::Nodegroup": {
        "eks:nodegroup": ["{Arn}"],
        "ec2:instance": ["arn:aws:ec2:{region}:{account}:instance/any"],
        "ec2:volume": ["arn:aws:ec2:{region}:{account}:volume/any"],
    },
    "AWS::EMRContainers::JobTemplate": {"emr-containers:jobTemplate": ["{Arn}"]},
    "AWS::EMRContainers::VirtualCluster": {"emr-containers:virtualCluster": ["{Arn}"]},
    "AWS::IAM::OIDCProvider": {"iam:oidc-provider": ["{id}"]},
    "AWS::IAM::Role": {"iam:role": ["arn:aws:iam::{account}:role/{id}"]},
    "AWS::KMS::Key": {"kms:key": ["{Arn}"]},
    "AWS::Lambda::Function": {"lambda:function": ["arn:aws:lambda:{region}:{account}:function:{id}"]},
    "AWS::Lambda::LayerVersion": {"lambda:layer": ["{LayerArn}"], "lambda:layerVersion": ["{id}"]},
    "AWS::Logs::LogGroup": {
        "logs:log-group": [f"arn:aws:logs:{{region}}:{{account}}:log-group:{{id}}{end}" for end in ("", ":*")]
    },
    "AWS::S3::Bucket": {"s3:bucket": ["arn:aws:s3:::{id}"]},
    "AWS::Scheduler::Schedule": {"scheduler:schedule": ["{Arn}"]},
    "AWS::StepFunctions::StateMachine": {"states:statemachine": ["{Arn}"]},
    "AWS::SSM::Parameter": {"ssm:parameter": ["arn:aws:ssm:{region}:{account}:parameter/{path}"]},
}
SERVICE_LINKED = {
    "AWS::EKS::Cluster": ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    "AWS::EKS::FargateProfile": ("eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate"),
    "AWS::EKS::Nodegroup": ("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
    "AWS::EMRContainers::VirtualCluster": ("emr-containers.amazonaws.com", "AWSServiceRoleForAmazonEMRContainers"),
}


def arns_of(kind: str, physical_id: str, properties: Properties, attributes: Properties, account: Account) -> Arns:
    """The ARNs of a deployed resource of a type; attributes: what Fn::GetAtt gives."""
    known = {**attributes, "id": physical_id, "path": physical_id.lstrip("/"), **account._asdict()}
    known.setdefault("LayerArn", physical_id.rpartition(":")[0])
    own = {key: [one.format(**known) for one in arns] for key, arns in _OWN.get(kind, {}).items()}
    if kind in _EC2_KINDS:
        id_ = attributes["AllocationId"] if kind == "AWS::EC2::EIP" else physical_id
        own[f"ec2:{_EC2_KINDS[kind]}"] = [account.arn("ec2", f"{_EC2_KINDS[kind]}/{id_}")]
    named: dict[str, list[str]] = {}
    for key, arns in _named(kind, properties, account):
        named.setdefault(key, []).extend(arns)
    return Arns(own, named)


def _named(kind: str, properties: Properties, account: Account) -> Iterator[tuple[str, list[str]]]:
    if kind.startswith("AWS::EC2::"):
        for name, part in _EC2_NAMED.items():
            value = properties.get(name, [])
            ids = [value] if isinstance(value, str) else value
            yield f"ec2:{part}", [account.arn("ec2", f"{part}/{id_}") for id_ in ids]
    if kind in _PASSED:
        passed = account.role_arn(properties[_PASSED[kind]])
        yield "iam:role", [passed]
        yield "iam:GetRole", [passed, *([_linked(kind, account)] if kind in SERVICE_LINKED else [])]
    if kind in SERVICE_LINKED:
        yield "iam:CreateServiceLinkedRole", [_linked(kind, account)]
    if "ClusterName" in properties:
        yield "eks:cluster", [account.arn("eks", f"cluster/{properties['ClusterName']}")]
    if "ServiceToken" in properties:
        yield "lambda:function", [properties["ServiceToken"]]
    yield from _named_by_type(kind, properties, account)


def _named_by_type(kind: str, properties: Properties, account: Account) -> Iterator[tuple[str, list[str]]]:
    match kind:
        case "AWS::EKS::Cluster":
            yield "iam:instance-profile", [f"arn:aws:iam::{account.account}:instance-profile/eks-{account.region}-any"]
            yield "kms:key", [each["Provider"]["KeyArn"] for each in properties.get("EncryptionConfig", ())]
        case "AWS::EKS::Nodegroup":
            template = properties["LaunchTemplate"]["Id"]
            launched = [f"launch-template/{template}", "network-interface/any", "security-group/any", "volume/any"]
            subnets = [f"subnet/{id_}" for id_ in properties["Subnets"]]
            own = [account.arn("ec2", part) for part in ("instance/any", *launched, *subnets)]
            yield "ec2:RunInstances", [*own, f"arn:aws:ec2:{account.region}::image/any"]
        case "AWS::EMRContainers::VirtualCluster":
            cluster = properties["ContainerProvider"]["Id"]
            emr = SERVICE_LINKED[kind][1]
            yield "eks:cluster", [account.arn("eks", f"cluster/{cluster}")]
            yield "eks:access-entry", [account.arn("eks", f"access-entry/{cluster}/role/{account.account}/{emr}/any")]
        case "AWS::IAM::Policy":
            yield "iam:role", [account.role_arn(name) for name in properties["Roles"]]
        case "AWS::Lambda::Function" | "AWS::Lambda::LayerVersion":
            code = properties.get("Code") or properties["Content"]
            yield "s3:object", [f"arn:aws:s3:::{code['S3Bucket']}/{code['S3Key']}"]
            yield "lambda:layerVersion", list(properties.get("Layers", ()))
        case "AWS::Scheduler::Schedule":
            yield "iam:role", [properties["Target"]["RoleArn"]]
        case "AWS::S3::BucketPolicy":
            yield "s3:bucket", [f"arn:aws:s3:::{properties['Bucket']}"]


def _linked(kind: str, account: Account) -> str:
    service, name = SERVICE_LINKED[kind]
    return account.role_arn(f"aws-service-role/{service}/{name}")
