"""Fargate profiles of an environment."""

import re
from typing import Annotated

from pydantic import AfterValidator

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.common.model import Model, distinct
from emr_eks_placement.facts.fargate import LONGEST_LABEL_KEY, LONGEST_LABEL_VALUE, MOST_LABELS, MOST_SELECTORS
from emr_eks_placement.facts.quotas import FARGATE_LABELS, FARGATE_SELECTORS

CORE_DNS_PROFILE = "core-dns"


def check_selector_namespace(namespace: str) -> str:
    """Returns the namespace, or the pattern of namespaces. Raises RuleError for any other text."""
    if not re.fullmatch(r"[a-z0-9*?]([-a-z0-9*?]{0,61}[a-z0-9*?])?", namespace):
        raise RuleError(
            namespace,
            "a namespace is a DNS label of at most 63 characters, in which * and ? are wildcards (EKS guide, Fargate profile)",
            "Write for example spark-jobs or spark-*",
        )
    return namespace


def _check_selector_labels(labels: dict[str, str]) -> dict[str, str]:
    if len(labels) > MOST_LABELS:
        raise RuleError(
            f"{len(labels)} labels",
            f"a selector has at most {MOST_LABELS} labels (EKS quota {FARGATE_LABELS.code})",
            "Drop labels until 5 are left: a pod needs every one of them to match",
        )
    for key, value in labels.items():
        if not (1 <= len(key) <= LONGEST_LABEL_KEY and 1 <= len(value) <= LONGEST_LABEL_VALUE):
            raise RuleError(
                value,
                f"a label has a key of 1 to {LONGEST_LABEL_KEY} and a value of 1 to {LONGEST_LABEL_VALUE} characters "
                "(CloudFormation, Fargate profile)",
                "Shorten it",
                path=(key,),
            )
        for part in (key, value):
            if not re.fullmatch(r"[-\w./*?]+", part, re.ASCII):
                raise RuleError(
                    value,
                    "a label consists of letters, digits, -, _, ., /, and the wildcards * and ? (EKS guide, Fargate profile)",
                    "Rename it",
                    path=(key,),
                )
    return labels


def _check_selectors(selectors: tuple["FargateSelector", ...]) -> tuple["FargateSelector", ...]:
    if not 1 <= len(selectors) <= MOST_SELECTORS:
        raise RuleError(
            f"{len(selectors)} selectors",
            f"a Fargate profile has 1 to {MOST_SELECTORS} selectors (EKS quota {FARGATE_SELECTORS.code})",
            "Split the profile" if selectors else "Give a namespace to select",
        )
    return selectors


class FargateSelector(Model):
    """Takes the pods of a namespace that carry all these labels; * and ? are wildcards in each."""

    namespace: Annotated[str, AfterValidator(check_selector_namespace)]
    """The pods' namespace."""
    labels: Annotated[dict[str, str], AfterValidator(_check_selector_labels)] = {}
    """Labels that the pods must have, all of them."""


class FargateProfile(Model):
    """A Fargate profile."""

    selectors: Annotated[tuple[FargateSelector, ...], AfterValidator(_check_selectors)]
    """Fargate takes the pods that match one of them."""
    zones: Annotated[tuple[str, ...], distinct("zone")] = ()
    """Where the pods run; by default in all zones of the environment."""


def core_dns_profile() -> FargateProfile:
    """Returns a profile that takes the pods of CoreDNS (EKS guide, getting started with AWS Fargate)."""
    return FargateProfile(selectors=(FargateSelector(namespace="kube-system", labels={"k8s-app": "kube-dns"}),))
