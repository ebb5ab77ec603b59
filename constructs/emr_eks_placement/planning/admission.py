"""What the Kubernetes API does to a pod of a namespace before it is scheduled: defaults, limits, refusals."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from emr_eks_placement.facts import emr
from emr_eks_placement.job.placement import Role
from emr_eks_placement.planning import namespace_words as words
from emr_eks_placement.planning.planned_pod import Admitted, PodOfRun
from emr_eks_placement.planning.pod_security import forbidden_by_baseline
from emr_eks_placement.planning.problems import Problem
from emr_eks_placement.planning.volume_claims import Claim, claims_of
from emr_eks_placement.pod_template.rules import SPARK_ROLE
from emr_eks_placement.scheduling.amounts import Spec, amounts_of
from emr_eks_placement.scheduling.fargate import granted_size
from emr_eks_placement.scheduling.limit_ranges import Default, Refusal, refusals, refused_claims, with_defaults
from emr_eks_placement.scheduling.namespace_rules import NO_RULES, NamespaceRules
from emr_eks_placement.scheduling.pod import pod_of_manifest
from emr_eks_placement.scheduling.resource_quotas import counts, unspecified


def admit(role: Role, manifest: Mapping[str, Any], properties: Mapping[str, str], rules: NamespaceRules) -> Admitted:
    """Returns the pod as the API admits it to a namespace with these rules. properties: of Spark."""
    if rules == NO_RULES:
        return Admitted(manifest)
    claims = () if role == "submitter" else claims_of(manifest["spec"], SPARK_ROLE[role], properties)
    spec, defaults = with_defaults(_with_seen_limits(role, manifest["spec"]), rules.limit_ranges)
    problems = (
        *_problems_of_limit_ranges(role, spec, claims, defaults, rules),
        *_problems_of_quotas(role, spec, rules),
        *_problems_of_pod_security(role, manifest, rules),
    )
    return Admitted({**manifest, "spec": spec}, claims, defaults, problems)


def problems_of_defaults(pod: PodOfRun) -> Iterator[Problem]:
    """Yields problems if defaults change the size that Fargate grants a pod, or if it is open which of several defaults
    applies."""
    defaults = pod.admitted.defaults
    if not defaults:
        return
    given = [one for one in defaults if one.kind == "requests" and one.amount]
    before = pod_of_manifest(pod.manifest) if given and pod.landing.compute == "fargate" else pod.shape
    asked, made = (granted_size(shape.cpu_millis, shape.memory_mib) for shape in (before, pod.shape))
    if asked != made:
        granted = f"Fargate grants {made}" if made else "Fargate has no size for it"
        gifts = ", ".join(dict.fromkeys(words.gift(one) for one in given))
        what = f"{gifts}: {granted}, without {asked}" if asked else f"{gifts}: {granted}"
        yield Problem("LIMIT_RANGE_DEFAULT", pod.role, what, own_fix=words.fix_of_default(given[0]))
    for one in {(one.kind, one.resource): one for one in defaults if one.contested}.values():
        what = f"several LimitRanges have another default for {one.kind} of {one.resource}; {words.gift(one)} here"
        yield Problem(
            "LIMIT_RANGE_DEFAULT", pod.role, what, own_fix="Keep one default for each resource in a namespace"
        )


def _problems_of_limit_ranges(
    role: Role, spec: Spec, claims: Iterable[Claim], defaults: tuple[Default, ...], rules: NamespaceRules
) -> Iterator[Problem]:
    """Yields problems of limits. A refusal is certain if it does not depend on EMR's own containers."""
    found = refusals(spec, rules.limit_ranges, defaults)
    certain = _refused_without_emr(role, spec, defaults, rules) if found else set()
    for one in found:
        code = "LIMIT_RANGE" if _key(one) in certain else "EMR_CONTAINER_REFUSED"
        if code == "LIMIT_RANGE" and (one.rule, one.resource) == ("max", "memory") and one.container is not None:
            code = "QUOTA_CONTAINER_MEMORY"
        yield Problem(
            code,
            role,
            words.refusal(one),
            own_fix=words.fix_of_refusal(role, one, emrs=code == "EMR_CONTAINER_REFUSED"),
        )
    asked = [(claim.volume, claim.storage) for claim in claims if claim.storage is not None]
    for one in refused_claims(asked, rules.limit_ranges):
        yield Problem("LIMIT_RANGE", role, words.refused_claim(one), own_fix=words.fix_of_refusal(role, one))


def _refused_without_emr(
    role: Role, spec: Spec, defaults: tuple[Default, ...], rules: NamespaceRules
) -> set[tuple[str, str | None, str, str]]:
    without = _without_emr(role, spec)
    if not without["containers"]:
        return set()
    kept = [one for one in defaults if not _is_emrs(role, one.container)]
    return {_key(one) for one in refusals(without, rules.limit_ranges, kept)}


def _key(one: Refusal) -> tuple[str, str | None, str, str]:
    return one.limit_range, one.container, one.resource, one.rule


def _problems_of_quotas(role: Role, spec: Spec, rules: NamespaceRules) -> Iterator[Problem]:
    """Yields problems of pods that the API refuses because a container does not set what a quota counts."""
    for quota in rules.quotas:
        lacking: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
        for container, counted in (unspecified(spec, quota) if counts(quota, spec) else {}).items():
            lacking.setdefault((_is_emrs(role, container), tuple(counted)), []).append(container)
        for (emrs, said), names in lacking.items():
            code = "EMR_CONTAINER_REFUSED" if emrs else "QUOTA_UNSPECIFIED"
            what, fix = words.unspecified(said, names, quota.name), words.fix_of_unspecified(role, said, names)
            yield Problem(code, role, what, own_fix=fix)


def _problems_of_pod_security(role: Role, manifest: Mapping[str, Any], rules: NamespaceRules) -> Iterator[Problem]:
    if rules.pod_security != "privileged":
        for what, path, value in forbidden_by_baseline(manifest["spec"], manifest["metadata"].get("annotations") or {}):
            yield Problem("POD_SECURITY", role, what, path, value)


def _is_emrs(role: Role, container: str) -> bool:
    """Returns whether EMR adds the container: its requests are observed, not documented."""
    return role == "submitter" or container == emr.LOGGING_SIDECAR


def _with_seen_limits(role: Role, spec: Spec) -> Spec:
    """Returns the pod with the observed limits of EMR's own containers, except where a set request exceeds them."""
    made = {
        kind: [_limited(role, one) for one in spec[kind]] for kind in ("initContainers", "containers") if spec.get(kind)
    }
    return {**spec, **made}


def _limited(role: Role, container: Mapping[str, Any]) -> Mapping[str, Any]:
    name, resources = str(container.get("name")), container.get("resources") or {}
    if not _is_emrs(role, name) or resources.get("limits"):
        return container
    seen = {"resources": {"limits": emr.SEEN_LIMITS.get(name, {})}}
    asked, limits = amounts_of(container, "requests"), amounts_of(seen, "limits")
    kept = {one: amount for one, amount in seen["resources"]["limits"].items() if asked.get(one, 0) <= limits[one]}
    return {**container, "resources": {**resources, "limits": kept}}


def _without_emr(role: Role, spec: Spec) -> Spec:
    kept = {
        kind: [one for one in spec.get(kind) or () if not _is_emrs(role, str(one.get("name")))]
        for kind in ("initContainers", "containers")
    }
    return {**spec, **kept}
