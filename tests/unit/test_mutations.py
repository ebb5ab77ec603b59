"""The expression of a placement is changed in one place of a definition: the pod no longer lands where it did."""

import copy
import re
from collections import Counter
from collections.abc import Callable, Collection

import pytest
from hypothesis import given

from emr_eks_placement.definition import JobRunDefinition
from emr_eks_placement.job.placement import ROLES, Fargate, Role
from emr_eks_placement.planning import Landing
from tests.strategies import Case, all_cases
from tests.unit.laws import LAW, defined, planned

PREFIX: dict[Role, str] = {
    "submitter": "jobsubmitter.",
    "driver": "spark.kubernetes.driver.",
    "executors": "spark.kubernetes.executor.",
}
OUTCOMES: Counter[str] = Counter()


def placing(made: JobRunDefinition, role: Role) -> list[tuple[str, str, str]]:
    """Classification, key and value of the properties that say where the role's pod goes."""
    pattern = re.compile(re.escape(PREFIX[role]) + r"(label\.spark-node-placement|node\.selector\..+)")
    parts = made.request["configurationOverrides"].get("applicationConfiguration", [])
    return [
        (part["classification"], key, value)
        for part in parts
        for key, value in part["properties"].items()
        if pattern.fullmatch(key)
    ]


def changed(
    made: JobRunDefinition, classification: str, properties: dict[str, str], drop: Collection[str] = ()
) -> JobRunDefinition:
    """The definition with properties put into a classification, and some taken out of every one."""
    request = copy.deepcopy(made.request)
    overrides = request["configurationOverrides"]
    kept = {part["classification"]: part["properties"] for part in overrides.get("applicationConfiguration", [])}
    kept = {name: {key: value for key, value in old.items() if key not in drop} for name, old in kept.items()}
    kept[classification] = {**kept.get(classification, {}), **properties}
    overrides["applicationConfiguration"] = [
        {"classification": name, "properties": values} for name, values in kept.items() if values
    ]
    return JobRunDefinition(request, made.pod_templates)


def too_large(made: JobRunDefinition, role: Role) -> JobRunDefinition:
    """The definition with more memory for the role than there is."""
    if role == "submitter":
        return changed(made, "emr-job-submitter", {"jobsubmitter.logging.request.memory": "40000Gi"})
    larger = copy.deepcopy(made.request)
    name = PREFIX[role].split(".")[2]
    larger["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"] += f" --conf spark.{name}.memoryOverhead=40t"
    return JobRunDefinition(larger, made.pod_templates)


@LAW
@given(case=all_cases())
def check_label(case: Case) -> None:
    """Of each pod that one property places: the property dropped, under another key, of another value."""
    made = defined(case)
    if made is None or case.environment.fargate_profiles:
        return
    before = planned(made, case.environment)
    for role in ROLES:
        if len(found := placing(made, role)) != 1:
            continue
        ((classification, key, value),) = found
        for change, other in {"drop": {}, "key": {f"{key}x": value}, "value": {key: f"{value}x"}}.items():
            after = planned(changed(made, classification, other, drop=[key]), case.environment)
            check_changed(before.of(role).landing, after.of(role).landing, change)


def check_changed(before: Landing, after: Landing, change: str) -> None:
    OUTCOMES[f"{before.compute} {change}"] += 1
    if before.compute == "fargate":
        assert after.compute == "ec2", "no profile takes it"
    elif change == "drop":
        assert set(before.on) <= set(after.on), "it goes wherever there is room"
    else:
        assert after.pending, "no node has such a label"


@LAW
@given(case=all_cases())
def check_size_and_namespace(case: Case) -> None:
    made = defined(case)
    if made is None:
        return
    elsewhere = planned(made, case.environment, "elsewhere")
    for role in ROLES:
        assert planned(too_large(made, role), case.environment).of(role).landing.pending
        OUTCOMES["size"] += 1
        if isinstance(case.placement.of(role), Fargate) and not case.environment.fargate_profiles:
            assert elsewhere.of(role).landing.compute == "ec2"
            OUTCOMES["namespace"] += 1


CHANGES = [f"{compute} {change}" for compute in ("fargate", "ec2") for change in ("drop", "key", "value")]


@pytest.mark.parametrize(
    ("check", "outcomes"),
    [(check_label, CHANGES), (check_size_and_namespace, ["size", "namespace"])],
    ids=["label", "size and namespace"],
)
def test_a_mutation_changes_the_verdict(check: Callable[[], None], outcomes: list[str]) -> None:
    OUTCOMES.clear()
    check()
    print(dict(OUTCOMES))  # noqa: T201 - shown by make laws
    assert [name for name in outcomes if not OUTCOMES[name]] == [], "each is met"
