"""Placements: where each kind of pod of a job runs, and the named presets (modes) of a placement."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, Strict, model_validator

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.common.model import Model, between
from emr_eks_placement.facts import instance_types, kubernetes

Role = Literal["submitter", "driver", "executors"]
ROLES: tuple[Role, ...] = get_args(Role)
CapacityType = Literal["on-demand", "spot"]
# How a definition selects EC2 nodes: in a pod template, or in Spark configuration.
NodeSelection = Literal["pod-template", "spark-conf"]
Labels = Annotated[dict[str, str], AfterValidator(kubernetes.check_labels)]
InstanceTypeName = Annotated[str, AfterValidator(lambda name: instance_types.instance_type(name).name)]

# The label that Fargate profiles select on, and its value for a profile of any zone.
PLACEMENT_LABEL = "spark-node-placement"
_FARGATE = "fargate"

CAPACITY_TYPE_LABEL_VALUES: Mapping[CapacityType, str] = MappingProxyType({"on-demand": "ON_DEMAND", "spot": "SPOT"})


class Taint(Model):
    """A taint of every node of a group."""

    key: Annotated[str, AfterValidator(kubernetes.check_label_key)]
    """The taint's key."""
    value: Annotated[str, AfterValidator(kubernetes.check_label_value)] = ""
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]
    """What happens to pods that do not tolerate it."""


class Toleration(Model):
    """A Kubernetes toleration; the operator Exists takes no value, no key tolerates every taint."""

    key: str | None = None
    """The taint's key; by default any taint."""
    operator: Literal["Equal", "Exists"] = "Equal"
    """Equal tolerates the value, Exists any value."""
    value: str | None = None
    """The taint's value, if the operator is Equal."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The taint's effect; by default any effect."""
    toleration_seconds: Annotated[int, Strict(), between(0, 2**31 - 1, "seconds", "Kubernetes tolerations")] | None = (
        None
    )
    """How many seconds a running pod stays after its node gets the taint; by default it is not evicted."""

    @model_validator(mode="after")
    def _check(self) -> "Toleration":
        if self.key is not None:
            _at("key", kubernetes.check_label_key, self.key)
        elif self.operator == "Equal":
            raise RuleError(
                None, "operator Equal needs a key (Kubernetes tolerations)", "Give the taint's key", path=("key",)
            )
        if self.value is not None:
            if self.operator == "Exists":
                raise RuleError(
                    self.value,
                    "operator Exists takes no value (Kubernetes tolerations)",
                    "Remove the value",
                    path=("value",),
                )
            _at("value", kubernetes.check_label_value, self.value)
        if self.toleration_seconds is not None and self.effect != "NoExecute":
            raise RuleError(
                self.toleration_seconds,
                "is allowed only with effect NoExecute (Kubernetes tolerations)",
                "Set the effect or remove the seconds",
                path=("toleration_seconds",),
            )
        return self

    @classmethod
    def of_kubernetes(cls, toleration: Mapping[str, Any]) -> "Toleration":
        """Reads a toleration of a pod. Raises pydantic's ValidationError for invalid data."""
        renamed = {"toleration_seconds" if key == "tolerationSeconds" else key: toleration[key] for key in toleration}
        seconds = renamed.get("toleration_seconds")
        if isinstance(seconds, int):
            renamed["toleration_seconds"] = min(max(seconds, 0), 2**31 - 1)  # the API reads negative ones as 0
        return cls.model_validate({key: None if value == "" else value for key, value in renamed.items()})

    def as_kubernetes(self) -> dict[str, Any]:
        """Returns the toleration as in a pod."""
        fields = {
            "key": self.key,
            "operator": self.operator,
            "value": self.value,
            "effect": self.effect,
            "tolerationSeconds": self.toleration_seconds,
        }
        return {name: value for name, value in fields.items() if value is not None}


def _at(field: str, check: Any, value: str) -> None:
    with below(field):
        check(value)


class Fargate(Model):
    """On AWS Fargate, in any zone of the virtual cluster's profile or in one."""

    compute: Literal["fargate"] = "fargate"
    """What the pod runs on."""
    zone: str | None = None
    """The zone; by default any of the virtual cluster's profile."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_ec2_choices(cls, data: Any) -> Any:
        for key in ("capacity_type", "instance_type", "node_labels", "tolerations") if isinstance(data, dict) else ():
            if key in data:
                raise RuleError(
                    data[key],
                    "a pod on Fargate can't choose its node: there is no Spot, no arm64, no instance type (EKS guide, Fargate)",
                    "Remove it, or place the pod with compute: ec2",
                    path=(key,),
                )
        return data

    @property
    def label_value(self) -> str:
        """The value of spark-node-placement: one for any zone, one for each single zone."""
        return f"{_FARGATE}-{self.zone}" if self.zone else _FARGATE


class Ec2(Model):
    """On EC2 nodes: those that carry all these labels; none given: any node with room."""

    compute: Literal["ec2"] = "ec2"
    """What the pod runs on."""
    node_labels: Labels = {}
    """Labels that the node must have, all of them."""
    zone: str | None = None
    """The node's zone; by default any."""
    instance_type: InstanceTypeName | None = None
    """The node's instance type; by default any."""
    capacity_type: CapacityType | None = None
    """How EC2 sells the node; by default any way."""
    tolerations: tuple[Toleration, ...] = ()
    """Which taints of nodes the pod tolerates."""

    @model_validator(mode="after")
    def _refuse_labels_with_fields_of_their_own(self) -> "Ec2":
        fields = {
            kubernetes.ZONE: "zone",
            kubernetes.INSTANCE_TYPE: "instance_type",
            kubernetes.CAPACITY_TYPE: "capacity_type",
            kubernetes.POOL_CAPACITY_TYPE: "capacity_type",
        }
        for key, field in fields.items():
            if key in self.node_labels:
                raise RuleError(
                    self.node_labels[key],
                    "this label has its own field",
                    f"Write {field} instead",
                    path=("node_labels", key),
                )
        return self

    @property
    def node_selector(self) -> dict[str, str]:
        """Returns the node labels that a pod asks for."""
        selector = dict(self.node_labels)
        if self.zone:
            selector[kubernetes.ZONE] = self.zone
        if self.instance_type:
            selector[kubernetes.INSTANCE_TYPE] = self.instance_type
        if self.capacity_type:
            selector[kubernetes.CAPACITY_TYPE] = CAPACITY_TYPE_LABEL_VALUES[self.capacity_type]
        return selector


Target = Annotated[Fargate | Ec2, Field(discriminator="compute")]


class Placement(Model):
    """Where the three kinds of pod of a job run. By default, the job submitter runs on any EC2 node with room."""

    submitter: Target = Ec2()
    driver: Target
    executors: Target

    def of(self, role: Role) -> Fargate | Ec2:
        """Returns the target of one kind of pod."""
        return {"submitter": self.submitter, "driver": self.driver, "executors": self.executors}[role]
