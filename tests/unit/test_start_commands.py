"""emr-placement start-commands: what starts each definition, without a call to AWS."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from emr_eks_placement.cli.main import main
from tests.unit.environments import data

Print = Callable[..., str]


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Print:
    """What the command prints for environment `etl`: job count in two placements, one with a state machine."""
    environment = data()
    environment["jobs"]["count"]["placements"] = {"fargate": {"state_machine": {}}, "slow": {"mode": "fargate"}}
    environment["jobs"]["total"] = {**environment["jobs"]["count"], "placements": {"fargate": None}}
    file = tmp_path / "etl.yaml"

    def run(*arguments: str, status: int = 0, **settings: object) -> str:
        file.write_text(yaml.safe_dump(environment | settings))
        assert main(["start-commands", *arguments, "-e", str(file)]) == status
        captured = capsys.readouterr()
        return captured.err if status else captured.out

    return run


def commands(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if not line.startswith("#")]


def test_each_definition_has_a_command_of_its_own_line(printed: Print) -> None:
    found = commands(printed())
    assert len(found) == 3
    words = shlex.split(found[0])
    assert words[:3] == ["aws", "emr-containers", "start-job-run"]
    assert words[-1] == (
        "$(aws ssm get-parameter --region us-east-1 --name /emr-eks-placement/etl/job-runs/count/fargate "
        "--query Parameter.Value --output text)"
    )


def test_a_job_and_a_placement_choose(printed: Print) -> None:
    assert len(commands(printed("count"))) == 2
    (found,) = commands(printed("count", "slow"))
    assert "/count/slow " in found


def test_a_state_machine_has_a_command_too(printed: Print) -> None:
    of_count, of_total = printed("count", "fargate"), printed("total")
    assert "aws stepfunctions start-execution --region us-east-1" in of_count
    assert (
        "arn:aws:states:us-east-1:$(aws sts get-caller-identity --query Account --output text):stateMachine:"
        in of_count
    )
    assert "stepfunctions" not in of_total


def test_the_account_and_the_partition_are_those_of_the_environment(printed: Print) -> None:
    place = {"account": "111122223333", "region": "us-gov-west-1", "zones": ["us-gov-west-1a", "us-gov-west-1b"]}
    found = printed("count", virtual_clusters={"spark": {"namespace": "spark-jobs"}}, **place)
    assert "arn:aws-us-gov:states:us-gov-west-1:111122223333:stateMachine:" in found


def test_json_has_where_each_is_deployed(printed: Print) -> None:
    spark = {"spark": {**data()["virtual_clusters"]["spark"], "definition_stacks": 2}}
    found = json.loads(printed("--output", "json", virtual_clusters=spark))
    assert {one["stack"] for one in found} <= {"etl-job-runs-spark-1", "etl-job-runs-spark-2"}
    by_run = {(one["job"], one["placement"]): one for one in found}
    assert set(by_run) == {("count", "fargate"), ("count", "slow"), ("total", "fargate")}
    assert by_run["count", "slow"]["objectKey"] == "job-runs/count/slow.json"
    assert "execute" not in by_run["count", "slow"]
    stack = by_run["count", "fargate"]["stack"]
    assert f":stateMachine:{stack}-count-fargate-" in by_run["count", "fargate"]["execute"]


@pytest.mark.parametrize(("arguments", "named"), [(["counts"], "JOB"), (["count", "fast"], "PLACEMENT")])
def test_what_the_environment_has_not_is_refused(printed: Print, arguments: list[str], named: str) -> None:
    assert named in printed(*arguments, status=2)
