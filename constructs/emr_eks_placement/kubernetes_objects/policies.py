"""Kubernetes objects with which a cluster refuses or changes pods in ways that a plan does not model."""

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError

# By API group: kinds whose objects are such policies (Kubernetes, Kyverno and Gatekeeper references).
_POLICIES = {
    "admissionregistration.k8s.io": ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"),
    "kyverno.io": ("Policy", "ClusterPolicy"),
    "policies.kyverno.io": ("ValidatingPolicy", "MutatingPolicy"),
}
_GATEKEEPER = ("constraints.gatekeeper.sh", "mutations.gatekeeper.sh")
_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_OF_PODS = {"*", "*/*", "pods", "pods/*"}
# Charts that install such policies or the engine that enforces them.
_CHARTS = ("kyverno", "kyverno-policies", "gatekeeper")


def policy_of(one: Field) -> str | None:
    """Returns a description of an object that can refuse or change pods; None for other objects."""
    group, kind = (one["apiVersion"].known_text() or "").partition("/")[0], one["kind"].known_text() or ""
    is_policy = kind in _POLICIES.get(group, ()) or group in _GATEKEEPER
    if is_policy or (kind in _WEBHOOKS and _is_for_pods(one)):
        return _unmodelled(f"{kind} {one['metadata']['name'].known_text() or ''}".strip())
    return None


def policy_chart(chart: str | None) -> str | None:
    """Returns a description of a Helm chart with such policies; None for other charts."""
    name = (chart or "").rpartition("/")[2]
    return _unmodelled(f"Helm chart {name}") if name in _CHARTS else None


def _is_for_pods(webhooks: Field) -> bool:
    """Returns whether one of the webhooks may be called for pods; also if its rules are known only at deployment."""
    try:
        rules = [rule for one in webhooks["webhooks"].items() for rule in one["rules"].items()]
        return any(one.known_text() in _OF_PODS for rule in rules for one in rule["resources"].items())
    except RuleError:
        return True


def _unmodelled(what: str) -> str:
    return f"{what} may refuse or change pods, which a plan does not model"
