"""Describes violations of a namespace's rules, and their fixes."""

from collections.abc import Iterable

from emr_eks_placement.environment.namespace_limits import OBJECTS_NAME
from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.pod_template.rules import MAIN_CONTAINER, SPARK_ROLE
from emr_eks_placement.scheduling.amounts import as_text, in_words
from emr_eks_placement.scheduling.limit_ranges import Default, Refusal
from emr_eks_placement.scheduling.pod import MIB

# The settings of an environment file behind the objects of a virtual cluster's quota.
_OWN_SETTINGS = {"pods": "pods", "requests.memory": "memory", "requests.cpu": "cpu", "max.memory": "container_memory"}
_COUNTED = {
    "pods": "pods",
    "count/pods": "pods",
    "cpu": "",
    "requests.cpu": "",
    "limits.cpu": "of CPU limits",
    "memory": "of memory",
    "requests.memory": "of memory",
    "limits.memory": "of memory limits",
    "requests.storage": "of volume claims",
    "requests.ephemeral-storage": "of ephemeral storage",
    "ephemeral-storage": "of ephemeral storage",
    "limits.ephemeral-storage": "of ephemeral storage limits",
}


def counted(resource: str, amount: int) -> str:
    """Formats the amount of a quota's resource in a run: 4 pods, 16583 MiB of memory, 12 vCPU, 4 nvidia.com/gpu."""
    what = _COUNTED.get(resource, resource.removeprefix("count/").removeprefix("requests."))
    what = what.removesuffix("s") if amount == 1000 and what.isalpha() else what
    return f"{in_words(resource, amount)} {what}".rstrip()


def field_of(kind: str, name: str, field: str) -> str:
    """Returns a field of an object of the namespace, with its setting in an environment file."""
    setting = _OWN_SETTINGS.get(field) if name == OBJECTS_NAME else None
    return f"{field} of {kind} {name}" + (f" (quota.{setting} of the virtual cluster)" if setting else "")


def quantity(resource: str, amount: int) -> str:
    """Formats an amount as in Kubernetes, rounded up to a usual unit: 12, 24Gi."""
    if in_words(resource, 0).endswith("MiB"):
        return f"{-(-amount // (1000 * 1024 * MIB))}Gi"
    return as_text(amount if resource.endswith("cpu") else -(-amount // 1000) * 1000)


def refusal(one: Refusal) -> str:
    """Returns what a LimitRange refuses."""
    subject = "the pod" if one.container is None else f"container {one.container}"
    kind, bound = "a pod" if one.container is None else "a container", in_words(one.resource, one.bound)
    if one.rule == "default":
        asked = f"less than the {in_words(one.resource, one.amount)} that it requests"
        return f"LimitRange {one.limit_range} gives {subject} a limit of {bound}, {asked}"
    if one.rule == "maxLimitRequestRatio":
        has = "a request and a limit" if one.kind is None else f"a limit of {one.amount / 1000:g} times the request"
        allowed = f"LimitRange {one.limit_range} allows {kind} a limit of {one.bound / 1000:g} times the request"
        return f"{subject} has {'not both ' if one.kind is None else ''}{has} of {one.resource}, {allowed}"
    wants = "at least " if one.rule == "min" else ""
    if one.kind is None:
        lacking = "request" if one.rule == "min" else "limit"
        allowed = f"LimitRange {one.limit_range}, which allows {kind} {wants}{bound}, asks for one"
        return f"{subject} has no {lacking} of {one.resource}, and {allowed}"
    has = f"{'a request' if one.kind == 'requests' else 'a limit'} of {in_words(one.resource, one.amount)}"
    allowed = f"LimitRange {one.limit_range} allows {kind} {wants}{bound}"
    return f"{subject} has {has} of {one.resource}, {allowed}".replace(" vCPU of cpu", " vCPU")


def refused_claim(one: Refusal) -> str:
    """Returns what a LimitRange refuses of a claim."""
    wants = "at least" if one.rule == "min" else "at most"
    asks = f"volume {one.container} claims {in_words(one.resource, one.amount)}"
    return f"{asks}, LimitRange {one.limit_range} allows a claim {wants} {in_words(one.resource, one.bound)}"


def fix_of_refusal(role: Role, one: Refusal, *, emrs: bool = False) -> str:
    """Returns the field to change, of the run or of the LimitRange. emrs: whether EMR adds the container."""
    field = field_of("LimitRange", one.limit_range, f"{one.rule}.{one.resource}")
    changed = f"{'lower' if one.rule == 'min' else 'remove' if one.kind is None else 'raise'} {field}"
    here = None if emrs else _here(role, one)
    return f"{here}, or {changed}" if here else f"{changed[0].upper()}{changed[1:]}"


def _here(role: Role, one: Refusal) -> str | None:
    """Returns what to change of the run."""
    if one.kind is None or one.rule == "default":
        limit = _limit_property(role) if one.resource == "cpu" and one.container in (None, _main(role)) else None
        return f"Set {limit}" if limit else f"Set resources.limits.{one.resource} in the pod template"
    if one.rule == "maxLimitRequestRatio":
        return "Lower the limit or raise the request"
    if one.rule == "min":
        return "Raise it"
    return "Lower memory or overhead" if one.resource == "memory" else "Lower it"


def unspecified(counted_as: Iterable[str], containers: list[str], quota: str) -> str:
    """Returns that containers lack a value that a quota requires."""
    lacking = " and no ".join(dict.fromkeys(" of ".join(_said(one)) for one in counted_as))
    have, names = "has" if len(containers) == 1 else "have", ", ".join(containers)
    return f"{names} {have} no {lacking}, which ResourceQuota {quota} ({', '.join(counted_as)}) asks of every container"


def fix_of_unspecified(role: Role, counted_as: Iterable[str], containers: list[str]) -> str:
    """Returns the field to set, or the default that the namespace needs; a default request of 0 changes no size."""
    said = [_said(one) for one in counted_as]
    limits = [resource for kind, resource in said if kind == "limit"]
    defaults = [f"default.{one} no lower than any request" for one in limits]
    defaults += [f"defaultRequest.{one}: 0" for one in dict.fromkeys(resource for _, resource in said)]
    default = f"ive the namespace a LimitRange with {' and '.join(defaults)}"
    if role == "submitter" or emr.LOGGING_SIDECAR in containers:
        return f"G{default}"
    if _main(role) in containers and limits == ["cpu"]:
        return f"Set {_limit_property(role)}, or g{default}"
    fields = " and ".join(dict.fromkeys(f"resources.{kind}s.{resource}" for kind, resource in said))
    return f"Set {fields} in the pod template, or g{default}"


def gift(one: Default) -> str:
    """Returns the defaults that a LimitRange adds to a container."""
    amount = (
        f"{one.amount}m of cpu" if one.resource == "cpu" else f"{in_words(one.resource, one.amount)} of {one.resource}"
    )
    kind = "request" if one.kind == "requests" else "limit"
    return f"LimitRange {one.limit_range} gives {one.container} a {kind} of {amount}"


def fix_of_default(one: Default) -> str:
    """Returns how to prevent a default from changing the size."""
    field = f"defaultRequest.{one.resource}"
    return f"Set {field} of LimitRange {one.limit_range} to 0, or lower what Spark's container requests by as much"


def _said(counted_as: str) -> tuple[str, str]:
    kind, _, resource = counted_as.rpartition(".")
    return "limit" if kind == "limits" else "request", resource


def _main(role: Role) -> str | None:
    return None if role == "submitter" else MAIN_CONTAINER[role]


def _limit_property(role: Role) -> str | None:
    return None if role == "submitter" else f"spark.kubernetes.{SPARK_ROLE[role]}.limit.cores"
