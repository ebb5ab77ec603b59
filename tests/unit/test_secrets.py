"""Secrets are not repeated, and what may be one is said before it is deployed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.common.errors import InputError, refused
from emr_eks_placement.environment.advice import secrets_advice
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.runs.fleet_plans import plan_shapes
from emr_eks_placement.runs.fleet_shapes import Asked
from emr_eks_placement.submission.fleet_lines import FleetLine
from tests.unit.environments import TEXT
from tests.unit.planned import CAPACITY, planned, request

DRIVER = "      memory: 2g\n"
HIDDEN = "*********(redacted)"


def environment(folder: Path, text: str) -> Path:
    file = folder / "project/environments/dev.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def message(file: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_environment(file)
    return str(caught.value)


def with_entry_point(value: str) -> str:
    lines = [f"    entry_point: {value}" if line.startswith("    entry_point:") else line for line in TEXT.splitlines()]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "content", ["eyJhbGciOiJIUzI1NiJ9.hush", "password: hush\n", "- hush\n", '"hush"', '{"token": "hush"}']
)
def test_a_file_that_is_no_template_is_not_quoted(content: str, tmp_path: Path) -> None:
    file = environment(tmp_path, TEXT.replace(DRIVER, f"{DRIVER}      pod_template: ./token\n"))
    (file.parent / "token").write_text(content)
    said = message(file)
    assert "pod_template = './token': a pod template holds a Pod" in said
    assert "hush" not in said
    assert "eyJ" not in said


def test_a_file_outside_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.py").touch()
    file = environment(tmp_path, with_entry_point("../../outside.py"))
    said = message(file)
    assert f"is outside the project {tmp_path / 'project'}, whose files alone jobs may name" in said
    assert "shared_folders" in said


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.py").touch()
    file = environment(tmp_path, with_entry_point("./inside.py"))
    (file.parent / "inside.py").symlink_to(tmp_path / "outside.py")
    assert "is outside the project" in message(file)


@pytest.mark.parametrize("mark", ["cdk.json", ".git", "pyproject.toml"])
def test_the_project_is_the_nearest_folder_with_a_mark(mark: str, tmp_path: Path) -> None:
    """The wrong neighbour: the same file, refused without the mark."""
    (tmp_path / "outside.py").touch()
    file = environment(tmp_path, with_entry_point("../../outside.py"))
    (tmp_path / mark).touch()
    [job] = load_environment(file).jobs.values()
    assert job.local_files


def test_a_folder_outside_the_project_can_be_shared(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/count.py").touch()
    file = environment(tmp_path, with_entry_point("../../shared/count.py") + "shared_folders: [../../shared]\n")
    assert load_environment(file).jobs["count"].local_files[0].path == tmp_path / "shared/count.py"
    file.write_text(file.read_text().replace("[../../shared]", "[../../other]"))
    assert "is outside the project" in message(file)


CONF = {
    "spark.hadoop.fs.s3a.secret.key: hush": True,
    "spark.hadoop.javax.jdo.option.ConnectionPassword: hush": True,
    "spark.kubernetes.driver.secretKeyRef.DB_PASSWORD: database:password": False,
    "spark.kubernetes.driver.secrets.database: /etc/secrets": False,
    "spark.kubernetes.authenticate.submission.oauthTokenFile: /var/token": False,
    "spark.hadoop.dfs.block.access.token.enable: 'true'": False,
    "spark.hadoop.fs.s3a.aws.credentials.provider: com.amazonaws.auth.WebIdentityTokenCredentialsProvider": False,
    "spark.sql.adaptive.enabled: 'true'": False,
}


@pytest.mark.parametrize(("line", "is_secret"), CONF.items(), ids=CONF)
def test_a_likely_secret_of_a_job_is_said(line: str, is_secret: bool, tmp_path: Path) -> None:
    start, _, rest = TEXT.partition("    spark_conf:")
    text = f"{start}    spark_conf:\n      {line}\n" + "\n".join(rest.splitlines()[1:]) + "\n"
    said = list(secrets_advice(load_environment(environment(tmp_path, text))))
    assert [f"spark_conf.{line.partition(':')[0]}: a likely secret" in one for one in said] == [True] * is_secret
    assert "hush" not in "".join(said)


ARGUMENTS = {
    "[--password, hush]": True,
    "[--db-password=hush]": True,
    "[--password-file, /etc/hush]": False,
    "[--token, --verbose]": False,
    "[--date, '2026-11-24']": False,
}


@pytest.mark.parametrize(("arguments", "is_secret"), ARGUMENTS.items(), ids=ARGUMENTS)
def test_a_likely_secret_among_arguments_is_said(
    arguments: str, is_secret: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"    arguments: {arguments}" if line.startswith("    arguments:") else line for line in TEXT.splitlines()]
    if not any(line.startswith("    arguments:") for line in lines):
        at = next(index for index, line in enumerate(lines) if line.startswith("    entry_point:"))
        lines.insert(at, f"    arguments: {arguments}")
    file = environment(tmp_path, "\n".join(lines) + "\n")
    assert main(["define", "-e", str(file), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().err
    assert ("likely secret" in said) == is_secret
    assert "hush" not in said


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("conf", "spark.db.password"), "hush", HIDDEN),
        (("conf", "spark.driver.memory"), "2x", "'2x'"),
        (("jobDriver", "sparkSubmitParameters"), "--conf spark.db.password=hush --conf a=b", HIDDEN),
    ],
)
def test_errors_hide_what_spark_would(path: tuple[str, ...], value: str, shown: str) -> None:
    said = str(refused("file", value, "a rule", "A fix", path=path))
    assert shown in said
    assert "hush" not in said


def test_a_fleet_shows_no_secret_of_its_lines() -> None:
    line = FleetLine(number=1, job="count", conf=("spark.db.password=hush", "spark.driver.memory=2g"))
    prepared = SimpleNamespace(request=request(), shown_as="count in placement ec2")
    shapes = SimpleNamespace(plan=lambda _prepared: (planned(request()), CAPACITY))
    plans = plan_shapes([Asked(line, None, cast(Any, prepared))], cast(Any, shapes), ignore=(), fail_on="error")
    [shape] = plans.shapes
    assert f"--conf spark.db.password={HIDDEN} --conf spark.driver.memory=2g" in shape
    assert "hush" not in f"{plans}"
