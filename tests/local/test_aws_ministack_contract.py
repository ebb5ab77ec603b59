"""MiniStack is pinned: what `local.aws` uses of it are private names, checked here one by one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import local.aws
from local.aws.ministack import names

LOCAL_AWS = Path(local.aws.__file__).parent


def used_names() -> Iterator[tuple[str, str]]:
    """Every `names.<module>.<name>` in the package that may use MiniStack."""
    overseer = LOCAL_AWS.parents[1] / "tests/deployment_permissions/overseer.py"
    for source in (*sorted((LOCAL_AWS / "ministack").glob("*.py")), overseer):
        for node in ast.walk(ast.parse(source.read_text())):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Attribute)
                and isinstance(node.value.value, ast.Name)
                and node.value.value.id == "names"
            ):
                yield node.value.attr, node.attr


def test_installed_version_is_the_pinned_one() -> None:
    assert names.installed_version() == names.PINNED_VERSION, "read the changes, run these tests, then move the pin"


@pytest.mark.parametrize(("module", "name"), sorted(set(used_names())))
def test_name_exists(module: str, name: str) -> None:
    assert hasattr(getattr(names, module), name), f"MiniStack {names.installed_version()} has no {module}.{name}"


def test_the_check_sees_the_names() -> None:
    assert ("provisioners", "_RESOURCE_HANDLERS") in set(used_names())


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("app", "AUTH"),
        ("app", "_MINISTACK_PORT"),
        ("custom_resource", "_PORT"),
        ("eventbridge", "_invoke_target"),
        ("scheduler", "_SCHEDULE_TICK_INTERVAL"),
        ("stepfunctions", "_SFN_WAIT_SCALE"),
        ("stepfunctions", "_execute_task"),
        ("eks", "REGION"),
        ("lambda_svc", "_GATEWAY_PORT"),
        ("stacks", "_runs_on_worker_thread"),
        ("lambda_runtime", "subprocess"),
        ("lambda_runtime", "tempfile"),
    ],
)
def test_replaced_name_exists(module: str, name: str) -> None:
    assert hasattr(getattr(names, module), name)


def test_nothing_else_imports_ministack() -> None:
    for source in LOCAL_AWS.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            imported = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported = [node.module]
            assert not any(name.split(".")[0] == "ministack" for name in imported), source
