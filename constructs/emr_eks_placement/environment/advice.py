"""Advice about an environment on the day of its synthesis: its Kubernetes version, and who can access its cluster."""

from collections.abc import Iterator
from datetime import date

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.environment.environment import Environment
from emr_eks_placement.facts.kubernetes_versions import end_of, support
from emr_eks_placement.facts.prices import shipped_prices

_SOURCE = "EKS guide, Kubernetes version lifecycle"


def check_support(environment: Environment, today: date) -> None:
    """Raises RuleError, with its path, for a version that EKS no longer supports, or for an upgrade policy that it refuses."""
    cluster = environment.cluster
    if cluster.name is not None:
        return
    kind = support(cluster.version, today)
    if kind == "ended":
        end = end_of(cluster.version, "extended")
        rule = f"EKS supported this version until {end}, creates no cluster of it and upgrades those that exist ({_SOURCE})"
        raise RuleError(cluster.version, rule, "Write a later version", path=("cluster", "version"))
    if kind == "extended" and cluster.upgrade_policy == "standard":
        raise RuleError(
            cluster.upgrade_policy,
            f"Kubernetes {cluster.version} is in extended support since {end_of(cluster.version, 'standard')}, which can't be "
            "disabled for a cluster that is in it (EKS guide, disable extended support)",
            "Upgrade the cluster first, or remove upgrade_policy",
            path=("cluster", "upgrade_policy"),
        )


def advice(environment: Environment, today: date) -> Iterator[str]:
    """Yields what to change soon, one or two sentences each."""
    cluster = environment.cluster
    kind = support(cluster.version, today)
    if kind == "extended":
        yield (
            f"cluster.version: Kubernetes {cluster.version} is in extended support until {end_of(cluster.version, 'extended')}: "
            f"the cluster costs {_price(environment.region)}. Upgrade it ({_SOURCE})."
        )
    elif kind == "standard" and cluster.upgrade_policy == "standard":
        yield (
            f"cluster.upgrade_policy: from {end_of(cluster.version, 'standard')} on EKS upgrades the "
            f"cluster by itself, and the version in the file is then wrong. Upgrade it before ({_SOURCE})."
        )
    if cluster.name is None and "admins" not in cluster.model_fields_set:
        yield (
            "cluster.admins: nobody can access the cluster with kubectl or the EKS console. Add the ARN of your IAM "
            "role, or admins: [] to keep it so."
        )


def _price(region: str) -> str:
    """Of extended support, in words."""
    standard, extended = (rates := shipped_prices(region).rates).eks_hour, rates.eks_extended_hour
    if standard is None or extended is None:
        return "more than in standard support"
    return f"{extended:.2f} USD an hour instead of {standard:.2f}"
