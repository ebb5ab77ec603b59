"""CloudFormation under the permissions of the role that it deploys with, as the registry's handlers would ask for them.

MiniStack's CloudFormation calls its services without IAM. Here each creation, change and deletion of a resource asks the
role's policies for every action that AWS's own handler of the type is said to call, on the ARNs of the resource and of
what it names. The actions come from `registry` and `handler_calls`, which nothing that makes policies reads.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from local.aws.ministack.verdicts import role_allows
from tests.deployment_permissions import registry
from tests.deployment_permissions.arns import SERVICE_LINKED, Account, Arns, arns_of
from tests.deployment_permissions.handler_calls import called
from tests.deployment_permissions.overseer import overseen

Properties = Mapping[str, Any]

_PASSED_TO = {
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::EKS::Cluster": "eks.amazonaws.com",
    "AWS::EKS::FargateProfile": "eks.amazonaws.com",
    "AWS::EKS::Nodegroup": "eks.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::Scheduler::Schedule": "scheduler.amazonaws.com",
    "AWS::StepFunctions::StateMachine": "states.amazonaws.com",
}


class Request(NamedTuple):
    """An action on a resource, with the condition keys that AWS would give; `for_type`: of the resource being deployed."""

    for_type: str
    action: str
    arn: str
    context: tuple[tuple[str, str], ...]


class _Deployed(NamedTuple):
    arns: Arns
    properties: Properties


class DeploymentPermissions:
    """What CloudFormation asked for, `requests`, each of which the role `role_name` allowed or a stack failed."""

    def __init__(self, role_name: str, account: str, region: str) -> None:
        self.requests: dict[Request, bool] = {}
        self._role_name = role_name
        self._account = Account(account, region)
        self._deployed: dict[tuple[str, str], _Deployed] = {}
        self._tags: dict[str, Mapping[str, str]] = {}

    def created(self, kind: str, physical_id: str, properties: Properties, attributes: Properties) -> None:
        """Overseer.created. During its creation, a resource has no tags yet."""
        arns = arns_of(kind, physical_id, properties, attributes, self._account)
        self._deployed[kind, physical_id] = _Deployed(arns, properties)
        self._ask(kind, called(kind, ("create", "read"), properties, self._account.region), arns, properties)
        self._tags.update({one: _tags(properties) for ones in arns.own.values() for one in ones})

    def update(self, kind: str, physical_id: str, properties: Properties) -> None:
        """Overseer.update."""
        arns, before = self._deployed[kind, physical_id]
        both = {**before, **properties}
        self._ask(kind, called(kind, ("update", "read"), both, self._account.region), arns, both)

    def change_everything(self) -> None:
        """Asks for what a change of each resource would take; nothing is changed."""
        for (kind, physical_id), deployed in list(self._deployed.items()):
            self.update(kind, physical_id, deployed.properties)

    def delete(self, kind: str, physical_id: str, properties: Properties) -> None:
        """Overseer.delete. Resources that were not created under this oversight are skipped."""
        known = self._deployed.get((kind, physical_id))
        if known:
            self._ask(kind, called(kind, ("delete",), properties, self._account.region), known.arns, properties)

    def read_parameter(self, name: str) -> None:
        """Overseer.read_parameter."""
        arn = self._account.arn("ssm", f"parameter/{name.lstrip('/')}")
        self._check(Request("AWS::SSM::Parameter::Value", "ssm:GetParameters", arn, ()))

    def read_stack(self, name: str) -> None:
        """Overseer.read_stack."""
        arn = self._account.arn("cloudformation", f"stack/{name}/id")
        self._check(Request("AWS::CloudFormation::Stack", "cloudformation:DescribeStacks", arn, ()))

    def _ask(self, kind: str, actions: list[str], arns: Arns, properties: Properties) -> None:
        for action in actions:
            for arn in arns.of(action, registry.resource_kinds(action) or ()):
                tags = {f"aws:ResourceTag/{key}": value for key, value in self._tags.get(arn, {}).items()}
                for context in _contexts(kind, action, properties):
                    self._check(Request(kind, action, arn, tuple(sorted({**tags, **context}.items()))))

    def _check(self, request: Request) -> None:
        _for_type, action, arn, context = request
        allowed = role_allows(self._role_name, *self._account, action, arn, dict(context))
        self.requests[request] = allowed
        if not allowed:
            raise ValueError(
                f"User: arn:aws:sts::{self._account.account}:assumed-role/{self._role_name}/AWSCloudFormation is not "
                f"authorized to perform: {action} on resource: {arn} because no identity-based policy allows the "
                f"{action} action"
            )


def _contexts(kind: str, action: str, properties: Properties) -> list[dict[str, str]]:
    """The condition keys of an action, for each call of it."""
    match action:
        case "iam:PassRole":
            return [{"iam:PassedToService": _PASSED_TO[kind]}]
        case "iam:CreateServiceLinkedRole":
            return [{"iam:AWSServiceName": SERVICE_LINKED[kind][0]}]
        case "iam:AttachRolePolicy" | "iam:DetachRolePolicy":
            return [{"iam:PolicyARN": arn} for arn in properties.get("ManagedPolicyArns", [])]
    return [{}]


def _tags(properties: Properties) -> dict[str, str]:
    tags = properties.get("Tags") or {}
    return dict(tags) if isinstance(tags, Mapping) else {tag["Key"]: tag["Value"] for tag in tags}


@contextlib.contextmanager
def deploying_with(role_name: str, account: str, region: str) -> Iterator[DeploymentPermissions]:
    """Let CloudFormation do only what the role may, until the end of the block."""
    permissions = DeploymentPermissions(role_name, account, region)
    with overseen(permissions):
        yield permissions
