"""How EMR gets into its namespaces, deployed in each world that AWS may be: see local/aws/emr_containers/namespace_access.py.

These are our own words about AWS: that a deployment works in all of them, not in which of them AWS is.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.aws.bucket import bucket_of, empty_bucket
from emr_eks_placement.aws.virtual_clusters import virtual_clusters_of
from emr_eks_placement.environment import Environment
from local.aws.emr_containers.namespace_access import World
from local.cdk import CdkCli, CdkError
from local.cluster import LocalCluster
from tests.changed_environment import changed_environment, synthesize

ACCOUNT, REGION = "000000000000", "us-east-1"
EMR = f"arn:aws:iam::{ACCOUNT}:role/AWSServiceRoleForAmazonEMRContainers"
ENTRY = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers"
)
_PAUSES = re.compile(r"^(_PAUSES|_TERMINATION_PAUSE) = .*$", re.MULTILINE)
# What EKS may have written before, with an entry of somebody's.
NODES = """# by the platform team
- groups:
  - system:bootstrappers
  - system:nodes
  rolearn: arn:aws:iam::000000000000:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
"""
TEAMS: dict[str, Any] = {
    "virtual_clusters": {"spark": None, **{name: {"namespace": f"spark-{name}"} for name in ("a", "b", "c")}},
    "jobs": {
        "trip-count": {
            "virtual_cluster": "a",
            "entry_point": "s3://example-code/job.py",
            "release_label": "emr-7.12.0-latest",
            "placements": {"fargate": {}},
        }
    },
}


def without_pauses(assembly: Path) -> None:
    """The handler's function tries again at once, as often as it does: the local IAM has no rights that come late."""
    for file in assembly.glob("asset.*/emr_access/virtual_clusters.py"):
        text, changed = _PAUSES.subn(lambda pause: re.sub(r"[\d.]+", "0.1", pause[0]), file.read_text())
        assert changed == 2
        file.write_text(text)


class Deployment:
    """An environment of three virtual clusters that is deployed to a local AWS, and what it created."""

    def __init__(self, local: LocalCluster, folder: Path, world: World) -> None:
        local.namespace_access.world = world
        self.local = local
        self._folder = folder
        self._emr = local.session.client("emr-containers")
        self._bootstrapped = False

    def with_settings(self, **parts: Any) -> "Deployment":
        self.environment: Environment = changed_environment(self._folder, **{**TEAMS, **parts})
        assembly = synthesize(self.environment, self._folder / "cdk.out")
        without_pauses(assembly)
        self.cli = CdkCli(self.environment.name, assembly, self._folder / "cdk.log")
        if not self._bootstrapped:
            self.cli.bootstrap(ACCOUNT, REGION)
            self._bootstrapped = True
        return self

    def deploy(self) -> None:
        self.cli.deploy(self._folder / "outputs.json")

    def destroy(self) -> None:
        empty_bucket(self.local.session, str(bucket_of(self.local.session, self.environment.name)))
        self.cli.destroy()

    def outputs(self) -> dict[str, str]:
        """Of the stack of the virtual clusters."""
        outputs: dict[str, dict[str, str]] = json.loads((self._folder / "outputs.json").read_text())
        return outputs[f"{self.environment.name}-virtual-clusters"]

    def started_in(self) -> str:
        """The virtual cluster of the one job's definition."""
        ssm = self.local.session.client("ssm")
        (name,) = (one["Name"] for one in ssm.describe_parameters()["Parameters"] if "trip-count" in one["Name"])
        return str(json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])["virtualClusterId"])

    def tags(self, id_: str) -> dict[str, str]:
        return dict(self._emr.describe_virtual_cluster(id=id_)["virtualCluster"]["tags"])

    def map_roles(self) -> str | None:
        maps = self.local.kubernetes.objects("configmaps", "kube-system")
        return next((one["data"]["mapRoles"] for one in maps if one["metadata"]["name"] == "aws-auth"), None)

    def running(self) -> dict[str, str]:
        """Virtual clusters: namespace -> id."""
        found = self._emr.list_virtual_clusters(states=["RUNNING"])["virtualClusters"]
        return {one["containerProvider"]["info"]["eksInfo"]["namespace"]: one["id"] for one in found}

    def emr_entries(self) -> list[str]:
        eks = self.local.session.client("eks")
        (cluster,) = eks.list_clusters()["clusters"]
        return [arn for arn in eks.list_access_entries(clusterName=cluster)["accessEntries"] if arn == ENTRY]

    def emr_namespaces(self) -> set[str]:
        """Those of EMR's access entry."""
        eks = self.local.session.client("eks")
        (cluster,) = eks.list_clusters()["clusters"]
        found = eks.list_associated_access_policies(clusterName=cluster, principalArn=ENTRY)["associatedAccessPolicies"]
        return {name for one in found for name in one["accessScope"]["namespaces"]}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Callable[[World], Deployment]]:
    with LocalCluster(tmp_path, region=REGION) as local:
        yield lambda world: Deployment(local, tmp_path, world)


def test_where_rights_are_not_handed_on_the_mapping_lets_emr_in_and_leaves_the_nodes_in(
    deployment: Callable[[World], Deployment],
) -> None:
    made = deployment("mapped")
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "aws-auth", "namespace": "kube-system"}}
    made.local.kubernetes.create({**config_map, "data": {"mapRoles": NODES, "mapUsers": "- userarn: somebody"}})
    made.with_settings().deploy()
    assert set(made.running()) == {"spark-a", "spark-b", "spark-c"}
    assert not made.emr_entries()
    after = made.map_roles()
    assert after
    assert after.startswith(NODES)
    assert yaml.safe_load(after) == [*yaml.safe_load(NODES), {"rolearn": EMR, "username": "emr-containers"}]

    ids = made.running()
    joined = after + "- rolearn: arn:aws:iam::000000000000:role/more-nodes\n  username: somebody\n"
    made.local.kubernetes.update(
        "configmaps", "aws-auth", "kube-system", lambda one: one["data"].update(mapRoles=joined)
    )
    made.with_settings(tags={"stage": "test"}).deploy()
    assert (made.map_roles(), made.running()) == (joined, ids), "a second deployment takes nothing away"

    made.destroy()
    assert made.map_roles() == joined, "nodes that others let in stay in"


def test_without_the_mapping_cloudformation_is_refused_and_reports_it(
    deployment: Callable[[World], Deployment],
) -> None:
    made = deployment("mapped").with_settings(cluster={"emr_access": "cloudformation"})
    with pytest.raises(CdkError, match="Unauthorized to perform read namespace on"):
        made.deploy()
    assert made.map_roles() is None
    assert not made.running()


@pytest.mark.parametrize(
    ("way", "mapped"), [("aws-auth", [{"rolearn": EMR, "username": "emr-containers"}]), ("cloudformation", None)]
)
def test_where_rights_are_handed_on_emr_has_its_own_access_entry(
    deployment: Callable[[World], Deployment], way: str, mapped: object
) -> None:
    made = deployment("handed-on").with_settings(cluster={"emr_access": way})
    made.deploy()
    assert len(made.running()) == 3
    assert made.emr_entries() == [ENTRY]
    assert yaml.safe_load(made.map_roles() or "") == mapped


def test_the_handler_gets_emr_in_where_only_the_caller_s_own_rights_count(
    deployment: Callable[[World], Deployment],
) -> None:
    made = deployment("mapped").with_settings(cluster={"emr_access": "handler"})
    made.deploy()
    assert len(made.running()) == 3
    assert made.emr_entries() == [ENTRY]
    assert made.map_roles() is None


def test_the_handler_s_virtual_clusters_are_used_changed_and_deleted_as_cloudformation_s(
    deployment: Callable[[World], Deployment],
) -> None:
    made = deployment("refused").with_settings(cluster={"emr_access": "handler"})
    made.deploy()
    ids = made.running()
    assert made.emr_entries() == [ENTRY]
    assert made.outputs()["AVirtualClusterId"] == made.started_in() == ids["spark-a"]
    assert set(virtual_clusters_of(made.local.session, made.environment.name)) == set(ids.values())

    others = TEAMS["virtual_clusters"] | {"b": {"namespace": "spark-b2"}}
    made.with_settings(cluster={"emr_access": "handler"}, virtual_clusters=others, tags={"stage": "test"}).deploy()
    after = made.running()
    assert set(after) == {"spark-a", "spark-b2", "spark-c"}
    assert (after["spark-a"], after["spark-c"]) == (ids["spark-a"], ids["spark-c"])
    assert after["spark-b2"] == made.outputs()["BVirtualClusterId"] != ids["spark-b"]
    assert {made.tags(id_)["stage"] for id_ in after.values()} == {"test"}

    assert made.emr_namespaces() == {"spark-a", "spark-b2", "spark-c"}

    made.destroy()
    assert not made.running()


@pytest.mark.parametrize(
    ("way", "namespace", "reason"),
    [
        ("aws-auth", {}, r"Unauthorized to perform read namespace on \(spark-[abc]\)"),
        (
            "handler",
            {"c": {"namespace": "spark-gone", "existing_namespace": True}},
            r"Unauthorized to perform read namespace on \(spark-gone\)\. Check that the namespace exists and that",
        ),
    ],
    ids=["the mapping is not enough", "the handler's namespace is not there"],
)
def test_a_first_deployment_that_emr_refuses_reports_why_and_leaves_nothing_though_data_is_retained(
    deployment: Callable[[World], Deployment], way: str, namespace: dict[str, Any], reason: str
) -> None:
    made = deployment("refused").with_settings(
        retain_data=True, cluster={"emr_access": way}, virtual_clusters=TEAMS["virtual_clusters"] | namespace
    )
    with pytest.raises(CdkError, match=reason):
        made.deploy()
    assert (made.map_roles() is not None) == (way == "aws-auth")
    assert not made.running()
    assert not made.emr_entries()
    session = made.local.session
    buckets = [one["Name"] for one in session.client("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if not name.startswith("cdk-hnb659fds-assets-")] == []
    groups = [one["logGroupName"] for one in session.client("logs").describe_log_groups()["logGroups"]]
    assert [name for name in groups if not name.startswith("/aws/lambda/")] == []
