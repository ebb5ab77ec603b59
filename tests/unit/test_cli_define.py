"""emr-placement define: the files it writes, and that unusable input ends in one line, exit code 2 and nothing written."""

import json
from pathlib import Path

import pytest
import yaml

from emr_eks_placement.cli.main import main

ROOT = Path(__file__).parents[2]
DEV = str(ROOT / "environments" / "dev.yaml")
ROLE = "arn:aws:iam::111122223333:role/jobs"
OUTPUTS = {
    "dev-virtual-clusters": {
        "BucketName": "my-bucket",
        "SparkVirtualClusterId": "abc123",
        "SparkExecutionRoleArn": ROLE,
        "SparkLogGroupName": "/jobs",
        "SparkLogUri": "s3://my-bucket/logs/spark/",
    }
}


def define(folder: Path, *arguments: str) -> int:
    return main(["define", "--environment", DEV, "--output-directory", str(folder), *arguments])


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_it_writes_definitions_and_all_that_they_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert define(tmp_path, "--bucket", "my-bucket") == 0
    files = written(tmp_path)
    runs = {f"job-runs/trip-count/{name}.json" for name in ("fargate", "fargate-executors", "pinned-driver", "ec2")}
    assert runs <= files
    assert set(capsys.readouterr().out.split()) == {str(tmp_path / file) for file in files}
    for run in runs:
        named = [word for word in (tmp_path / run).read_text().split('"') if word.startswith("s3://my-bucket/")]
        assert {uri.removeprefix("s3://my-bucket/") for uri in named if not uri.endswith("/")} <= files


def test_nothing_is_left_where_a_folder_can_not_be_created(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """job-files is a file here, so the files that belong below it, after the definitions, have no folder."""
    (tmp_path / "job-files").write_text("mine")
    assert define(tmp_path, "--bucket", "my-bucket") == 2
    assert "Not a directory" in capsys.readouterr().err
    assert written(tmp_path) == {"job-files"}
    assert (tmp_path / "job-files").read_text() == "mine"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """A reader that opened it before has the old content: another file takes its name."""
    file = tmp_path / "job-runs/trip-count/fargate.json"
    assert define(tmp_path) == 0
    with file.open() as old:
        assert define(tmp_path, "--bucket", "another") == 0
        assert "another" not in old.read()
    assert "another" in file.read_text()


def test_a_job_and_a_placement_choose_one_definition(tmp_path: Path) -> None:
    assert define(tmp_path, "trip-count", "fargate") == 0
    assert [file for file in written(tmp_path) if file.startswith("job-runs")] == ["job-runs/trip-count/fargate.json"]


def test_an_unknown_value_is_a_placeholder_and_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert define(tmp_path, "trip-count", "fargate") == 0
    request = json.loads((tmp_path / "job-runs/trip-count/fargate.json").read_text())
    assert request["virtualClusterId"] == "<virtual-cluster-id of spark>"
    assert "placeholders" in capsys.readouterr().err


def test_stack_outputs_fill_every_placeholder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps(OUTPUTS))
    assert define(tmp_path / "out", "--outputs", str(outputs)) == 0
    for file in (tmp_path / "out" / "job-runs").rglob("*.json"):
        assert "<" not in file.read_text()
    assert capsys.readouterr().err == f"8 files written to {tmp_path / 'out'}\n"


def test_an_option_beats_the_stack_outputs(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps(OUTPUTS))
    assert define(tmp_path, "--outputs", str(outputs), "--virtual-cluster-id", "other") == 0
    request = json.loads((tmp_path / "job-runs/trip-count/fargate.json").read_text())
    assert (request["virtualClusterId"], request["executionRoleArn"]) == ("other", ROLE)


@pytest.fixture
def with_a_role(tmp_path: Path) -> Path:
    """dev.yaml with a job that runs with a further role of its virtual cluster."""
    text = (ROOT / "environments/dev.yaml").read_text().replace(
        "../assets", str(ROOT / "assets")
    ) + f"\nshared_folders: [{ROOT}]\n"
    text = text.replace("    namespace: spark-jobs\n", "    namespace: spark-jobs\n    execution_roles: {etl: {}}\n")
    file = tmp_path / "roles.yaml"
    file.write_text(
        text.replace("    virtual_cluster: spark\n", "    virtual_cluster: spark\n    execution_role: etl\n")
    )
    return file


def role_defined(environment: Path, *options: str) -> str:
    folder = environment.parent / "out"
    assert main(["define", "-e", str(environment), "-o", str(folder), *options]) == 0
    request = json.loads((folder / "job-runs/trip-count/fargate.json").read_text())
    return str(request["executionRoleArn"])


def test_the_role_that_a_job_names_comes_from_the_stack_outputs(with_a_role: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs.json"
    etl = ROLE.replace("role/", "role/etl-")
    outputs.write_text(
        json.dumps({"roles-virtual-clusters": {**OUTPUTS["dev-virtual-clusters"], "SparkEtlExecutionRole": etl}})
    )
    assert role_defined(with_a_role, "--outputs", str(outputs)) == etl
    assert role_defined(with_a_role, "--outputs", str(outputs), "--execution-role-arn", ROLE) == ROLE
    assert role_defined(with_a_role) == "<execution-role-arn>"


def test_outputs_without_the_role_that_a_job_names_are_refused(
    with_a_role: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"roles-virtual-clusters": OUTPUTS["dev-virtual-clusters"]}))
    assert main(["define", "-e", str(with_a_role), "-o", str(tmp_path / "out"), "--outputs", str(outputs)]) == 2
    assert "name SparkEtlExecutionRole" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_templates_are_written_as_yaml_that_reads_back(tmp_path: Path) -> None:
    assert define(tmp_path) == 0
    templates = [yaml.safe_load(file.read_text()) for file in (tmp_path / "pod-templates/spark").iterdir()]
    assert {"workload": "spark-driver"} in [template["spec"].get("nodeSelector") for template in templates]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["trip"], "JOB: trip: "),
        (["trip-count", "fargat"], "PLACEMENT: fargat: "),
        (["--bucket", "Not_A_Bucket"], "--bucket: Not_A_Bucket: "),
        (["--virtual-cluster-id", "UPPER"], "--virtual-cluster-id: UPPER: "),
        (["--execution-role-arn", "jobs"], "--execution-role-arn: jobs: "),
        (["--log-group-name", "a b"], "--log-group-name: a b: "),
        (["--log-uri", "/tmp/logs"], "--log-uri: /tmp/logs: "),  # noqa: S108 - what is wrong
        (["--outputs", "nowhere.json"], "nowhere.json"),
        (["--outputs", __file__], "is not stack -> output -> value"),
    ],
)
def test_unusable_options_end_in_one_line_and_nothing_written(
    arguments: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert define(tmp_path, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert expected.replace(": ", "") in captured.err.replace(" = ", "").replace(": ", "").replace("'", "")
    assert not captured.out
    assert written(tmp_path) == set()


def test_outputs_of_another_environment_in_the_same_file_are_not_read(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs.json"
    other = {key: value.replace("my-bucket", "prod-bucket") for key, value in OUTPUTS["dev-virtual-clusters"].items()}
    outputs.write_text(json.dumps({**OUTPUTS, "prod-virtual-clusters": other}))
    assert define(tmp_path / "out", "--outputs", str(outputs)) == 0
    assert "prod-bucket" not in "".join(path.read_text() for path in (tmp_path / "out/job-runs").rglob("*.json"))


def test_outputs_of_another_environment_with_the_same_names_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"prod-virtual-clusters": OUTPUTS["dev-virtual-clusters"]}))
    assert define(tmp_path / "out", "--outputs", str(outputs)) == 2
    assert "has outputs of prod-virtual-clusters, not of dev-virtual-clusters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value"),
    [("BucketName", "../up"), ("SparkVirtualClusterId", "A B"), ("SparkExecutionRoleArn", "arn:aws:iam::1:user/a")],
)
def test_outputs_are_checked_as_options_are(
    key: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"dev-virtual-clusters": {**OUTPUTS["dev-virtual-clusters"], key: value}}))
    assert define(tmp_path / "out", "--outputs", str(outputs)) == 2
    assert f"{value!r}: the output of" in capsys.readouterr().err


def test_outputs_without_a_virtual_cluster_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = tmp_path / "outputs.json"
    outputs.write_text('{"dev-virtual-clusters": {"BucketName": "abc"}}')
    assert define(tmp_path / "out", "--outputs", str(outputs)) == 2
    assert "SparkVirtualClusterId" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_one_value_cant_apply_to_two_virtual_clusters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["define", "-e", str(ROOT / "environments/prod.yaml"), "-o", str(tmp_path), "--virtual-cluster-id", "abc"]
    assert main(command) == 2
    assert "reporting, science" in capsys.readouterr().err


def test_a_bad_environment_file_gives_a_line_for_each_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text((ROOT / "environments/dev.yaml").read_text().replace("m6i.large", "m6i.huge"))
    assert main(["define", "-e", str(file), "-o", str(tmp_path / "out")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert errors
    assert all(line.startswith(f"error: {file}") for line in errors)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cant_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    assert define(taken) == 2
    assert "--output-directory" in capsys.readouterr().err


def test_files_of_an_earlier_run_are_reported_and_removed_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that has another name now, a template that has other content, and files that are somebody else's."""
    assert define(tmp_path) == 0
    current = written(tmp_path)
    old = ["job-runs/old-name/fargate.json", f"pod-templates/spark/driver-{'0' * 16}.yaml"]
    others = ["job-runs/README.md", "pod-templates/spark/mine.yaml", "notes.txt"]
    for name in [*old, *others]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    capsys.readouterr()
    assert define(tmp_path) == 0
    error = capsys.readouterr().err
    assert [str(tmp_path / name) in error for name in [*old, *others]] == [True, True, False, False, False]
    assert "--prune removes these files" in error
    assert written(tmp_path) == current | {*old, *others}
    assert define(tmp_path, "--prune") == 0
    error = capsys.readouterr().err
    assert all(f"{tmp_path / name} removed" in error for name in old)
    assert written(tmp_path) == current | {*others}
    assert not (tmp_path / "job-runs/old-name").exists()
    assert define(tmp_path) == 0
    assert "prune" not in capsys.readouterr().err


def test_one_job_alone_does_not_say_what_belongs_to_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert define(tmp_path) == 0
    before = written(tmp_path)
    assert define(tmp_path, "trip-count", "fargate") == 0
    assert "earlier run" not in capsys.readouterr().err
    assert define(tmp_path, "trip-count", "--prune") == 2
    assert "--prune" in capsys.readouterr().err
    assert written(tmp_path) == before


def test_all_files_are_written_or_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "job-runs/trip-count/ec2.json").mkdir(parents=True)
    assert main(["define", "-e", DEV, "-o", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "trip-count/ec2.json': a regular file, and this is a link, a folder or a device" in error
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("link", ["job-runs", "job-runs/trip-count", "job-runs/trip-count/fargate.json"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str, capsys: pytest.CaptureFixture[str]) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "definitions"
    outside.mkdir()
    (folder / link).parent.mkdir(parents=True, exist_ok=True)
    (folder / link).symlink_to(outside)
    assert main(["define", "-e", DEV, "-o", str(folder)]) == 2
    assert "link" in capsys.readouterr().err
    assert not list(outside.iterdir())


def test_the_files_have_the_rights_that_new_files_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (new := tmp_path / "new").touch()
    assert main(["define", "-e", DEV, "-o", str(tmp_path / "definitions")]) == 0
    written = tmp_path / "definitions/job-runs/trip-count/ec2.json"
    assert written.stat().st_mode == new.stat().st_mode
    assert capsys.readouterr().err.splitlines()[-1].startswith("8 files written to ")
