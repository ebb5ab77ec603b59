"""Commands plan each placement of an environment once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emr_eks_placement.cli.main import main
from emr_eks_placement.definition import define
from tests.unit.environments import REPOSITORY

DEV = str(REPOSITORY / "environments/dev.yaml")


@pytest.mark.parametrize(
    "words",
    [
        lambda folder: ["define", "-e", DEV, "-o", str(folder), "--bucket", "spark-jobs"],
        lambda _folder: ["plan", "-e", DEV],
    ],
    ids=["define", "plan"],
)
def test_a_command_plans_each_placement_once(
    words: Callable[[Path], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str] = []
    plan = define.__globals__["plan"]

    def counted(request: dict[str, Any], *arguments: Any, **settings: Any) -> Any:
        planned.append(str(request))
        return plan(request, *arguments, **settings)

    monkeypatch.setitem(define.__globals__, "plan", counted)
    assert main(words(tmp_path)) == 0
    assert len(planned) == len(set(planned)) == 4
