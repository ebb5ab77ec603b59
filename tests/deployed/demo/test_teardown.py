"""A second deployment changes nothing, and destroy leaves nothing behind."""

from emr_eks_placement.cli.main import main
from local.cdk import ROOT
from tests.deployed.demo.conftest import NAMESPACE, Deployed


def test_destroy_leaves_nothing_behind(deployed: Deployed) -> None:
    """The last test of the folder: the others need what it deletes."""
    deployed.cdk.assert_no_difference()
    assert main(["empty-bucket", "-e", str(ROOT / "environments/local.yaml"), "--yes"]) == 0
    deployed.cdk.destroy()
    session = deployed.local.session
    stacks = session.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks] == ["CDKToolkit"]
    clusters = session.client("emr-containers").list_virtual_clusters()["virtualClusters"]
    assert {cluster["state"] for cluster in clusters} == {"TERMINATED"}
    assert session.client("eks").list_clusters()["clusters"] == []
    assert not deployed.local.has_namespace(NAMESPACE)
    assert deployed.bucket not in [bucket["Name"] for bucket in session.client("s3").list_buckets()["Buckets"]]
