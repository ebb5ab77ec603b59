"""The generated environments are valid, differ, and leave no setting out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.common.model import Model
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.modes import MODES
from tests.generated_environments import Data, change, generate
from tools.write_settings_docs import tables

SEEDS = range(80)  # the first 58 set every setting

# Settings that no seed sets, with the reason.
NOT_GENERATED = {
    "Environment.name": "is the name of the file",
    "Environment.account": "is the account that is deployed to, which a test chooses",
    "Environment.shared_folders": "is for local files, which generated environments do not name",
}


def load(data: Data, folder: Path) -> Environment:
    """Read as a user's file is, so with every placement defined."""
    file = folder / "generated.yaml"
    file.write_text(yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False))
    return load_environment(file)


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> list[Environment]:
    folder = tmp_path_factory.mktemp("generated")
    return [load(generate(seed), folder) for seed in SEEDS]


def settings_set(value: Any) -> Iterator[str]:
    if isinstance(value, Model):
        yield from (f"{type(value).__name__}.{name}" for name in value.model_fields_set)
        for name in type(value).model_fields:
            yield from settings_set(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from settings_set(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from settings_set(item)


def test_every_setting_is_set_by_some_seed(environments: list[Environment]) -> None:
    found = {setting for environment in environments for setting in settings_set(environment)}
    every = {f"{model.__name__}.{name}" for model in tables() for name in model.model_fields}
    assert every - found - NOT_GENERATED.keys() == set(), "set it in tests/generated_environments/"
    assert every >= NOT_GENERATED.keys()


def test_what_is_generated_again_is_the_same() -> None:
    generated = [generate(seed) for seed in SEEDS]
    assert generated == [generate(seed) for seed in SEEDS]
    assert len({repr(data) for data in generated}) == len(SEEDS)


def test_without_what_is_given_everything_is_created(tmp_path: Path) -> None:
    for seed in range(20):
        environment = load(generate(seed, given=False), tmp_path)
        named = (environment.network.vpc_id, environment.cluster.name, environment.encryption.kms_key_arn)
        assert (*named, environment.bucket, environment.fargate_pod_execution_role_arn) == (None,) * 5


def test_every_mode_and_both_extremes_are_generated(environments: list[Environment]) -> None:
    jobs = [job for environment in environments for job in environment.jobs.values()]
    assert {choice.mode for job in jobs for choice in job.placements.values()} == set(MODES)
    assert any(len(environment.virtual_clusters) == 1 for environment in environments)
    assert any(len(environment.jobs) > 8 for environment in environments)
    assert any(environment.network.nat_gateways == 0 for environment in environments)


def test_changes_are_valid_and_change_something(tmp_path: Path) -> None:
    for seed in range(20):
        data = generate(seed)
        for step in range(4):
            changed = change(data, 100 * seed + step)
            assert changed != data
            assert changed == change(data, 100 * seed + step)
            load(changed, tmp_path)
            data = changed
