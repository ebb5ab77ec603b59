"""The pipelines of ci/: their steps, run by a shell in a clone of a pull request, beside an API that keeps the comments."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.comments_server import BOT, READER, WRITER, Discussion, comments_server
from tests.unit.environments import REPOSITORY

CI = REPOSITORY / "ci"
ACTION = yaml.safe_load((CI / "github/action.yml").read_text())
WORKFLOW_FILES = (CI / "github/action.yml", CI / "github/workflow.yml")
GITLAB = yaml.safe_load((CI / "gitlab/review.yml").read_text())
DEV = (REPOSITORY / "environments/dev.yaml").read_text()
LARGER = DEV.replace("instances: 2}", "instances: 60}")
BROKEN = DEV.replace("region: us-east-1", "region: 'us-east-1%0A::error::x'")
UNPLACEABLE = DEV.replace("executors: {cores: 2, memory: 4g", "executors: {cores: 2, memory: 900g")


@dataclass
class Clone:
    """A repository with a base commit, in a folder of its own."""

    folder: Path
    base: str = ""

    def git(self, *words: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, *words]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True)  # noqa: S603
        return ended.stdout.strip()

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Writes the files, removes those without a text; the commit."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Of a branch that has left main, which has two environments."""
    made = Clone(tmp_path / "project")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch", "main")
    shutil.copytree(REPOSITORY / "assets", made.folder / "assets")
    made.base = made.commit({"environments/dev.yaml": DEV, "environments/other.yaml": DEV, "README.md": "a"})
    made.git("switch", "--quiet", "-c", "change")
    return made


@pytest.fixture
def api() -> Iterator[Discussion]:
    with comments_server() as discussion:
        yield discussion


@dataclass
class Ended:
    """How a pipeline ended: its exit status, its log, its outputs and its summary."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str
    folder: Path


def shell(text: str, clone: Clone, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """As runners of both run a step."""
    path = f"{REPOSITORY / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(clone.folder), "PYTHONPATH": str(REPOSITORY / "constructs"), **variables}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return subprocess.run(command, cwd=clone.folder, env=own, capture_output=True, text=True, check=False)  # noqa: S603


def github(clone: Clone, api: Discussion, *, token: str = WRITER, merged: bool = False, **inputs: str) -> Ended:
    """The steps of the action but its installation."""
    temporary = clone.folder.parent / "runner"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    given = {name: str(one["default"]) for name, one in ACTION["inputs"].items()}
    given |= {"token": token, **{name.replace("_", "-"): value for name, value in inputs.items()}}
    known = {f"inputs.{name}": value for name, value in given.items()}
    known |= {"github.event.pull_request.base.sha": clone.base, "github.event.pull_request.number": "7"}
    known["runner.temp"] = str(temporary)
    of_runner = {
        "GITHUB_ACTION_PATH": str(CI / "github"),
        "GITHUB_API_URL": api.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_REF": "refs/pull/7/merge" if merged else "refs/heads/change",
        "GITHUB_OUTPUT": str(temporary / "output"),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
    }
    log, status, outputs = "", 0, dict[str, str]()
    for step in ACTION["runs"]["steps"]:
        if "run" not in step or step["name"] == "Install":
            continue
        values = {name: _filled(text, known) for name, text in step["env"].items()}
        ended = shell(step["run"], clone, of_runner | values)
        log, status = log + ended.stdout + ended.stderr, ended.returncode
        if status:
            break
        if (temporary / "output").exists():
            outputs = dict(line.split("=", 1) for line in (temporary / "output").read_text().splitlines())
            known |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
    summary = (temporary / "summary").read_text() if (temporary / "summary").exists() else ""
    return Ended(status, log, outputs, summary, temporary / "emr-placement-review")


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)


def gitlab(clone: Clone, api: Discussion, token: str = WRITER, **variables: str) -> Ended:
    """The script of the job."""
    (clone.folder.parent / "emr-eks-placement").symlink_to(REPOSITORY)
    of_runner = {
        "CI_API_V4_URL": api.url,
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": clone.base,
        "GITLAB_TOKEN": token,
    }
    own = {name: str(value) for name, value in GITLAB["review"]["variables"].items()}
    ended = shell("\n".join(GITLAB["review"]["script"]), clone, own | of_runner | variables)
    return Ended(ended.returncode, ended.stdout + ended.stderr, {}, "", clone.folder / "review")


def test_a_changed_environment_gets_a_comment_annotations_and_sarif(clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": LARGER, "README.md": "b"})
    ended = github(clone, api)
    assert (ended.status, ended.outputs["status"], ended.outputs["files"]) == (0, "0", "1")
    (body,) = api.bodies
    assert body.startswith("<!-- emr-placement review dev -->\n**dev**: ")
    assert "4 of 4 runs move" in body
    assert "::warning file=environments/dev.yaml,line=" in ended.log
    (run,) = json.loads((ended.folder / "dev.sarif").read_text())["runs"]
    assert run["automationDetails"]["id"] == "emr-placement/environments/dev.yaml/"
    assert {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]} == {
        "environments/dev.yaml"
    }
    assert ended.summary == body


def test_the_comment_is_changed_in_place_and_anothers_is_not(clone: Clone, api: Discussion) -> None:
    """It is on the second page; others have written its marker before and after it."""
    marker = "<!-- emr-placement review dev -->\n"
    api.add(f"{marker}from somebody", author="somebody")
    api.add("a word")
    api.add(f"{marker}from the run before")
    api.add(f"{marker}from another", author="another")
    clone.commit({"environments/dev.yaml": LARGER})
    github(clone, api)
    assert api.writes == ["PATCH"]
    assert [*api.bodies[:2], api.bodies[3]] == [f"{marker}from somebody", "a word", f"{marker}from another"]
    assert api.bodies[2].startswith(f"{marker}**dev**: ")
    github(clone, api)
    assert api.writes == ["PATCH"], "the same again is not written again"


def test_a_comment_about_an_environment_that_is_no_longer_changed(clone: Clone, api: Discussion) -> None:
    api.add("<!-- emr-placement review other -->\nresources: …")
    api.add("about <!-- emr-placement review x -->")
    clone.commit({"environments/dev.yaml": LARGER})
    github(clone, api)
    assert api.bodies[0] == (
        "<!-- emr-placement review other -->\nThis pull request no longer changes this environment.\n"
    )
    assert api.bodies[1] == "about <!-- emr-placement review x -->"
    assert len(api.bodies) == 3
    github(clone, api)
    assert api.writes == ["POST", "PATCH"]


def test_a_fork_without_the_right_to_comment_gets_the_review_all_the_same(clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": LARGER})
    for token in (READER, "none"):
        ended = github(clone, api, token=token)
        assert ended.status == 0
        assert "::warning::no comment: " in ended.log
        assert "**dev**: " in ended.summary
    assert api.comments == []
    assert "no comment: " not in github(clone, api, token="none", comment="false").log  # noqa: S106


def test_the_gate_stops_the_pipeline_after_the_comment(clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": UNPLACEABLE})
    ended = github(clone, api)
    assert (ended.status, ended.outputs["status"]) == (1, "1")
    assert "NOT_PLANNED" in ended.log
    assert len(api.bodies) == 1


def test_gates_are_words_of_the_input(clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": DEV.replace("max_size: 4", "max_size: 4\n    min_size: 4")})
    assert github(clone, api, fail_on="problem cost=+1").status == 1
    assert github(clone, api, fail_on="problem").status == 0
    assert github(clone, api, fail_on="").status == 0
    assert github(clone, api, fail_on="problem;exit").status == 2


def test_an_environment_that_cant_be_read_is_an_error_at_its_line_and_no_command(clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": BROKEN, "environments/other.yaml": LARGER})
    ended = github(clone, api)
    assert ended.status == 2
    assert "::error file=environments/dev.yaml,line=2::environments/dev.yaml:2: region = 'us-east-1%250A" in ended.log
    commands = [line for line in ended.log.splitlines() if line.startswith("::error")]
    assert all(line.startswith("::error file=environments/dev.yaml,") for line in commands)
    assert sorted(body.splitlines()[1][:12] for body in api.bodies) == ["**dev** can'", "**other**: r"]


def test_lines_of_standard_error_are_no_commands(clone: Clone, api: Discussion) -> None:
    """An app that fails with a workflow command as its last words."""
    app = {"app": "printf 'boom\\n::set-output name=status::0' >&2; exit 1", "context": {}}
    clone.commit({"environments/dev.yaml": LARGER, "cdk.json": json.dumps(app)})
    ended = github(clone, api)
    assert ended.status == 2
    stopped = re.search(r"^::stop-commands::([0-9a-f]{32})$(.*)^::\1::$", ended.log, re.DOTALL | re.MULTILINE)
    assert stopped is not None
    assert "set-output" in stopped[2]
    assert github(clone, api, resources="false").status == 0


def test_the_app_of_the_pull_request_does_not_get_the_token(clone: Clone, api: Discussion) -> None:
    app = {"app": 'echo "token: <$GITHUB_TOKEN> action: <$GITHUB_ACTION_PATH>" >&2; exit 1', "context": {}}
    clone.commit({"environments/dev.yaml": LARGER, "cdk.json": json.dumps(app)})
    assert f"token: <> action: <{CI / 'github'}>" in github(clone, api).log


def test_added_renamed_and_removed_files(clone: Clone, api: Discussion) -> None:
    """The new one is reviewed by itself, as the renamed one, which is another environment; of the removed one nothing is left."""
    clone.commit({"environments/other.yaml": None, "environments/new.yaml": DEV, "-odd name;$(x).yaml": DEV})
    ended = github(clone, api, files="environments/*.yaml *.yaml")
    assert "2 environment files changed" in ended.log
    assert any(body.startswith("<!-- emr-placement review new -->\n**new**: ") for body in api.bodies)
    assert any(body.startswith("<!-- emr-placement review -odd-name---x- -->") for body in api.bodies)


def test_two_environments_of_one_name_have_a_comment_each(clone: Clone, api: Discussion) -> None:
    nested = LARGER.replace("../assets", "../../assets")
    clone.commit({"environments/a/dev.yaml": nested, "environments/b/dev.yaml": nested})
    ended = github(clone, api)
    assert ended.status == 0
    assert [body.splitlines()[0] for body in api.bodies] == [
        f"<!-- emr-placement review environments-{folder}-dev.yaml -->" for folder in "ab"
    ]
    assert len(list(ended.folder.glob("*.sarif"))) == 2


def test_only_the_pull_request_counts_where_main_has_moved(clone: Clone, api: Discussion) -> None:
    """As GitHub checks out: the merge into main of now, with one commit below it."""
    clone.commit({"environments/dev.yaml": LARGER})
    clone.git("switch", "--quiet", "main")
    clone.commit({"environments/other.yaml": LARGER})
    clone.git("merge", "--quiet", "--no-ff", "-m", "merge", "change")
    shallow = Clone(clone.folder.parent / "shallow", clone.base)
    clone.git("clone", "--quiet", "--depth", "2", f"file://{clone.folder}", str(shallow.folder))
    assert "1 environment file changed" in github(shallow, api, merged=True).log
    assert "2 environment files changed" in github(clone, api).log
    too_shallow = Clone(clone.folder.parent / "too-shallow", clone.base)
    clone.git("clone", "--quiet", "--depth", "1", f"file://{clone.folder}", str(too_shallow.folder))
    ended = github(too_shallow, api, merged=True)
    assert ended.status == 1
    assert "fetch-depth" in ended.log


def test_a_pull_request_without_environments_is_fine(clone: Clone, api: Discussion) -> None:
    clone.commit({"README.md": "b"})
    ended = github(clone, api)
    assert (ended.status, ended.outputs["files"], api.writes) == (0, "0", [])


def test_a_merge_request_gets_a_note_and_a_report(clone: Clone, api: Discussion) -> None:
    api.add("<!-- emr-placement review dev -->\nfrom somebody", author="somebody")
    api.add("one")
    api.add("<!-- emr-placement review dev -->\nbefore")
    clone.commit({"environments/dev.yaml": LARGER})
    ended = gitlab(clone, api)
    assert ended.status == 0, ended.log
    assert api.writes == ["PUT"]
    assert "4 of 4 runs move" in api.bodies[2]
    report = json.loads((ended.folder / "code-quality.json").read_text())
    assert {one["location"]["path"] for one in report} == {"environments/dev.yaml"}
    assert len({one["fingerprint"] for one in report}) == len(report)
    lines = LARGER.splitlines()
    for one in report:
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        placement = one["description"].partition("/")[2].partition(":")[0]
        line = lines[one["location"]["lines"]["begin"] - 1].strip()
        assert one["check_name"] == "CHANGE_INTERRUPTS" or line.startswith(f"{placement}:")


@pytest.mark.parametrize(
    ("variables", "status"), [({"REVIEW_FAIL_ON": "cost=+1"}, 1), ({}, 0), ({"GITLAB_TOKEN": ""}, 0)]
)
def test_the_gate_of_a_merge_request(variables: dict[str, str], status: int, clone: Clone, api: Discussion) -> None:
    clone.commit({"environments/dev.yaml": DEV.replace("max_size: 4", "max_size: 4\n    min_size: 4")})
    ended = gitlab(clone, api, **variables)
    assert ended.status == status, ended.log
    assert ("warning: no comment: GITLAB_TOKEN is not set" in ended.log) == ("GITLAB_TOKEN" in variables)
    assert (ended.folder / "code-quality.json").exists()
    assert len(api.bodies) == (0 if "GITLAB_TOKEN" in variables else 1)


def steps(data: Any) -> Iterator[Mapping[str, Any]]:
    """Those of an action, or of the jobs of a workflow."""
    if "runs" in data:
        yield from data["runs"]["steps"]
    for job in data.get("jobs", {}).values():
        yield from job["steps"]


@pytest.mark.parametrize("file", WORKFLOW_FILES, ids=lambda file: file.name)
def test_actions_are_pinned_and_no_input_is_put_into_a_shell(file: Path) -> None:
    for step in steps(yaml.safe_load(file.read_text())):
        assert "${{" not in step.get("run", "")
        if "uses" in step and "OWNER/" not in step["uses"]:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


def test_the_example_runs_no_code_of_a_fork_with_rights() -> None:
    workflow = yaml.safe_load((CI / "github/workflow.yml").read_text())
    assert set(workflow[True]) == {"pull_request"}  # YAML 1.1 reads on as true
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert workflow["concurrency"]["cancel-in-progress"] is True
    checkout = next(step for step in steps(workflow) if step["uses"].startswith("actions/checkout@"))
    assert checkout["with"]["persist-credentials"] is False
    assert "ref" not in checkout["with"]
    inputs = {name for step in steps(workflow) for name in step.get("with", {}) if "OWNER/" in step["uses"]}
    assert inputs <= ACTION["inputs"].keys()


def test_what_is_installed_is_there() -> None:
    installed = "\n".join([ACTION["runs"]["steps"][1]["run"], *GITLAB["review"]["before_script"]])
    assert installed.count("--require-hashes -r") == 2
    assert (REPOSITORY / "requirements.txt").is_file()
    assert ACTION["inputs"]["author"]["default"] == BOT
