"""Two environments in one account and region do not collide; one is checked, drained and destroyed beside the other.

The tests build on each other: the last destroys an environment.
"""

import io
import json
import sys

import pytest

from emr_eks_placement.cli.main import main
from tests.deployed.two_environments.conftest import Deployed
from tests.printed import when_printed

Both = tuple[Deployed, Deployed]


def test_nothing_is_shared(both: Both) -> None:
    first, second = both
    for part, resource_type in (
        ("platform", "AWS::EKS::Cluster"),
        ("platform", "AWS::EC2::VPC"),
        ("platform", "AWS::IAM::Role"),
        ("virtual-clusters", "AWS::S3::Bucket"),
        ("virtual-clusters", "AWS::IAM::Role"),
        ("virtual-clusters", "AWS::Logs::LogGroup"),
        ("virtual-clusters", "AWS::EMRContainers::VirtualCluster"),
        ("job-runs", "AWS::SSM::Parameter"),
    ):
        ids = [one.resources(part, resource_type) for one in both]
        assert all(ids), resource_type
        assert not set(ids[0]) & set(ids[1]), resource_type
    assert first.definition["virtualClusterId"] != second.definition["virtualClusterId"]
    assert first.namespaces() == second.namespaces() == ["spark-jobs"]


def test_the_commands_that_start_jobs_are_those_of_the_buckets_index(
    both: Both, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = both
    assert main(["start-commands", "-e", str(first.file), "--output", "json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == first.index()["definitions"]
    assert len(printed) == 4
    assert {one["start"] for one in printed}.isdisjoint(one["start"] for one in second.index()["definitions"])


def test_a_deployed_environment_needs_nothing_more(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["check-account", "-e", str(both[0].file), "--output", "json", "--fail-on", "missing"]
    assert main(command) == 0
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert {name for name, check in checks.items() if check["state"] != "ok"} == {"service-linked-roles"}
    assert checks["stacks"]["found"] == "already deployed: first-platform, first-virtual-clusters, first-job-runs"
    assert checks["vpcs"]["found"] == "5 VPCs allowed (L-F678F1CE), 3 exist, 0 more needed"
    assert checks["elastic-ips"]["found"].endswith("2 exist, 0 more needed")
    assert "AWS creates AWSServiceRoleForAmazonEKS," in checks["service-linked-roles"]["found"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_draining_one_environment_leaves_the_other_s_runs(
    both: Both, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = both
    runs, other = [first.start(), first.start()], second.start()
    assert main(["drain", "-e", str(first.file)]) == 2, "there is no terminal to ask at"
    captured = capsys.readouterr()
    assert captured.err == (
        "error: --yes: 2 job runs are to be cancelled, and there is no terminal to ask at. Add --yes.\n"
    )
    assert all(f"  {run} trip-count RUNNING\n" in captured.out for run in runs)
    with monkeypatch.context() as terminal:
        terminal.setattr(sys, "stdin", Terminal("no\n"))
        assert main(["drain", "-e", str(first.file)]) == 1
    assert capsys.readouterr().out.endswith("Cancel these 2 job runs? [y/N] ")
    assert {first.state(run) for run in runs} == {"RUNNING"}
    assert main(["drain", "-e", str(first.file), "--yes"]) == 0
    assert capsys.readouterr().out.endswith("no job run is active\n")
    assert {first.state(run) for run in runs} == {"CANCELLED"}
    assert second.state(other) == "RUNNING"
    assert main(["drain", "-e", str(first.file)]) == 0, "nothing is left to ask about"
    assert capsys.readouterr().out == "0 active job runs in 1 virtual cluster\n"


def test_a_run_that_does_not_end_in_time_is_reported_and_waited_for_again(
    both: Both, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = both
    monkeypatch.setattr(first.runner, "ends", False)
    run = first.start()
    assert main(["drain", "--virtual-cluster", first.virtual_cluster, "--yes", "--timeout", "0"]) == 1
    assert capsys.readouterr().out.endswith("1 job run is still active after 0 s; run this again\n")
    assert first.state(run) == "CANCEL_PENDING"
    when_printed(monkeypatch, "waiting for 1 job run", lambda: first.runner.started[run].set_state("CANCELLED"))
    assert main(["drain", "--virtual-cluster", first.virtual_cluster]) == 0, (
        "only to be waited for: nothing to agree to"
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:] == [f"  {run} trip-count CANCEL_PENDING", "waiting for 1 job run to end", "no job run is active"]


def test_a_run_that_starts_meanwhile_is_reported_and_left_running(
    both: Both, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler that goes on: its runs are not in the list that was agreed to."""
    first, _second = both
    run, later = first.start(), []

    def cancel(cancelled: object) -> None:
        later.append(first.start())
        first.runner.__class__.cancel(first.runner, cancelled)  # type: ignore[arg-type]

    monkeypatch.setattr(first.runner, "cancel", cancel)
    assert main(["drain", "-e", str(first.file), "--yes", "--timeout", "0"]) == 1
    assert f"\nwere started in the meantime; stop what starts them: {later[0]}\n" in capsys.readouterr().out
    assert (first.state(run), first.state(later[0])) == ("CANCELLED", "RUNNING")


def test_destroying_one_environment_leaves_the_other(both: Both) -> None:
    first, second = both
    other = second.start()
    (gone,) = first.resources("platform", "AWS::EKS::Cluster")
    platform, virtual_clusters = first.stack_id("platform"), first.stack_id("virtual-clusters")
    assert main(["drain", "-e", str(first.file), "--yes", "--timeout", "60"]) == 0
    assert main(["empty-bucket", "-e", str(first.file), "--yes"]) == 0
    first.cdk.destroy()
    check_order(first.deletions(platform), first.deletions(virtual_clusters))
    eks = second.session.client("eks")
    assert eks.list_clusters()["clusters"] == second.resources("platform", "AWS::EKS::Cluster") != [gone]
    assert first.apis.namespaces(gone) == []
    assert second.namespaces() == ["spark-jobs"]
    assert second.state(other) == "RUNNING"
    assert not second.session.client("ssm").get_parameters_by_path(Path="/emr-eks-placement/first", Recursive=True)[
        "Parameters"
    ]
    second.cdk.assert_no_difference()
    assert main(["drain", "-e", str(first.file), "--yes"]) == 0, "nothing is deployed: nothing to drain"


def check_order(platform: list[tuple[str, str]], virtual_clusters: list[tuple[str, str]]) -> None:
    """Virtual cluster, namespace, one Fargate profile after the other; then node groups, then the cluster."""
    kinds = ("AWS::EMRContainers::VirtualCluster", "Custom::AWSCDK-EKS-KubernetesResource", "AWS::EKS::FargateProfile")
    started, ended = "DELETE_IN_PROGRESS", "DELETE_COMPLETE"
    assert [event for event in virtual_clusters if event[0] in kinds] == [
        (kind, status) for kind in (*kinds, kinds[-1]) for status in (started, ended)
    ]
    nodes = [event for event in platform if event[0] in ("AWS::EKS::Nodegroup", "AWS::EKS::Cluster")]
    assert nodes[-2:] == [("AWS::EKS::Cluster", started), ("AWS::EKS::Cluster", ended)]
    assert nodes.count(("AWS::EKS::Nodegroup", ended)) == 3
