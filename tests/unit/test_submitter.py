"""The job submitter's pod: what of the classification emr-job-submitter becomes of it."""

from typing import Any

import pytest

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.submitter import submitter_pod

KEY = "jobsubmitter.node.toleration.dedicated"
EQUAL = {"key": "dedicated", "operator": "Equal", "value": "spark"}
TOLERATIONS: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = {
    "with its effect": ({KEY: "spark", f"{KEY}.effect": "NoSchedule"}, [{**EQUAL, "effect": "NoSchedule"}]),
    "for a while": (
        {KEY: "spark", f"{KEY}.effect": "NoExecute", f"{KEY}.tolerationSeconds": "60"},
        [{**EQUAL, "effect": "NoExecute", "tolerationSeconds": 60}],
    ),
    "no value, which means any": (
        {KEY: "", f"{KEY}.effect": "NoSchedule"},
        [{"key": EQUAL["key"], "operator": "Exists", "effect": "NoSchedule"}],
    ),
    "without the effect it needs": ({KEY: "spark"}, []),
    "an effect of nothing": ({f"{KEY}.effect": "NoSchedule"}, []),
}


@pytest.mark.parametrize(("properties", "tolerations"), TOLERATIONS.values(), ids=TOLERATIONS.keys())
def test_a_toleration_is_a_value_and_an_effect(properties: dict[str, str], tolerations: list[dict[str, Any]]) -> None:
    assert submitter_pod(properties)["spec"]["tolerations"] == tolerations


REFUSED = {
    "an effect that there is not": ({f"{KEY}.effect": "Never"}, f"{KEY}.effect"),
    "seconds of another effect": (
        {f"{KEY}.effect": "NoSchedule", f"{KEY}.tolerationSeconds": "60"},
        f"{KEY}.tolerationSeconds",
    ),
    "seconds in words": (
        {f"{KEY}.effect": "NoExecute", f"{KEY}.tolerationSeconds": "one"},
        f"{KEY}.tolerationSeconds",
    ),
    "seconds in digits that are none of ASCII": (
        {f"{KEY}.effect": "NoExecute", f"{KEY}.tolerationSeconds": "\u00b2"},
        f"{KEY}.tolerationSeconds",
    ),
}


@pytest.mark.parametrize(("properties", "name"), REFUSED.values(), ids=REFUSED.keys())
def test_a_toleration_that_kubernetes_does_not_take_is_refused_with_its_property(
    properties: dict[str, str], name: str
) -> None:
    with pytest.raises(RuleError) as refused:
        submitter_pod({KEY: "spark", **properties})
    assert refused.value.path == (name,)


def test_labels_annotations_selector_and_scheduler_are_the_pod_s_own() -> None:
    pod = submitter_pod(
        {
            "jobsubmitter.label.team": "a",
            "jobsubmitter.label.emr-containers.amazonaws.com/component": "driver",
            "jobsubmitter.annotation.team": "b",
            "jobsubmitter.node.selector.team": "c",
            "jobsubmitter.scheduler.name": "volcano",
        }
    )
    component = {"emr-containers.amazonaws.com/component": "job.submitter"}
    assert pod["metadata"] == {"labels": {"team": "a", **component}, "annotations": {"team": "b"}}
    assert (pod["spec"]["nodeSelector"], pod["spec"]["schedulerName"]) == ({"team": "c"}, "volcano")
    assert "schedulerName" not in submitter_pod({})["spec"]


def test_its_own_logging_asks_for_what_is_set_or_is_left_out() -> None:
    def asked(**logging: str) -> list[dict[str, str]]:
        properties = {f"jobsubmitter.logging{name.replace('_', '.')}": value for name, value in logging.items()}
        containers = submitter_pod(properties)["spec"]["containers"]
        return [one["resources"]["requests"] for one in containers[1:]]

    assert asked() == [{"cpu": "100m", "memory": "200Mi"}]
    assert asked(_request_cores="1", _request_memory="1Gi") == [{"cpu": "1", "memory": "1Gi"}]
    assert asked(**{"": "DISABLED"}) == []
