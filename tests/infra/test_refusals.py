"""What synthesis refuses: one line on stderr that names file, line and field, exit code 2, no traceback."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
import yaml

import app
from tests.infra.synthesized import ROOT

Refusal = Callable[..., str]


@pytest.fixture
def refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Changes dev.yaml, runs the app on it, with more context if any, and gives the one line it writes."""

    def run(change: Callable[[dict[str, Any]], None], **context: str) -> str:
        text = (ROOT / "environments/dev.yaml").read_text().replace(
            "../assets", str(ROOT / "assets")
        ) + f"\nshared_folders: [{ROOT}]\n"
        data = yaml.safe_load(text)
        data["jobs"]["trip-count"].update(entry_point="s3://bucket/job.py", arguments=[])
        change(data)
        (tmp_path / "dev.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
        monkeypatch.setattr(app, "ENVIRONMENTS", tmp_path)
        monkeypatch.setattr(
            cdk, "App", partial(cdk.App, outdir=str(tmp_path / "cdk.out"), context={"environment": "dev", **context})
        )
        assert app.main() == 2
        captured = capsys.readouterr()
        assert not captured.out
        assert captured.err.count("\n") == 1, captured.err
        return captured.err

    return run


def test_a_version_whose_kubectl_layer_is_not_installed(refusal: Refusal) -> None:
    line = refusal(lambda data: data["cluster"].update(version="1.33"))
    assert "dev.yaml:" in line
    assert "cluster.version = '1.33'" in line
    assert "pip install aws-cdk.lambda-layer-kubectl-v33" in line


def test_a_version_that_eks_no_longer_offers_can_not_be_deployed_and_can_be_destroyed(refusal: Refusal) -> None:
    """To destroy, the app is asked not to compare; then only what synthesis itself lacks is said."""
    line = refusal(lambda data: data["cluster"].update(version="1.31"))
    assert "cluster.version = '1.31': EKS supported this version until 2026-11-26" in line
    assert "kubectl-v31" in refusal(lambda data: data["cluster"].update(version="1.31"), compare="false")


def test_a_definition_too_large_for_a_parameter(refusal: Refusal) -> None:
    conf = {f"spark.example.setting.{number}": "x" * 1000 for number in range(9)}
    line = refusal(lambda data: data["jobs"]["trip-count"].update(spark_conf=conf))
    assert "jobs.trip-count = " in line
    assert "8192 bytes" in line


def _many(number: int) -> Callable[[dict[str, Any]], None]:
    """Of a few hundred bytes each in three jobs: their number counts."""

    def change(data: dict[str, Any]) -> None:
        job = data["jobs"]["trip-count"] | {
            "placements": {f"fargate-{one}": {"mode": "fargate"} for one in range(number)}
        }
        data["jobs"] = dict.fromkeys(("trip-count", "second", "third"), job)

    return change


def test_more_definitions_than_a_stack_has_resources(refusal: Refusal) -> None:
    line = refusal(_many(77))
    assert "virtual_clusters.spark.definition_stacks = '231 placements, 0 state machines, 0 schedules'" in line
    assert "at most 500 resources" in line
    assert "Write virtual_clusters.spark.definition_stacks: 2" in line


def test_definitions_that_make_a_larger_template_than_cloudformation_takes(refusal: Refusal) -> None:
    def change(data: dict[str, Any]) -> None:
        _many(50)(data)
        for job in data["jobs"].values():
            job["spark_conf"] = {f"spark.example.setting.{number}": "x" * 500 for number in range(6)}

    line = refusal(change)
    assert re.search(r"virtual_clusters.spark.definition_stacks = '1[0-9]{6} bytes'", line)
    assert "the template of dev-job-runs has at most 1000000 bytes" in line
    assert "Write virtual_clusters.spark.definition_stacks: 3" in line


def test_two_definitions_with_one_id(refusal: Refusal) -> None:
    def same(data: dict[str, Any]) -> None:
        jobs = data["jobs"]
        jobs["trip-count"] |= {"placements": {"fargate-in-one": {"mode": "fargate"}}}
        jobs["trip-count-in-fargate"] = {**jobs["trip-count"], "placements": {"one": {"mode": "fargate"}}}

    assert "jobs.trip-count-in-fargate.placements.one = 'one'" in refusal(same)


def test_a_definition_with_the_id_of_anothers_job_template(refusal: Refusal) -> None:
    placements = {"one": {"mode": "fargate"}, "one-template": {"mode": "fargate"}}
    line = refusal(lambda data: data["jobs"]["trip-count"].update(placements=placements))
    assert "jobs.trip-count.placements.one-template = 'one-template'" in line


def test_a_broken_environment_file(refusal: Refusal) -> None:
    assert "region = 'mars-1'" in refusal(lambda data: data.update(region="mars-1"))


def test_an_environment_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cdk, "App", partial(cdk.App, context={"environment": "nowhere"}))
    assert app.main() == 2
    assert "nowhere.yaml" in capsys.readouterr().err
