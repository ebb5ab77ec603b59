"""Advice about an environment on the day of its synthesis: its Kubernetes version, and who can access its cluster."""

import re
from collections.abc import Iterator
from datetime import date

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.redaction import may_be_secret
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
    yield from secrets_advice(environment)
    if cluster.name is None and "admins" not in cluster.model_fields_set:
        yield (
            "cluster.admins: nobody can access the cluster with kubectl or the EKS console. Add the ARN of your IAM "
            "role, or admins: [] to keep it so."
        )


# What a property only refers to: Secrets of Kubernetes (Spark on Kubernetes), files and classes; what is no secret's value.
_REFERENCE = re.compile(
    r"spark\.kubernetes\.(?:driver|executor)\.(?:secrets|secretKeyRef)\..+|.*(?:file|path|provider|class)",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"true|false|[0-9.]+[a-z]*|/.*|[a-z0-9]+://[^@]*|\$\{.*|<.*>", re.IGNORECASE)
_OPTION = re.compile(r"(--?[\w.-]+)(?:=(.+))?", re.DOTALL)
_FIX = (
    "is visible in templates, SSM parameters and the cluster to everyone who can read them. Let the application read it from "
    "Secrets Manager, or name a Secret of Kubernetes: spark.kubernetes.driver.secretKeyRef.NAME (Spark on Kubernetes)"
)


def secrets_advice(environment: Environment) -> Iterator[str]:
    """Which values of jobs may be secrets, by the pattern that Spark redacts by. They are not refused: a name can mislead it."""
    for name, job in environment.jobs.items():
        for key, value in job.spark_conf.items():
            if _is_secret(key, value):
                yield f"jobs.{name}.spark_conf.{key}: a likely secret, which {_FIX}."
        texts = [one if isinstance(one, str) else "" for one in job.arguments]
        for index, text in enumerate(texts):
            option = _OPTION.fullmatch(text)
            if option and _is_secret(option[1], option[2] or "".join(texts[index + 1 : index + 2])):
                yield f"jobs.{name}.arguments[{index}]: {option[1]} has a likely secret, which {_FIX}."


def _is_secret(name: str, value: str) -> bool:
    if not may_be_secret(name) or _REFERENCE.fullmatch(name):
        return False
    return bool(value) and not value.startswith("-") and not _HARMLESS.fullmatch(value)


def _price(region: str) -> str:
    """Of extended support, in words."""
    standard, extended = (rates := shipped_prices(region).rates).eks_hour, rates.eks_extended_hour
    if standard is None or extended is None:
        return "more than in standard support"
    return f"{extended:.2f} USD an hour instead of {standard:.2f}"
