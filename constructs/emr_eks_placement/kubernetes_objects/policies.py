"""Kubernetes objects by which a cluster refuses or changes pods in ways that a plan does not model."""

from emr_eks_placement.common.document_field import Field
from emr_eks_placement.common.errors import RuleError

# By API group: kinds of which each object is such a policy (Kubernetes, Kyverno and Gatekeeper references).
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
    """In words, an object that can refuse or change pods; None for others."""
    group, kind = (one["apiVersion"].known_text() or "").partition("/")[0], one["kind"].known_text() or ""
    is_policy = kind in _POLICIES.get(group, ()) or group in _GATEKEEPER
    if is_policy or (kind in _WEBHOOKS and _is_for_pods(one)):
        return _unmodelled(f"{kind} {one['metadata']['name'].known_text() or ''}".strip())
    return None


def policy_chart(chart: str | None) -> str | None:
    """In words, a Helm chart that brings such policies; None for others."""
    name = (chart or "").rpartition("/")[2]
    return _unmodelled(f"Helm chart {name}") if name in _CHARTS else None


def _is_for_pods(webhooks: Field) -> bool:
    """Whether one of the webhooks is called for pods; so it may be where the rules are known only at deployment."""
    try:
        rules = [rule for one in webhooks["webhooks"].items() for rule in one["rules"].items()]
        return any(one.known_text() in _OF_PODS for rule in rules for one in rule["resources"].items())
    except RuleError:
        return True


def _unmodelled(what: str) -> str:
    return f"{what} may refuse or change pods, which a plan does not model"
