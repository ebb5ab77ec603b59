"""emr-placement plan and explain: what is printed, the exit status, and one line for each unusable input."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.planning import CODES
from tests.unit.environments import REPOSITORY

DEV = str(REPOSITORY / "environments/dev.yaml")
GUIDE = Path(__file__).parent / "guide"
REQUEST: dict[str, Any] = json.loads((GUIDE / "fargate.json").read_text())


def run(*arguments: str) -> int:
    return main(["plan", "--environment", DEV, *arguments])


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    assert main(["define", "-e", DEV, "-o", str(tmp_path)]) == 0
    return tmp_path


def test_what_define_wrote_is_planned_where_it_says(definitions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    files = [str(definitions / f"job-runs/trip-count/{name}.json") for name in ("fargate", "pinned-driver", "ec2")]
    run(*files, "--pod-templates", str(definitions), "--output", "json")
    plans = json.loads(capsys.readouterr().out)
    assert list(plans) == files
    landings = [[(pod["compute"], pod["on"]) for pod in plans[file]["pods"][1:]] for file in files]
    assert landings == [
        [("fargate", ["spark"]), ("fargate", ["spark"])],
        [("ec2", ["spark-drivers"]), ("fargate", ["spark"])],
        [("ec2", ["spark-drivers"]), ("ec2", ["spark-executors"])],
    ]
    assert not [problem for file in files for problem in plans[file]["problems"] if problem["severity"] == "error"]


def test_the_guide_s_30g_driver_fits_no_node_of_32_gib(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(GUIDE / "fargate-executors.json")) == 1
    out = capsys.readouterr().out
    assert "driver     1      5 vCPU 43520 MiB  nowhere: Pending" in out
    assert "error EC2_NO_NODE_GROUP: driver" in out
    assert "executors  2      4 vCPU 29184 MiB  Fargate 4vCPU 29GB (spark)" in out


def test_the_guide_s_whole_job_on_fargate_leaves_the_submitter_on_ec2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(GUIDE / "fargate.json")) == 1
    assert "warning SUBMITTER_ON_EC2: submitter" in capsys.readouterr().out


def test_a_plan_without_problems_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = tmp_path / "dev.yaml"
    text = Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets"))
    text = text.replace("    logs: {retention_days: 7}", "    fargate: {single_zones: [us-east-1a]}")
    environment.write_text(
        text.replace(f"[--trips, {REPOSITORY}/assets/data/trips.csv]", "[a]").replace(
            f"entry_point: {REPOSITORY}/assets/jobs/trip_count.py", "entry_point: s3://jobs/count.py"
        )
    )
    request = copy.deepcopy(REQUEST)
    application = request["configurationOverrides"]["applicationConfiguration"]
    for role in ("driver", "executor"):
        application[0]["properties"][f"spark.kubernetes.{role}.label.spark-node-placement"] = "fargate-us-east-1a"
    label = {"jobsubmitter.label.spark-node-placement": "fargate"}
    application.append({"classification": "emr-job-submitter", "properties": label})
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request))
    assert main(["plan", str(file), "-e", str(environment)]) == 0, capsys.readouterr()


WRONG: dict[str, tuple[Any, str, str]] = {
    "no JSON": ("{", "", "must be JSON"),
    "no request": ([], "", "StartJobRunRequest"),
    "no driver": ({"releaseLabel": "emr-7.12.0-latest"}, "jobDriver", "required"),
    "an unknown field": ({**REQUEST, "jobdriver": {}}, "jobdriver", "Did you mean jobDriver?"),
    "an unknown release": ({**REQUEST, "releaseLabel": "emr-9.9.9-latest"}, "", "no such release"),
    "two drivers": (
        {**REQUEST, "jobDriver": {**REQUEST["jobDriver"], "sparkSqlJobDriver": {}}}, "jobDriver", "must have one of",
    ),
    "a number as property": (
        {**REQUEST, "configurationOverrides": {"applicationConfiguration": [
            {"classification": "spark-defaults", "properties": {"spark.a": 1}}]}},
        "configurationOverrides.applicationConfiguration[0].properties.spark.a", "valid string",
    ),
    "a template that isn't there": (
        {**REQUEST, "configurationOverrides": {"applicationConfiguration": [
            {"classification": "spark-defaults",
             "properties": {"spark.kubernetes.driver.podTemplateFile": "s3://b/missing.yaml"}}]}},
        "", "--pod-templates DIR",
    ),
    "a job template": ({"virtualClusterId": "a", "jobTemplateId": "b"}, "jobTemplateId", "Plan the definition"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "field", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_request_is_one_line_and_the_others_are_planned(
    content: Any, field: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    assert run(str(file), str(GUIDE / "fargate.json")) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"error: {file}: {field}")
    assert words in captured.err
    assert str(GUIDE / "fargate.json") in captured.out


def test_a_misspelt_field_of_a_template_is_told(definitions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for template in (definitions / "pod-templates").iterdir():
        template.write_text(template.read_text().replace("nodeSelector", "nodeSelektor"))
    assert run(str(definitions / "job-runs/trip-count/pinned-driver.json"), "--pod-templates", str(definitions)) == 2
    assert "nodeSelektor" in capsys.readouterr().err


def test_several_virtual_clusters_have_to_be_chosen_from(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["plan", str(GUIDE / "fargate.json"), "-e", str(REPOSITORY / "environments/prod.yaml")]
    assert main(command) == 2
    assert "reporting, science" in capsys.readouterr().err
    assert main([*command, "--virtual-cluster", "science"]) == 1


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    assert CODES[code].mend in capsys.readouterr().out


def test_an_unknown_code_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "NO_SUCH"]) == 2
    assert "EC2_NO_NODE_GROUP" in capsys.readouterr().err
