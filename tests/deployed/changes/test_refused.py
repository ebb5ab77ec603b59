"""A change that would fail half-way is refused when the app is synthesized for the account that it is deployed to."""

import copy
import shutil
from collections.abc import Iterator

import pytest

from local.cdk import CdkError
from tests.deployed.changes.environment_changes import ChangingEnvironment, run_app


@pytest.fixture
def unchanged(deployed: ChangingEnvironment) -> Iterator[ChangingEnvironment]:
    """What is deployed, whose file a test may change: it is put back."""
    before = copy.deepcopy(deployed.data)
    yield deployed
    deployed.data = before
    deployed.write()


def test_the_cdk_cli_ends_with_the_refusal(unchanged: ChangingEnvironment) -> None:
    unchanged.data["network"]["cidr"] = "10.31.0.0/16"
    unchanged.write()
    with pytest.raises(CdkError) as refused:
        unchanged.cli.synth()
    assert "changing.yaml:" in str(refused.value)
    assert "network.cidr = '10.31.0.0/16': the deployed VPC is 10.30.0.0/16" in str(refused.value)


def test_every_refusal_is_one_line_with_its_place(unchanged: ChangingEnvironment) -> None:
    unchanged.data["zones"].reverse()
    unchanged.data["cluster"] |= {"version": "1.34", "emr_access": "handler"}
    name, settings = next(iter(unchanged.data["virtual_clusters"].items()))
    del unchanged.data["virtual_clusters"][name]
    unchanged.data["virtual_clusters"]["renamed"] = settings
    for job in unchanged.data["jobs"].values():
        job["virtual_cluster"] = "renamed" if job["virtual_cluster"] == name else job["virtual_cluster"]
    unchanged.write()
    written = unchanged.file.with_name("refused.out")
    shutil.rmtree(written, ignore_errors=True)
    ended = run_app(unchanged)
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    fields = [line.split(": ")[1].split(" = ")[0] for line in lines]
    assert fields == ["zones", "cluster.version", "cluster.emr_access", "virtual_clusters.renamed.namespace"]
    assert not (written / "manifest.json").exists()


def test_the_comparison_can_be_switched_off(unchanged: ChangingEnvironment) -> None:
    unchanged.data["network"]["cidr"] = "10.31.0.0/16"
    unchanged.write()
    ended = run_app(unchanged, compare="false")
    assert ended.returncode == 0, ended.stderr


def test_another_account_is_a_warning(unchanged: ChangingEnvironment) -> None:
    unchanged.data["network"]["cidr"] = "10.31.0.0/16"
    unchanged.write()
    ended = run_app(unchanged, CDK_DEFAULT_ACCOUNT="111122223333")
    assert ended.returncode == 0
    (warning,) = (line for line in ended.stderr.splitlines() if line.startswith("warning: "))
    assert "changing was not compared with what is deployed" in warning
    assert "account 000000000000" in warning and "111122223333" in warning and "AWS_PROFILE" in warning


def test_what_cannot_be_reached_is_a_warning(unchanged: ChangingEnvironment) -> None:
    ended = run_app(unchanged, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert ended.returncode == 0
    (warning,) = (line for line in ended.stderr.splitlines() if line.startswith("warning: "))
    assert "sts:GetCallerIdentity failed" in warning


def test_another_environment_is_not_compared(unchanged: ChangingEnvironment) -> None:
    """The way round of every refusal: an environment file of another name."""
    unchanged.data["network"]["cidr"] = "10.31.0.0/16"
    unchanged.file = unchanged.file.with_name("another.yaml")
    try:
        unchanged.write()
        ended = run_app(unchanged)
    finally:
        unchanged.file = unchanged.file.with_name("changing.yaml")
    assert ended.returncode == 0, ended.stderr
    assert "warning: " not in ended.stderr
