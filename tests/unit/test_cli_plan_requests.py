"""emr-placement plan of what people have: files of any form, several virtual clusters, jobs without files, placeholders."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.cli.main import main
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import ROLES, Fargate
from tests.unit.environments import REPOSITORY
from tests.unit.test_request_forms import ACK, CLI_YAML, DESCRIBED, MACHINE, PI, STATE, TEMPLATE

DEV, PROD = (str(REPOSITORY / f"environments/{name}.yaml") for name in ("dev", "prod"))
ENVIRONMENTS = sorted((REPOSITORY / "environments").glob("*.yaml"))

Capture = pytest.CaptureFixture[str]


def planned(capsys: Capture, *arguments: str, status: int = 0) -> dict[str, Any]:
    """What plan prints as JSON."""
    capsys.readouterr()
    found = main(["plan", *arguments, "--output", "json"])
    captured = capsys.readouterr()
    assert found == status, captured.err
    plans: dict[str, Any] = json.loads(captured.out)
    return plans


def told(capsys: Capture, *arguments: str, status: int = 0) -> list[str]:
    """The lines of standard error."""
    capsys.readouterr()
    found = main(["plan", *arguments])
    captured = capsys.readouterr()
    assert found == status, captured
    return captured.err.splitlines()


def compute(plan: dict[str, Any]) -> list[str]:
    return [pod["compute"] for pod in plan["pods"]]


# Jobs without files


@pytest.mark.parametrize("file", ENVIRONMENTS, ids=lambda one: one.stem)
def test_without_files_every_job_is_planned_in_every_placement(file: Path, capsys: Capture) -> None:
    environment = load_environment(file)
    plans = planned(capsys, "-e", str(file))
    expected = {
        f"{job}/{name}": choice.placement
        for job, one in environment.jobs.items()
        for name, choice in one.placements.items()
    }
    assert list(plans) == list(expected)
    for label, placement in expected.items():
        targets = ["fargate" if isinstance(placement.of(role), Fargate) else "ec2" for role in ROLES]
        assert compute(plans[label]) == targets, label


def test_a_job_is_planned_in_each_of_its_placements_or_in_the_one_that_is_named(capsys: Capture) -> None:
    names = ["fargate", "fargate-executors", "pinned-driver", "ec2"]
    assert list(planned(capsys, "trip-count", "-e", DEV)) == [f"trip-count/{name}" for name in names]
    assert list(planned(capsys, "trip-count", "--mode", "ec2", "-e", DEV)) == ["trip-count/ec2"]
    assert list(planned(capsys, "trip-count", "--placement", "fargate", "-e", DEV)) == ["trip-count/fargate"]


def test_a_zone_that_no_placement_has_moves_the_placement_there(capsys: Capture) -> None:
    (label, plan), *others = planned(capsys, "trip-count", "--mode", "ec2", "--zone", "us-east-1b", "-e", DEV).items()
    assert (label, others) == ("trip-count/ec2-in-us-east-1b", [])
    assert [pod["zones"] for pod in plan["pods"][1:]] == [["us-east-1b"]] * 2
    (line,) = told(capsys, "trip-count", "--mode", "fargate", "--zone", "us-east-1b", "-e", DEV, status=2)
    assert line.startswith("error: --zone: 'us-east-1b': no Fargate profile takes pods of namespace spark-jobs ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["trip-cont"], "error: JOB: trip-cont: the environment's jobs are trip-count. "),
        (["trip-count", "--mode", "spot"], "error: --mode: spot: the placement modes are "),
        (["trip-count", "--zone", "us-east-1z"], "error: --zone: us-east-1z: the environment's zones are "),
        (["--mode", "ec2"], "error: --mode: ec2: it chooses a placement of a job, and no job is named. "),
        (["trip-count", "--namespace", "a"], "error: --namespace: a: it is for files, and no file is named"),
        (
            ["trip-count", "--virtual-cluster", "a"],
            "error: --virtual-cluster: a: it is for files, and no file is named",
        ),
    ],
)
def test_what_names_no_job_or_has_nothing_to_count_for_is_one_line(
    arguments: list[str], line: str, capsys: Capture
) -> None:
    (said,) = told(capsys, *arguments, "-e", DEV, status=2)
    assert said.replace("'", "").startswith(line.replace("'", ""))


def test_without_an_environment_file_there_is_something_to_name(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "manifest.json").write_text('{"version": "1.0", "artifacts": {}}')
    assert main(["plan", "--assembly", str(tmp_path)]) == 2
    assert "FILE: without an environment file there are no jobs to plan" in capsys.readouterr().err


@pytest.fixture
def with_a_bad_placement(tmp_path: Path) -> Path:
    """dev.yaml with a placement in a zone that has no Fargate profile, and one that is placed well."""
    data = yaml.safe_load(
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    data["jobs"]["trip-count"]["placements"] = {"fargate": None, "ec2-free": {"mode": "ec2"}, "far": {
        "mode": "fargate", "zone": "us-east-1b"}}  # fmt: skip
    file = tmp_path / "dev.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return file


def test_what_define_refuses_is_that_job_s_error_and_the_others_are_planned(
    with_a_bad_placement: Path, capsys: Capture
) -> None:
    plans = planned(capsys, "-e", str(with_a_bad_placement), status=2)
    assert list(plans) == ["trip-count/fargate", "trip-count/ec2-free", "trip-count/far"]
    assert compute(plans["trip-count/fargate"]) == ["ec2", "fargate", "fargate"]
    line = 1 + with_a_bad_placement.read_text().splitlines().index("        zone: us-east-1b")
    (error,) = plans["trip-count/far"]["errors"]
    (said,) = told(capsys, "-e", str(with_a_bad_placement), status=2)
    assert said == f"error: {error}"
    assert re.match(rf"{with_a_bad_placement}:({line}|{line - 2}): jobs.trip-count.placements.far", error)
    assert list(planned(capsys, "trip-count", "--placement", "fargate", "-e", str(with_a_bad_placement))) == [
        "trip-count/fargate"
    ]


# Definitions of several virtual clusters


def gate() -> Iterator[list[str]]:
    """The commands by which the docs guard a pipeline."""
    page = (REPOSITORY / "docs/plan.md").read_text()
    (block,) = (one for one in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "plan definitions" in one)
    yield from (shlex.split(line)[1:] for line in block.splitlines())


@pytest.mark.parametrize("file", ENVIRONMENTS, ids=lambda one: one.stem)
def test_the_gate_of_the_docs_passes_every_environment(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = 0
    for command in gate():
        words = [str(file) if word == "environments/dev.yaml" else word for word in command]
        words = [one for word in words for one in (sorted(map(str, Path().glob(word))) if "*" in word else [word])]
        assert main(words) == 0, capsys.readouterr()
        commands += 1
    assert commands == 2


def test_each_definition_is_planned_for_its_own_virtual_cluster(tmp_path: Path, capsys: Capture) -> None:
    assert main(["define", "-e", PROD, "-o", str(tmp_path)]) == 0
    files = sorted(map(str, tmp_path.glob("job-runs/*/*.json")))
    environment = load_environment(Path(PROD))
    by_file = planned(capsys, *files, "-e", PROD)
    of_jobs = planned(capsys, "-e", PROD)
    assert {one.virtual_cluster for one in environment.jobs.values()} == set(environment.virtual_clusters)
    for file in files:
        job, name = Path(file).parts[-2:]
        assert by_file[file] == of_jobs[f"{job}/{name.removesuffix('.json')}"], file
        placeholder = json.loads(Path(file).read_text())["virtualClusterId"]
        assert placeholder == f"<virtual-cluster-id of {environment.jobs[job].virtual_cluster}>"
    Path(files[0]).write_text(Path(files[0]).read_text().replace(placeholder_of(files[0]), "<virtual-cluster-id>"))
    error = told(capsys, *files, "-e", PROD, status=2)[-1]
    assert "the request does not name one of the virtual clusters: reporting, science" in error


def placeholder_of(file: str) -> str:
    return str(json.loads(Path(file).read_text())["virtualClusterId"])


# Files of any form


def test_files_of_several_forms_are_planned_at_once_and_each_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = {
        "pi.json": json.dumps(PI),
        "again.json": json.dumps(PI),
        "pi.yaml": CLI_YAML,
        "run.json": json.dumps({"jobRun": DESCRIBED}),
        "nightly.asl.json": json.dumps({"StartAt": "a", "States": {"Run a": STATE, "Run b": STATE}}),
        "jobrun.yaml": ACK,
    }
    for name, text in texts.items():
        Path(name).write_text(text)
    plans = planned(capsys, *texts, "-e", DEV)
    names = ["nightly.asl.json#Run a", "nightly.asl.json#Run b"]
    assert list(plans) == ["pi.json", "again.json", "pi.yaml", "run.json", *names, "jobrun.yaml"]
    assert all(plan == plans["pi.json"] for plan in plans.values())
    assert told(capsys, *texts, "-e", DEV) == [
        "note: pi.json and 2 more: read as a StartJobRun request",
        "note: run.json: read as a describe-job-run answer; ignored: id, arn, state, clientToken, createdAt, createdBy, "
        "finishedAt, stateDetails",
        "note: nightly.asl.json#Run a and 1 more: read as a Step Functions state",
        "note: jobrun.yaml: read as a JobRun of ACK",
    ]
    assert list(planned(capsys, "nightly.asl.json#Run b", "-e", DEV)) == ["nightly.asl.json#Run b"]
    (line,) = told(capsys, "nightly.asl.json#Run c", "-e", DEV, status=2)
    assert "nightly.asl.json has the requests Run a, Run b. Name one of them behind #." in line


def test_files_of_windows_are_read(tmp_path: Path, capsys: Capture) -> None:
    for number, encoding in enumerate(("utf-8-sig", "utf-16")):
        file = tmp_path / f"{number}.json"
        file.write_bytes(json.dumps(PI).replace(", ", ",\r\n").encode(encoding))
        assert list(planned(capsys, str(file), "-e", DEV)) == [str(file)]
    file.write_bytes(b"\xff{")
    assert "not UTF-8 text" in told(capsys, str(file), "-e", DEV, status=2)[0]


def test_a_bad_one_of_several_is_said_and_the_others_are_planned(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in (PI, {**PI, "releaseLabel": 7}, PI)))
    plans = planned(capsys, str(file), "-e", DEV, status=2)
    assert [name.rpartition("#")[2] for name, plan in plans.items() if "pods" in plan] == ["1", "3"]
    line = told(capsys, str(file), "-e", DEV, status=2)[-1]
    assert line.startswith(f"error: {file}#2: releaseLabel = 7: must be text")


def test_a_file_without_a_dot_is_a_file_where_it_is_there_and_no_job_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("request", "trip-count"):
        Path(name).write_text(json.dumps(PI))
    assert list(planned(capsys, "request", "-e", DEV)) == ["request"]
    assert list(planned(capsys, "trip-count", "--mode", "ec2", "-e", DEV)) == ["trip-count/ec2"]
    assert list(planned(capsys, "./trip-count", "-e", DEV)) == ["./trip-count"]


BY_TEMPLATE = {"virtualClusterId": "kkm9hr2cypco1341w5b0iwuaj", "jobTemplateId": "0001"}


def test_a_request_takes_its_job_template_from_another_file(tmp_path: Path, capsys: Capture) -> None:
    template, request = tmp_path / "template.json", tmp_path / "request.json"
    template.write_text(json.dumps({"jobTemplate": {"id": "0001", "name": "count", "jobTemplateData": TEMPLATE}}))
    request.write_text(json.dumps({**BY_TEMPLATE, "jobTemplateParameters": {"Job": "count", "Executors": "7"}}))
    (name, plan), *others = planned(capsys, str(request), str(template), "-e", DEV).items()
    assert (name, others) == (str(request), [])
    assert plan["pods"][2]["count"] == {"least": 7, "most": 7}
    alone = planned(capsys, str(template), "-e", DEV)[str(template)]
    assert alone["pods"][2]["count"] == {"least": 4, "most": 4}, "the default of the parameter"
    line = told(capsys, str(request), "-e", DEV, status=2)[-1]
    assert "jobTemplateId = '0001': a job template has the releaseLabel" in line
    request.write_text(json.dumps({**BY_TEMPLATE, "jobTemplateParameters": {"Executors": "7"}}))
    line = told(capsys, str(request), str(template), "-e", DEV, status=2)[-1]
    assert "jobTemplateParameters.Job = (nothing): job template 0001 has 's3://jobs/${Job}.py' and no default" in line


# Placeholders


def with_parameters(text: str, **fields: Any) -> str:
    driver = {"entryPoint": "s3://${BUCKET}/pi.py", "sparkSubmitParameters": text}
    return json.dumps({**PI, "jobDriver": {"sparkSubmitJobDriver": driver}, **fields})


def test_placeholders_in_ids_arns_and_uris_are_named_and_change_no_plan(tmp_path: Path, capsys: Capture) -> None:
    file, plain = tmp_path / "request.json", tmp_path / "plain.json"
    ids = {
        "virtualClusterId": "$VIRTUAL_CLUSTER_ID",
        "executionRoleArn": "arn:aws:iam::<account-id>:role/{{ role }}",
        "name": "pi-$(date +%F)",
    }
    file.write_text(with_parameters("--conf spark.executor.instances=2", **ids))
    plain.write_text(with_parameters("--conf spark.executor.instances=2").replace("${BUCKET}", "bucket"))
    plans = planned(capsys, str(file), str(plain), "-e", DEV)
    assert plans[str(file)] == plans[str(plain)]
    assert told(capsys, str(file), str(plain), "-e", DEV) == [
        f"note: {file}: read as a StartJobRun request; placeholders: $(date +%F), $VIRTUAL_CLUSTER_ID, <account-id>, "
        "{{ role }}, ${BUCKET}",
        f"note: {plain}: read as a StartJobRun request",
    ]


DECIDING = {
    "a size": ("--conf spark.executor.memory=${MEMORY}", {}, "${MEMORY} decides the pods, so nothing can be planned"),
    "a number": ("--conf spark.executor.instances=$N", {}, "$N decides the pods, so nothing can be planned"),
    "options": ("--conf spark.a=b ${EXTRA_CONF}", {}, "${EXTRA_CONF} decides the pods, so nothing can be planned"),
    "Jinja's with blanks": (
        "--conf spark.executor.instances={{ params.n }}", {}, "{{ params.n }} decides the pods, so nothing can be planned",
    ),
    "a release": ("--conf spark.a=b", {"releaseLabel": "emr-${VERSION}-latest"}, "${VERSION} decides the pods"),
}  # fmt: skip


@pytest.mark.parametrize(("parameters", "fields", "words"), DECIDING.values(), ids=DECIDING.keys())
def test_a_placeholder_without_which_nothing_can_be_planned_is_the_error(
    parameters: str, fields: dict[str, Any], words: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "request.json"
    file.write_text(with_parameters(parameters, **fields))
    line = told(capsys, str(file), "-e", DEV, status=2)[-1]
    assert line.startswith(f"error: {file}: ")
    assert words in line
    assert line.endswith("Write an example of it, or plan the request that is sent.")


def problems(capsys: Capture, file: Path) -> list[str]:
    (plan,) = planned(capsys, str(file), "-e", DEV).values()
    return [one["what"] for one in plan["problems"] if one["code"] == "PLACEHOLDER"]


def test_a_placeholder_in_labels_and_selectors_is_warned_of_and_not_called_a_bad_label(
    tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "request.json"
    conf = "--conf spark.kubernetes.driver.label.team=${TEAM} --conf spark.driver.extraJavaOptions=-Dtmp=$HOME"
    file.write_text(with_parameters(conf))
    assert problems(capsys, file) == [
        "spark.kubernetes.driver.label.team=${TEAM} has the placeholder ${TEAM}, and is planned as written"
    ]
    file.write_text(with_parameters(conf.replace("${TEAM}", "etl")))
    assert problems(capsys, file) == []


def test_an_entry_point_of_unknown_language_is_warned_of(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "request.json"
    file.write_text(with_parameters("--conf spark.a=b").replace("${BUCKET}/pi.py", "jobs/${JOB}"))
    assert problems(capsys, file) == [
        "whether ${JOB} is a Python program decides the memory overhead: the plan takes it for a jar"
    ]


def test_a_template_whose_uri_has_a_placeholder_is_found_beside_and_not_looked_for_in_s3(
    tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "request.json"
    conf = "--conf spark.kubernetes.driver.podTemplateFile=s3://${BUCKET}/templates/driver.yaml"
    file.write_text(with_parameters(conf))
    line = told(capsys, str(file), "-e", DEV, status=2)[-1]
    assert "'s3://${BUCKET}/templates/driver.yaml': no pod template of this name is in the request's folder" in line
    spec = {"nodeSelector": {"workload": "spark-driver"}}
    (tmp_path / "driver.yaml").write_text(json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": spec}))
    assert planned(capsys, str(file), "-e", DEV)[str(file)]["pods"][1]["on"] == ["spark-drivers"]


# Parameters over several lines

LINES = {
    "new lines": "--conf spark.executor.instances=3\n--conf spark.driver.cores=2",
    "continued lines": "--conf spark.executor.instances=3 \\\n   --conf spark.driver.cores=2 \\\n",
    "continued lines of Windows": "--conf spark.executor.instances=3 \\\r\n\t--conf spark.driver.cores=2",
    "without a blank": "--conf spark.executor.instances=3\\\n--conf spark.driver.cores=2",
    "blank lines and tabs": "\n\n--conf\tspark.executor.instances=3\n\n\t--conf  spark.driver.cores=2\n",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES.keys())
def test_parameters_over_several_lines_are_those_on_one(text: str, tmp_path: Path, capsys: Capture) -> None:
    file, one_line = tmp_path / "request.json", tmp_path / "line.json"
    file.write_text(with_parameters(text))
    one_line.write_text(with_parameters("--conf spark.executor.instances=3 --conf spark.driver.cores=2"))
    plans = planned(capsys, str(file), str(one_line), "-e", DEV)
    assert plans[str(file)] == plans[str(one_line)]
    assert plans[str(file)]["pods"][2]["count"] == {"least": 3, "most": 3}


def test_the_block_scalars_of_yaml_are_such_lines(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "request.yaml"
    for style in ("|", ">", "|-", ">-", "|+"):
        file.write_text(CLI_YAML.replace("sparkSubmitParameters: >-", f"sparkSubmitParameters: {style}"))
        assert planned(capsys, str(file), "-e", DEV)[str(file)]["pods"][2]["count"] == {"least": 2, "most": 2}


def test_a_state_machine_of_one_such_state_is_named_by_its_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(MACHINE))
    assert list(planned(capsys, str(file), "-e", DEV)) == [str(file)]
