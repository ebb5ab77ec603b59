"""Reviews the environment files that a pull request changes: `python review.py github`, or gitlab, in a clone of its head.

Settings are environment variables: those of the pipeline (`comments.py` has them), and
REVIEW_BASE: the commit that the pull request is compared with; REVIEW_FILES: the patterns of environment files, of which
git's * also matches /; REVIEW_FAIL_ON: gates of emr-placement review; REVIEW_RESOURCES: false leaves CloudFormation's
resources out; REVIEW_FOLDER: where NAME.md and NAME.sarif are written, and code-quality.json; REVIEW_COMMENT: false leaves
comments out.

Exit status: 0; 1 where a gate is met; 2 where something can't be reviewed. On GitHub it is the output `status` instead,
so that later steps run before the gate.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comments import TOKENS, CommentsError, comments_of

from emr_eks_placement.cli.output.markdown import escaped
from emr_eks_placement.cli.output.review_markdown import marker

UNUSABLE = 2
_PATTERNS = "environments/*.yaml environments/*.yml"
_GITLAB_SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


@dataclass(frozen=True)
class Reviewed:
    """The exit status of a review, and the text of its comment."""

    status: int
    text: str


def main() -> int:
    """Reviews, comments and gives the exit status."""
    platform, settings = sys.argv[1], os.environ
    folder = Path(settings.get("REVIEW_FOLDER") or "review")
    folder.mkdir(parents=True, exist_ok=True)
    base = _base(settings["REVIEW_BASE"])
    files = list(_changed(base, (settings.get("REVIEW_FILES") or _PATTERNS).split()))
    sys.stdout.write(f"{len(files)} environment file{'' if len(files) == 1 else 's'} changed since {base}\n")
    named = zip(files, _names([file for file, _ in files]), strict=True)
    done = [_review(file, base if had else None, name, folder, settings, platform) for (file, had), name in named]
    if platform == "gitlab":
        (folder / "code-quality.json").write_text(json.dumps(list(_code_quality(folder)), indent=2) + "\n")
    if settings.get("REVIEW_COMMENT") != "false":
        _comment(platform, settings, [one.text for one in done])
    status = max((one.status for one in done), default=0)
    if platform == "github":
        _append(settings.get("GITHUB_STEP_SUMMARY"), "\n".join(one.text for one in done))
        _append(settings.get("GITHUB_OUTPUT"), f"status={status}\nfolder={folder}\nfiles={len(files)}\n")
        return 0
    return status


def _base(asked: str) -> str:
    """The commit to compare with: where the head is a merge into the base, its first parent, else the merge base."""
    if not asked:
        sys.exit("error: REVIEW_BASE is not set: this reviews pull requests")
    parents = _git("rev-parse", "HEAD^@").split()
    if os.environ.get("GITHUB_REF", "").endswith("/merge") and len(parents) == 2:
        return parents[0]
    return _git("merge-base", asked, "HEAD").strip()


def _changed(base: str, patterns: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Each file that is changed or added, and whether the base has it; one that is renamed counts as added."""
    changes = _git("diff", "--name-status", "--no-renames", "-z", "--diff-filter=AMT", base, "HEAD", "--", *patterns)
    words = changes.split("\0")[:-1]
    yield from ((file, kind != "A") for kind, file in zip(words[::2], words[1::2], strict=True))


def _git(*arguments: str) -> str:
    ended = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 - git of the runner, no shell
    if ended.returncode:
        fix = "check out the history: fetch-depth: 0 on GitHub, GIT_DEPTH: 0 on GitLab"
        sys.exit(f"error: git {arguments[0]}: {ended.stderr.strip() or 'no common commit'}; {fix}")
    return ended.stdout


def _names(files: Sequence[str]) -> list[str]:
    """What the review of each is called: as its environment, or by the whole path where two are called the same."""
    stems = Counter(Path(file).stem for file in files)
    return [Path(file).stem if stems[Path(file).stem] == 1 else file.replace("/", "-") for file in files]


def _review(
    file: str, base: str | None, name: str, folder: Path, settings: Mapping[str, str], platform: str
) -> Reviewed:
    """By emr-placement review, whose annotations go to the log of the pipeline."""
    written = {form: folder / f"{name}.{end}" for form, end in (("markdown", "md"), ("sarif", "sarif"))}
    command = [sys.executable, "-m", "emr_eks_placement.cli.main", "review"]
    command += ["--output", "annotations" if platform == "github" else "table"]
    command += [f"--write={form}={path}" for form, path in written.items()]
    command += [f"--fail-on={gate}" for gate in settings.get("REVIEW_FAIL_ON", "").split()]
    command += ["--no-resources"] if settings.get("REVIEW_RESOURCES") == "false" else []
    command += ["--", *([f"{base}:{file}"] if base else []), file]
    # The app that is synthesized is code of the pull request.
    env = {name: value for name, value in settings.items() if name not in TOKENS}
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - this Python, no shell
    sys.stdout.write(ended.stdout)
    _log(platform, ended.stderr)
    if written["markdown"].is_file():
        _, _, text = written["markdown"].read_text("utf-8").partition("\n")
        return Reviewed(ended.returncode, f"{marker(name)}\n{text}")
    errors = [line for line in ended.stderr.splitlines() if line.startswith("error: ")] or ["error: no review"]
    if platform == "github":
        sys.stdout.writelines(_annotation(file, line[7:]) for line in errors)
    listed = "\n".join(f"- {escaped(line[7:])}" for line in errors)
    return Reviewed(UNUSABLE, f"{marker(name)}\n**{escaped(name)}** can't be reviewed:\n\n{listed}\n")


def _log(platform: str, text: str) -> None:
    """Text of the reviewed files, in which GitHub reads no commands."""
    token = secrets.token_hex(16)
    before, after = (f"::stop-commands::{token}\n", f"::{token}::\n") if platform == "github" and text else ("", "")
    sys.stdout.write(f"{before}{text}{after}")


def _annotation(file: str, error: str) -> str:
    """At its line, where the error begins with FILE:LINE."""
    line = error.removeprefix(f"{file}:").partition(":")[0] if error.startswith(f"{file}:") else ""
    place = f",line={line}" if line.isdecimal() else ""
    return f"::error file={_property(file)}{place}::{_data(error)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _comment(platform: str, settings: Mapping[str, str], texts: Sequence[str]) -> None:
    """One comment for each environment; without the right to comment, as for a fork's pull request, a line in the log."""
    try:
        for line in comments_of(platform, settings).show(texts):
            sys.stdout.write(f"{line}\n")
    except CommentsError as error:
        warning = f"no comment: {error}; the review is in the log and in the files"
        sys.stdout.write(f"::warning::{_data(warning)}\n" if platform == "github" else f"warning: {warning}\n")


def _append(file: str | None, text: str) -> None:
    if file:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(text)


def _code_quality(folder: Path) -> Iterator[dict[str, Any]]:
    """What the SARIF files report, as GitLab's code quality reports have it."""
    for file in sorted(folder.glob("*.sarif")):
        for one in json.loads(file.read_text("utf-8"))["runs"][0]["results"]:
            place = one["locations"][0]["physicalLocation"]
            path, text = place["artifactLocation"]["uri"], one["message"]["text"]
            yield {
                "description": text,
                "check_name": one["ruleId"],
                "fingerprint": hashlib.sha256("\0".join((one["ruleId"], path, text)).encode()).hexdigest(),
                "severity": _GITLAB_SEVERITIES[one["level"]],
                "location": {"path": path, "lines": {"begin": place.get("region", {}).get("startLine", 1)}},
            }


if __name__ == "__main__":
    sys.exit(main())
