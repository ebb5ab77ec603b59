"""What `from emr_eks_placement import …` gives: public names, imported when they are asked for, and typed."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pytest

import emr_eks_placement
from emr_eks_placement import Environment, JobRunDefinition, define_job_run, load_environment

ROOT = Path(__file__).parents[2]


def typed_imports() -> dict[str, str]:
    """The module of each name that type checkers read."""
    file = Path(emr_eks_placement.__file__)
    blocks = [one for one in ast.parse(file.read_text()).body if isinstance(one, ast.If)]
    (block,) = [one for one in blocks if isinstance(one.test, ast.Name)]
    imports = [one for one in block.body if isinstance(one, ast.ImportFrom)]
    return {alias.name: str(one.module) for one in imports for alias in one.names}


def test_a_name_is_at_run_time_what_it_is_for_type_checkers() -> None:
    typed = typed_imports()
    assert emr_eks_placement.__all__ == sorted(typed)
    for name, module in typed.items():
        assert getattr(emr_eks_placement, name) is getattr(importlib.import_module(module), name), name
    assert set(emr_eks_placement.__all__) <= set(dir(emr_eks_placement))


def test_names_have_the_types_of_what_they_name() -> None:
    """Mypy reads this too."""
    environment = assert_type(load_environment(ROOT / "environments/dev.yaml"), Environment)
    assert assert_type(define_job_run(environment, "trip-count", "fargate"), JobRunDefinition).request


def test_another_name_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'plans'"):
        _ = emr_eks_placement.plans  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'plans'"):
        from emr_eks_placement import plans  # type: ignore[attr-defined] # noqa: F401


def test_an_error_to_catch_is_there_without_what_raises_it() -> None:
    code = "import sys; from emr_eks_placement import InputError; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(ROOT / "constructs")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    ours = {one for one in ended.stdout.split() if one.startswith("emr_eks_placement")}
    assert ours == {"emr_eks_placement", *(f"emr_eks_placement.common{name}" for name in ("", ".errors", ".redaction"))}
