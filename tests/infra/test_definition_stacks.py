"""Definitions of one virtual cluster in several stacks."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.environment import Environment
from emr_eks_placement.environment.definition_stacks import definition_parts
from tests.changed_environment import changed_environment, synthesize

PARAMETER, TEMPLATE = "AWS::SSM::Parameter", "AWS::EMRContainers::JobTemplate"
Templates = dict[str, dict[str, Any]]


def environment(folder: Path, jobs: int, stacks: int | None, virtual_cluster: str = "spark") -> Environment:
    folder.mkdir(exist_ok=True)
    job = {
        "entry_point": "s3://example-code/job.py",
        "release_label": "emr-7.12.0-latest",
        "driver": {"memory": "2g"},
        "virtual_cluster": virtual_cluster,
        "placements": {"fargate": {"state_machine": {}}, "ec2": {}},
    }
    return changed_environment(
        folder,
        virtual_clusters={
            "spark": {"namespace": "spark-jobs", "definition_stacks": stacks},
            "reports": {"namespace": "spark-reports"},
        },
        jobs={"trip-count": None, "total": job | {"virtual_cluster": "reports"}}
        | {f"job-{number}": job for number in range(jobs)},
    )


def templates(environment: Environment, folder: Path) -> Templates:
    files = synthesize(environment, folder / "cdk.out").glob("*.template.json")
    return {file.name.removesuffix(".template.json"): json.loads(file.read_text()) for file in files}


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Templates]:
    folder = tmp_path_factory.mktemp("split")
    return folder, templates(environment(folder, 12, 3), folder)


def held(template: dict[str, Any]) -> set[str]:
    """The parameters of a stack."""
    found = [one["Properties"]["Name"] for one in template["Resources"].values() if one["Type"] == PARAMETER]
    assert len(found) == sum(one["Type"] == TEMPLATE for one in template["Resources"].values())
    return {name.removeprefix("/emr-eks-placement/changed/job-runs/") for name in found}


def test_each_definition_is_in_one_stack(split: tuple[Path, Templates]) -> None:
    stacks = {name: held(one) for name, one in split[1].items() if "-job-runs" in name}
    assert stacks.pop("changed-job-runs") == {"total/fargate", "total/ec2"}
    assert set(stacks) == {f"changed-job-runs-spark-{number}" for number in (1, 2, 3)}
    assert all(stacks.values())
    of_jobs = sorted(name for one in stacks.values() for name in one)
    assert of_jobs == sorted(f"job-{number}/{placement}" for number in range(12) for placement in ("fargate", "ec2"))


def test_one_job_more_changes_one_stack(split: tuple[Path, Templates], tmp_path: Path) -> None:
    after = templates(environment(tmp_path, 13, 3), tmp_path)
    changed = [name for name, template in split[1].items() if template != after[name]]
    assert len(changed) == 1
    assert held(after[changed[0]]) - held(split[1][changed[0]]) == {"job-12/fargate", "job-12/ec2"}


def test_each_stack_is_deployed_after_the_one_whose_definitions_it_may_take(split: tuple[Path, Templates]) -> None:
    artifacts = json.loads((split[0] / "cdk.out/manifest.json").read_text())["artifacts"]
    stacks = ["changed-job-runs", *(f"changed-job-runs-spark-{number}" for number in (1, 2, 3))]
    for before, after in pairwise(stacks):
        assert before in artifacts[after]["dependencies"]


def test_the_index_of_the_first_stack_names_the_others(split: tuple[Path, Templates]) -> None:
    found = {
        file.relative_to(folder).as_posix(): json.loads(file.read_text())
        for folder in (split[0] / "cdk.out").glob("asset.*")
        for file in folder.glob("job-runs/index*.json")
    }
    further = found["job-runs/index.json"]["indexes"]
    assert {"job-runs/index.json", *further} == set(found)
    assert len(further) == 3
    for key, index in found.items():
        part = "job-runs" + key.removeprefix("job-runs/index").removesuffix(".json")
        assert {one["stack"] for one in index["definitions"]} == {f"changed-{part}"}
        names = {f"{one['job']}/{one['placement']}" for one in index["definitions"]}
        assert names == held(split[1][f"changed-{part}"])


def test_the_index_starts_a_state_machine_by_the_name_it_has(split: tuple[Path, Templates]) -> None:
    for file in (split[0] / "cdk.out").glob("asset.*/job-runs/index-spark-*.json"):
        for one in json.loads(file.read_text())["definitions"]:
            resources = split[1][one["stack"]]["Resources"].values()
            machines = [
                each["Properties"]["StateMachineName"]
                for each in resources
                if each["Type"] == "AWS::StepFunctions::StateMachine"
            ]
            named = [name for name in machines if f":stateMachine:{name}" in one.get("execute", "")]
            assert len(named) == (one["placement"] == "fargate")


def test_stacks_of_definitions_know_no_other_virtual_cluster(split: tuple[Path, Templates]) -> None:
    assert "reports" not in json.dumps(split[1]["changed-job-runs-spark-1"])


def test_a_stack_more_takes_jobs_from_the_others_and_moves_none_between_them(tmp_path: Path) -> None:
    before, after = (definition_parts(environment(tmp_path, 60, number)) for number in (4, 5))
    moved = {job: part for part, jobs in after.items() for job in jobs if job not in before.get(part, ())}
    assert set(moved.values()) == {"job-runs-spark-5"}
    assert len(moved) < 30


def test_without_a_number_all_definitions_are_in_one_stack(tmp_path: Path) -> None:
    assert list(definition_parts(environment(tmp_path, 5, None))) == ["job-runs"]


@pytest.mark.parametrize("name", ["job-{:03}", "team{0}-etl", "j{0}-{0}"])
def test_a_thousand_jobs_in_four_placements_fit_thirty_stacks(tmp_path: Path, name: str) -> None:
    """By the resources that each takes: two a definition."""
    one = environment(tmp_path, 1, 30)
    many = {name.format(number): one.jobs["job-0"] for number in range(1000)}
    parts = definition_parts(one.model_copy(update={"jobs": many}))
    assert sum(map(len, parts.values())) == 1000
    assert max(map(len, parts.values())) * 4 * 2 + 40 <= 500


def test_an_environment_without_jobs_has_an_index_of_none(tmp_path: Path) -> None:
    """CloudFormation takes no stack without resources, and the stack of an environment's last job must not stay as it is."""
    without = environment(tmp_path, 0, None).model_copy(update={"jobs": {}})
    resources = templates(without, tmp_path)["changed-job-runs"]["Resources"].values()
    assert {one["Type"] for one in resources} >= {"Custom::CDKBucketDeployment"}
    assert PARAMETER not in {one["Type"] for one in resources}
