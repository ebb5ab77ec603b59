"""Every gate over every environment of environments/ and over generated ones: GENERATED=30 tries more of these.

A finding that is right is fixed in the infrastructure; one that stays has its reason in gates/explained.yaml, for the
narrowest resource.
"""

import os
from importlib.util import find_spec

import pytest
import yaml
from aws_cdk import aws_eks_v2 as eks

from emr_eks_placement.environment.platform import KUBERNETES_VERSIONS
from tests.generated_environments import generate
from tests.infra.conftest import NAMES, Synthesize
from tests.infra.gates import EXPLANATIONS, GATES, Finding, unexplained, unneeded
from tests.infra.gates.synthesis import REPORTED, acknowledged, gates_of
from tests.infra.synthesized import Synthesized

SEEDS = range(int(os.environ.get("GENERATED", "4")))  # the first four need every explanation

# What constructs acknowledge themselves, for every app that uses them.
ACKNOWLEDGED = {("CloudFormation-Validate::W3010", "Network/Vpc")}


@pytest.fixture(scope="module")
def examined(synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory) -> list[Synthesized]:
    folder = tmp_path_factory.mktemp("generated")
    for seed in SEEDS:
        (folder / f"generated-{seed}.yaml").write_text(yaml.safe_dump(generate(seed), sort_keys=False))
    return [*map(synthesize, NAMES), *(synthesize(f"generated-{seed}", folder) for seed in SEEDS)]


class Findings:
    """Gate -> what it found; each runs once."""

    def __init__(self, examined: list[Synthesized]) -> None:
        self._examined = examined
        self._found: dict[str, list[Finding]] = {}

    def __call__(self, gate: str) -> list[Finding]:
        if gate not in self._found:
            self._found[gate] = list(GATES[gate](self._examined))
        return self._found[gate]


@pytest.fixture(scope="module")
def findings(examined: list[Synthesized]) -> Findings:
    return Findings(examined)


@pytest.mark.parametrize("gate", GATES)
def test_nothing_is_unexplained(gate: str, findings: Findings) -> None:
    assert not list(map(str, unexplained(findings(gate))))


def test_every_explanation_is_needed(findings: Findings) -> None:
    assert not unneeded(EXPLANATIONS, [found for gate in GATES for found in findings(gate)])


def test_every_acknowledgement_of_a_construct_is_needed(examined: list[Synthesized]) -> None:
    assert set().union(*(acknowledged(synthesized.folder) for synthesized in examined)) == ACKNOWLEDGED


def test_the_cdk_reports_of_no_other_gate(examined: list[Synthesized]) -> None:
    assert set().union(*(gates_of(synthesized.folder) for synthesized in examined)) == set(REPORTED)


def test_the_cdk_has_every_version_of_kubernetes() -> None:
    offered = {name.removeprefix("V").replace("_", ".") for name in dir(eks.KubernetesVersion) if name[:2] == "V1"}
    assert offered >= set(KUBERNETES_VERSIONS)


def test_the_kubectl_layers_that_are_installed_are_of_versions_to_choose() -> None:
    installed = {f"1.{minor}" for minor in range(20, 60) if find_spec(f"aws_cdk.lambda_layer_kubectl_v{minor}")}
    assert installed
    assert installed <= set(KUBERNETES_VERSIONS)
