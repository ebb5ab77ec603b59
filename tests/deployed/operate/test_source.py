"""A request is planned for the same, however its cluster is named: by file, by cluster or by virtual cluster."""

from dataclasses import replace

import pytest

from emr_eks_placement.environment import capacity_of
from emr_eks_placement.runs.account import Account
from emr_eks_placement.runs.source import CapacitySource, DeployedSource, LiveSource, Resolved, Source
from tests.deployed.operate.conftest import FILE, REGION, Deployed


def test_every_source_plans_a_deployed_definition_the_same(deployed: Deployed) -> None:
    request = deployed.definition("pinned-driver")
    account = Account(region=REGION, environment=deployed.environment, file=FILE)
    (cluster,) = deployed.session.client("eks").list_clusters()["clusters"]
    own, live = capacity_of(deployed.environment), account.cluster(cluster)
    sources: dict[str, Source] = {
        "virtual cluster": LiveSource(account),
        "live cluster, by the request": CapacitySource(account, {cluster: live}, is_live=True),
        "live cluster, by namespace": CapacitySource(account, {cluster: live}, namespace="spark-jobs", is_live=True),
        "deployed environment": DeployedSource(account, deployed.environment),
        "environment file": CapacitySource(account, {"local": own}, virtual_cluster="spark"),
    }
    resolved = {name: one.resolve("a request", request) for name, one in sources.items()}
    assert {one.namespace for one in resolved.values()} == {"spark-jobs"}
    assert all(one.request == request for one in resolved.values())
    assert all(len(one.templates) == 1 for one in resolved.values())
    first, *others = resolved.values()
    assert all(one.templates == first.templates for one in others)
    assert all(
        computes(one) == {"submitter": "ec2", "driver": "ec2", "executors": "fargate"} for one in resolved.values()
    )
    alike = ("virtual cluster", "live cluster, by the request", "live cluster, by namespace")
    assert len({str(resolved[name].plan()) for name in alike}) == 1


def test_what_was_read_of_an_account_is_there_for_the_next_request(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = LiveSource(Account(region=REGION))
    first = source.resolve("first", deployed.definition("pinned-driver"))

    def read_again(*_: object) -> None:
        raise AssertionError

    for name in ("cluster.read_cluster", "virtual_clusters.describe_virtual_cluster", "s3.read_s3_text"):
        monkeypatch.setattr(f"emr_eks_placement.aws.{name}", read_again)
    assert replace(source.resolve("second", deployed.definition("pinned-driver")), shown_as="first") == first
    with pytest.raises(AssertionError):
        source.resolve("third", {**deployed.definition("pinned-driver"), "virtualClusterId": "other"})


def computes(one: Resolved) -> dict[str, str | None]:
    return {pod.role: pod.landing.compute for pod in one.plan().pods}
