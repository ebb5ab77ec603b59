"""emr-placement plan and explain: what is printed, the exit status, and one line for each unusable input."""

import copy
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import printable
from emr_eks_placement.job.placement import ROLES
from emr_eks_placement.planning import CODES
from tests.unit.environments import REPOSITORY
from tests.unit.json_output import check_output
from tests.unit.planned import CAPACITY, capacity

DEV = str(REPOSITORY / "environments/dev.yaml")
GUIDE = Path(__file__).parent / "guide"
REQUEST: dict[str, Any] = json.loads((GUIDE / "fargate.json").read_text())


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here reads from an account, with any credentials."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def run(*arguments: str) -> int:
    return main(["plan", "--environment", DEV, *arguments])


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    assert main(["define", "-e", DEV, "-o", str(tmp_path)]) == 0
    return tmp_path


def test_what_define_wrote_is_planned_as_placed(definitions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    files = [str(definitions / f"job-runs/trip-count/{name}.json") for name in ("fargate", "pinned-driver", "ec2")]
    run(*files, "--output", "json")
    plans = json.loads(capsys.readouterr().out)
    assert list(plans) == files
    landings = [[(pod["compute"], pod["on"]) for pod in plans[file]["pods"][1:]] for file in files]
    assert landings == [
        [("fargate", ["spark"]), ("fargate", ["spark"])],
        [("ec2", ["spark-drivers"]), ("fargate", ["spark"])],
        [("ec2", ["spark-drivers"]), ("ec2", ["spark-executors"])],
    ]
    assert not [problem for file in files for problem in plans[file]["problems"] if problem["severity"] == "error"]


def errors(text: str) -> list[str]:
    """The lines of standard error that are no notes."""
    return [line for line in text.splitlines() if not line.startswith("note: ")]


def rows(text: str) -> dict[str, list[str]]:
    """The cells of a table's rows, by pod."""
    cells = [re.split(r"  +", line) for line in text.splitlines()]
    return {row[0]: row[1:] for row in cells if row[0] in ROLES}


DRIVER_ON_FARGATE = ["1", "4 vCPU 29184 MiB", "Fargate 4vCPU 29GB (spark)", "us-east-1a, us-east-1b"]
DRIVER_ON_EC2 = ["1", "5 vCPU 43520 MiB", "EC2 (spark-drivers)", "us-east-1a, us-east-1b"]


@pytest.mark.parametrize(
    ("name", "driver"),
    [("fargate", DRIVER_ON_FARGATE), ("fargate-executors", DRIVER_ON_EC2), ("pinned-driver", DRIVER_ON_EC2)],
)
def test_the_guide_s_requests_behave_as_the_guide_observed(
    name: str, driver: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Sizes with 0.4 overhead for Python and 512 MiB for the logging sidecar."""
    assert run(str(GUIDE / f"{name}.json")) == 0
    out = capsys.readouterr().out
    found = rows(out)
    assert found["driver"] == driver
    assert found["executors"] == ["2", *DRIVER_ON_FARGATE[1:]]
    assert "error" not in out


def test_where_the_guide_is_out_of_date_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """It leaves the submitter on EC2 when "the entire job" runs on Fargate, and its executors span zones."""
    run(str(GUIDE / "fargate.json"))
    out = capsys.readouterr().out
    assert "note SUBMITTER_ON_EC2: submitter" in out
    assert "note EXECUTORS_ACROSS_ZONES: executors" in out
    assert "warning FARGATE_VCPU_QUOTA: executors: " in out
    assert "    the run's pods on Fargate take 12 vCPU together" in out


def test_the_guide_s_30g_driver_fits_no_node_of_32_gib(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    smaller = tmp_path / "dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    smaller.write_text(_without_local_files(text).replace("r6i.2xlarge", "m5.2xlarge"))
    assert main(["plan", str(GUIDE / "fargate-executors.json"), "-e", str(smaller)]) == 1
    out = capsys.readouterr().out
    assert rows(out)["driver"] == ["1", "5 vCPU 43520 MiB", "nowhere: Pending"]
    assert "error EC2_NO_NODE_GROUP: driver: Add instance type m6i.4xlarge to system" in out
    assert "    system: m6i.large offers pods at most" in out


def _without_local_files(text: str) -> str:
    return text.replace(f"[--trips, {REPOSITORY}/assets/data/trips.csv]", "[a]").replace(
        f"entry_point: {REPOSITORY}/assets/jobs/trip_count.py", "entry_point: s3://jobs/count.py"
    )


def test_a_plan_without_problems_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = tmp_path / "dev.yaml"
    text = (
        Path(DEV).read_text().replace("../assets", str(REPOSITORY / "assets")) + f"\nshared_folders: [{REPOSITORY}]\n"
    )
    text = text.replace("    logs: {retention_days: 7}", "    fargate: {single_zones: [us-east-1a]}")
    environment.write_text(_without_local_files(text).replace("retain_data", "fargate_vcpus: 13\nretain_data"))
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
    "no request": ([], "", "has no StartJobRun request"),
    "no driver": ({"releaseLabel": "emr-7.12.0-latest"}, "jobDriver", "required"),
    "an unknown field": ({**REQUEST, "jobdriver": {}}, "jobdriver", "Did you mean jobDriver?"),
    "an unknown release": ({**REQUEST, "releaseLabel": "emr-6.1.0-latest"}, "", "no such release"),
    "two drivers": (
        {**REQUEST, "jobDriver": {**REQUEST["jobDriver"], "sparkSqlJobDriver": {}}}, "jobDriver", "must have one of",
    ),
    "a number as property": (
        {**REQUEST, "configurationOverrides": {"applicationConfiguration": [
            {"classification": "spark-defaults", "properties": {"spark.a": 1}}]}},
        "configurationOverrides.applicationConfiguration[0].properties.spark.a", "must be text",
    ),
    "a template that isn't there": (
        {**REQUEST, "configurationOverrides": {"applicationConfiguration": [
            {"classification": "spark-defaults",
             "properties": {"spark.kubernetes.driver.podTemplateFile": "s3://b/missing.yaml"}}]}},
        ": s3://b/missing.yaml: ", "needs credentials",
    ),
    "a job template": ({"virtualClusterId": "a", "jobTemplateId": "b"}, "jobTemplateId", "plan with --cluster"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "field", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_request_is_one_line_and_the_others_are_planned(
    content: Any, field: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    assert run(str(file), str(GUIDE / "fargate.json")) == 2
    captured = capsys.readouterr()
    (line,) = errors(captured.err)
    assert line.startswith(f"error: {file}{field if field.startswith(':') else f': {field}'}")
    assert words in line
    assert str(GUIDE / "fargate.json") in captured.out


@pytest.fixture
def template(definitions: Path) -> Path:
    """The one template of the placement pinned-driver."""
    (file,) = (path for path in (definitions / "pod-templates/spark").iterdir() if path.name.startswith("driver"))
    return file


def planned_pinned(definitions: Path) -> int:
    return run(str(definitions / "job-runs/trip-count/pinned-driver.json"))


def test_a_misspelt_field_of_a_template_is_a_problem_and_the_pod_goes_where_it_goes_without(
    definitions: Path, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template.write_text(template.read_text().replace("nodeSelector", "nodeSelektor"))
    capsys.readouterr()
    assert planned_pinned(definitions) == 1
    out = capsys.readouterr().out
    assert "error TEMPLATE_FIELD: driver: " in out
    assert "    spec.nodeSelektor = " in out
    assert "Did you mean" not in out
    assert rows(out)["driver"][2] == "EC2 (system, spark-drivers)"


def test_a_template_without_a_pod_is_reported_with_its_file_and_line(
    definitions: Path, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template.write_text(template.read_text().replace("workload: spark-driver", "workload: [5]"))
    capsys.readouterr()
    assert planned_pinned(definitions) == 2
    err = capsys.readouterr().err
    line = template.read_text().splitlines().index("    workload: [5]") + 1
    assert f": {template}:{line}: spec.nodeSelector.workload = [5]: must be text" in err
    assert "Correct the value" in err, "quotes would not fix a list"


def test_templates_are_found_in_a_folder_that_is_named(
    definitions: Path, template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = definitions / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    template.rename(elsewhere / template.name)
    request = str(definitions / "job-runs/trip-count/pinned-driver.json")
    capsys.readouterr()
    assert run(request, "--pod-templates", str(definitions / "elsewhere")) == 0
    assert rows(capsys.readouterr().out)["driver"][2] == "EC2 (spark-drivers)"
    (elsewhere.parent / "other").mkdir()
    (elsewhere.parent / "other" / template.name).write_text("apiVersion: v1")
    assert run(request, "--pod-templates", str(elsewhere.parent.parent)) == 2
    assert "several files have this name" in capsys.readouterr().err
    named_alike = definitions / "templates" / "spark"
    named_alike.mkdir(parents=True)
    (elsewhere / template.name).rename(named_alike / template.name)
    assert run(request, "--pod-templates", str(definitions)) == 0
    assert rows(capsys.readouterr().out)["driver"][2] == "EC2 (spark-drivers)"


def with_template(uri: str) -> dict[str, Any]:
    """The guide's request with a pod template of its driver instead of all other properties."""
    properties = {"spark.kubernetes.driver.podTemplateFile": uri}
    application = [{"classification": "spark-defaults", "properties": properties}]
    return {**REQUEST, "configurationOverrides": {"applicationConfiguration": application}}


def template_for(name: str) -> str:
    """A template that puts its pod on the node group of that workload."""
    spec = {"nodeSelector": {"workload": name}}
    return json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": spec})


# Where the template is, from the folder of the request.
BESIDE = {
    "beside it, by name": "driver.yaml",
    "at its key": "a/b/driver.yaml",
    "at its key, four folders up": "../../../../a/b/driver.yaml",
}


@pytest.mark.parametrize("place", BESIDE.values(), ids=BESIDE.keys())
def test_a_template_is_found_around_its_request(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "1/2/3/4"
    folder.mkdir(parents=True)
    file = (folder / place).resolve()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(template_for("spark-driver"))
    (folder / "request.json").write_text(json.dumps(with_template("s3://bucket/a/b/driver.yaml")))
    assert run(str(folder / "request.json")) == 0, capsys.readouterr().err
    assert rows(capsys.readouterr().out)["driver"][2] == "EC2 (spark-drivers)"


def test_a_template_is_not_looked_for_far_from_its_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "1/2/3/4/5"
    folder.mkdir(parents=True)
    (tmp_path / "driver.yaml").write_text(template_for("spark-driver"))
    (folder / "request.json").write_text(json.dumps(with_template("s3://bucket/driver.yaml")))
    assert run(str(folder / "request.json")) == 2
    assert "needs credentials" in capsys.readouterr().err


def test_a_request_on_standard_input_has_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "driver.yaml").write_text(template_for("spark-driver"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(with_template("s3://bucket/driver.yaml")).encode()))
    )
    assert run("-") == 2
    assert "needs credentials" in capsys.readouterr().err


def test_in_a_folder_that_is_named_a_template_s_key_beats_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, name in (("a/driver.yaml", "spark-driver"), ("b/driver.yaml", "none")):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text(template_for(name))
    file = tmp_path / "request.json"
    file.write_text(json.dumps(with_template("s3://bucket/a/driver.yaml")))
    assert run(str(file), "--pod-templates", str(tmp_path)) == 0, capsys.readouterr().err
    assert rows(capsys.readouterr().out)["driver"][2] == "EC2 (spark-drivers)"


def test_marks_of_a_pattern_in_a_template_s_name_are_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "driver[1].yaml").write_text(template_for("spark-driver"))
    (tmp_path / "deep" / "driver1.yaml").write_text(template_for("none"))
    file = tmp_path / "request.json"
    file.write_text(json.dumps(with_template("s3://bucket/driver[1].yaml")))
    assert run(str(file), "--pod-templates", str(tmp_path)) == 0, capsys.readouterr().err
    assert rows(capsys.readouterr().out)["driver"][2] == "EC2 (spark-drivers)"


def test_a_template_that_is_not_in_the_folder_that_is_named_is_not_looked_for_in_s3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(with_template("s3://bucket/driver.yaml")))
    assert run(str(file), "--pod-templates", str(tmp_path)) == 2
    assert f"no pod template of this name is in {tmp_path}" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--pod-templates", "."]], ids=["beside", "in a folder"])
@pytest.mark.parametrize("uri", ["s3://bucket/../driver.yaml", "s3://bucket"])
def test_a_template_s_key_leads_to_no_other_folder(
    uri: str,
    options: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "driver.yaml").write_text(template_for("spark-driver"))
    (inner / "request.json").write_text(json.dumps(with_template(uri)))
    monkeypatch.chdir(inner)
    assert run("request.json", *options) == 2
    assert uri in capsys.readouterr().err


def test_requests_for_a_live_cluster_have_to_be_complete_and_take_one_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions: list[object] = []

    def opened(*_: object) -> object:
        sessions.append(object())
        return sessions[-1]

    monkeypatch.setattr("emr_eks_placement.aws.session.aws_session", opened)
    monkeypatch.setattr("emr_eks_placement.aws.cluster.read_cluster", lambda *_: CAPACITY)
    file = tmp_path / "request.json"
    file.write_text(json.dumps({key: value for key, value in REQUEST.items() if key != "releaseLabel"}))
    assert main(["plan", "--cluster", "spark", str(file), str(GUIDE / "fargate.json")]) == 2
    captured = capsys.readouterr()
    assert errors(captured.err) == [
        f"error: {file}: releaseLabel = (nothing): required (emr-containers StartJobRunRequest). Add it."
    ]
    assert str(GUIDE / "fargate.json") in captured.out
    assert len(sessions) == 1


def test_what_of_a_live_cluster_was_not_read_is_reported_once_and_is_no_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "its Kubernetes API was not read: 10.0.0.1 did not answer in\ntime"
    monkeypatch.setattr("emr_eks_placement.aws.session.aws_session", lambda *_: object())
    monkeypatch.setattr("emr_eks_placement.aws.cluster.read_cluster", lambda *_: capacity(not_read=(why,)))
    files = [str(GUIDE / name) for name in ("fargate.json", "pinned-driver.json")]
    status = main(["plan", "--cluster", "spark", *files])
    told = capsys.readouterr()
    assert told.err.startswith(f"note: spark: {printable(why)}\n")
    monkeypatch.setattr("emr_eks_placement.aws.cluster.read_cluster", lambda *_: CAPACITY)
    assert main(["plan", "--cluster", "spark", *files]) == status
    captured = capsys.readouterr()
    assert f"note: spark: {printable(why)}\n{captured.err}" == told.err
    assert captured.out == told.out


def test_a_file_that_is_named_twice_is_planned_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.json"
    file.write_text("{")
    assert run(str(file), str(file)) == 2
    assert capsys.readouterr().err.count("must be JSON") == 1


def test_several_virtual_clusters_have_to_be_chosen_from(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["plan", str(GUIDE / "fargate.json"), "-e", str(REPOSITORY / "environments/prod.yaml")]
    assert main(command) == 2
    assert (
        "does not name one of the virtual clusters: reporting, science. Name it by --virtual-cluster"
        in capsys.readouterr().err
    )
    assert main([*command, "--virtual-cluster", "science"]) == 0


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    assert CODES[code].fix in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "mend"), [("NO_SUCH", "emr-placement explain"), ("fargate_zones", "Did you mean FARGATE_ZONE?")]
)
def test_an_unknown_code_is_one_line_with_a_guess(code: str, mend: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["explain", code], ["plan", str(GUIDE / "fargate.json"), "-e", DEV, "--ignore", code]):
        assert main(command) == 2
        assert mend in capsys.readouterr().err


def test_problems_are_ignored_by_code_and_warnings_let_pass_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    request = str(GUIDE / "fargate.json")
    assert run(request) == 0
    assert "note SUBMITTER_ON_EC2" in capsys.readouterr().out
    assert run(request, "--fail-on", "warning", "--ignore", "SUBMITTER_ON_EC2") == 1
    assert "SUBMITTER_ON_EC2" not in capsys.readouterr().out
    assert run(request, "--fail-on", "warning", "--ignore", "FARGATE_VCPU_QUOTA") == 0
    assert "note SUBMITTER_ON_EC2" in capsys.readouterr().out, "which fails nothing"
    assert run(request, "--fail-on", "warning", "--fargate-vcpus", "12") == 0


def test_an_error_can_be_ignored_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    large = json.dumps(REQUEST).replace("spark.driver.cores=4", "spark.driver.cores=17")
    file = tmp_path / "request.json"
    file.write_text(large)
    assert run(str(file)) == 1
    assert "error FARGATE_TOO_LARGE" in capsys.readouterr().out
    assert run(str(file), "--ignore", "FARGATE_TOO_LARGE") == 0
    assert "FARGATE_TOO_LARGE" not in capsys.readouterr().out


def test_a_request_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(REQUEST).encode())))
    assert run("-") == 0
    assert rows(capsys.readouterr().out)["driver"] == DRIVER_ON_FARGATE
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    assert run("-") == 2
    assert capsys.readouterr().err.startswith("error: standard input: must be JSON")


def test_markdown_has_a_section_for_each_file_planned_or_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "a_b#1.json"
    wrong.write_text("{")
    assert run(str(GUIDE / "fargate.json"), str(wrong), "--output", "markdown") == 2
    out = capsys.readouterr().out
    assert "| driver    | 1       | 4 vCPU 29184 MiB | Fargate 4vCPU 29GB (spark)  |" in out
    assert "- **note SUBMITTER\\_ON\\_EC2**" not in out
    assert "- **note SUBMITTER_ON_EC2**: submitter: " in out
    assert "/a\\_b\\#1.json\n" in out
    assert "- **not planned**: " in out


def test_json_has_everything_that_the_table_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    request = str(GUIDE / "pinned-driver.json")
    assert run(request, str(wrong), "--output", "json") == 2
    found = json.loads(capsys.readouterr().out)
    check_output("plans", found)
    assert found[request]["pods"][1] == {
        "pod": "driver",
        "count": {"least": 1, "most": 1},
        "requests": {"cpu_millis": 5000, "memory_mib": 43520, "ephemeral_storage_mib": 0},
        "compute": "ec2",
        "on": ["spark-drivers"],
        "zones": ["us-east-1a", "us-east-1b"],
        "fargate_size": None,
        "pending": False,
        "reasons": [
            "no Fargate profile selects it",
            "not system: no node of it has workload=spark-driver",
            "not spark-executors: its taint workload=spark-executor:NoSchedule is not tolerated",
        ],
    }
    assert found[request]["pods"][2]["fargate_size"] == {"vcpus": 4, "memory_gb": 29}
    assert found[request]["nodes"][1]["node_groups"] == ["spark-drivers"]
    (problem, *_) = found[request]["problems"]
    assert problem.keys() == {"code", "severity", "pod", "what", "field", "mend"}
    (line,) = found[str(wrong)]["errors"]
    assert line.startswith(str(wrong))


OPTIONS = {
    "no quota": (["--fargate-vcpus", "0"], "--fargate-vcpus: 0: must be at least 1 vCPU"),
    "no namespace": (["--namespace", "Jobs"], "--namespace: 'Jobs': a namespace is a DNS label"),
    "no virtual cluster": (
        ["--virtual-cluster", "spork"],
        "--virtual-cluster: 'spork': the virtual clusters are spark",
    ),
}


@pytest.mark.parametrize(("options", "line"), OPTIONS.values(), ids=OPTIONS.keys())
def test_a_wrong_option_is_one_line(options: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(GUIDE / "fargate.json"), *options) == 2
    assert line in capsys.readouterr().err


def test_a_namespace_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    run(str(GUIDE / "fargate.json"), "--namespace", "elsewhere")
    assert rows(capsys.readouterr().out)["executors"][2].startswith(("EC2", "nowhere"))
