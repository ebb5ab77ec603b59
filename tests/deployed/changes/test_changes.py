"""What each change updates, replaces, adds and removes.

Whether a property is updated or replaces its resource is the local AWS's word, held to CloudFormation's schemas by
test_schemas.py.
"""

from typing import Any

import aws_cdk as cdk
import pytest

from emr_eks_placement.changes import METADATA_KEY
from emr_eks_placement.environment_file import load_environment
from stacks import EnvironmentStacks
from tests.deployed.changes.environment_changes import ChangingEnvironment, Outcome, run_app
from tests.infra.synthesized import cli_context

_SUBNET, _CLUSTER, _NODE_GROUP = "AWS::EC2::Subnet", "AWS::EKS::Cluster", "AWS::EKS::Nodegroup"
_ADD_ON, _TEMPLATE = "AWS::EKS::Addon", "AWS::EC2::LaunchTemplate"
_FILES = "Custom::CDKBucketDeployment"  # of job-runs: copies the definitions again
_STAYING = (_SUBNET, _CLUSTER, "AWS::EC2::VPC", "AWS::S3::Bucket")


def test_a_label_an_admin_and_a_nat_gateway(deployed: ChangingEnvironment) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["node_groups"]["system"]["labels"] = {"tier": "system"}
        data["cluster"]["admins"].pop(0)
        data["network"]["nat_gateways"] = 2

    before = {kind: deployed.physical_ids(kind) for kind in (*_STAYING, _NODE_GROUP)}
    outcome = deployed.change(edit)
    assert not outcome.replaced
    assert set(outcome.updated) == {"NodeGroups/system", "Network/Vpc/privateSubnet2/DefaultRoute"}
    assert set(outcome.added) == {"Network/Vpc/publicSubnet2/EIP", "Network/Vpc/publicSubnet2/NATGateway"}
    assert list(outcome.removed.values()) == ["AWS::EKS::AccessEntry"]
    assert {kind: deployed.physical_ids(kind) for kind in before} == before


def test_what_was_deployed_before_add_ons_were_managed(
    deployed: ChangingEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster has them unmanaged: EKS takes them over in one deployment, and no node, pod or cluster goes."""
    with monkeypatch.context() as earlier:
        earlier.setattr("stacks.platform.NetworkAddons", lambda *_args, **_settings: None)
        app = cdk.App(outdir=str(deployed.cli.assembly), context=cli_context(), analytics_reporting=False)
        options = EnvironmentStacks(app, load_environment(deployed.file)).platform.template_options
        record: Any = (options.metadata or {})[METADATA_KEY]
        options.metadata = {METADATA_KEY: {name: record[name] for name in ("zones", "cidr", "version")}}
        app.synth()
        deployed.deploy()
    assert not deployed.physical_ids(_ADD_ON)
    warnings = [line for line in run_app(deployed).stderr.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == 1 and "it is not known which nodes this replaces" in warnings[0]

    before = {kind: deployed.physical_ids(kind) for kind in (*_STAYING, _NODE_GROUP, "AWS::EKS::FargateProfile")}
    outcome = deployed.change(lambda _data: None)
    added = {f"NetworkAddons/{name}": _ADD_ON for name in ("vpc-cni", "kube-proxy", "coredns")}
    assert (outcome.added, outcome.removed, outcome.replaced) == (added, {}, {}), outcome
    assert not outcome.of(_NODE_GROUP).updated and not outcome.of(_CLUSTER).updated
    assert {kind: deployed.physical_ids(kind) for kind in before} == before
    assert "warning: " not in run_app(deployed).stderr


def test_versions_of_add_ons_and_the_upgrade_policy(deployed: ChangingEnvironment) -> None:
    """Updated in place, and taken back to EKS's choice without a replacement."""

    def pin(data: dict[str, Any]) -> None:
        data["cluster"] |= {"upgrade_policy": "standard", "add_on_versions": {"kube-proxy": "v1.35.0-eksbuild.2"}}

    before = {kind: deployed.physical_ids(kind) for kind in (*_STAYING, _ADD_ON)}
    outcome = deployed.change(pin)
    assert outcome == Outcome(updated={"Eks/Cluster": _CLUSTER, "NetworkAddons/kube-proxy": _ADD_ON}), outcome
    eks = deployed.local.session.client("eks")
    (cluster,) = deployed.physical_ids(_CLUSTER)
    versions = {
        name: eks.describe_addon(clusterName=cluster, addonName=name)["addon"].get("addonVersion")
        for name in ("vpc-cni", "kube-proxy", "coredns")
    }
    assert versions["kube-proxy"] == "v1.35.0-eksbuild.2"
    assert versions["vpc-cni"] != versions["kube-proxy"] != versions["coredns"]

    def unpin(data: dict[str, Any]) -> None:
        del data["cluster"]["add_on_versions"]
        data["cluster"]["upgrade_policy"] = "extended"

    outcome = deployed.change(unpin)
    assert outcome == Outcome(updated={"Eks/Cluster": _CLUSTER, "NetworkAddons/kube-proxy": _ADD_ON}), outcome
    assert {kind: deployed.physical_ids(kind) for kind in before} == before


def test_what_replaces_nodes_is_said_before_it_does(deployed: ChangingEnvironment) -> None:
    """A disk by a new version of the launch template, an image by the group itself; a label beside them is not said."""
    deployed.data["node_groups"]["system"] |= {"disk_gib": 80, "labels": {"tier": "core"}}
    deployed.data["node_groups"]["drivers"] |= {"release_version": "1.35.2-20261120", "force_update": True}
    deployed.write()
    ended = run_app(deployed)
    assert ended.returncode == 0, ended.stderr
    fields = [line.split(": ")[2].split(" = ")[0] for line in ended.stderr.splitlines() if line.startswith("warning: ")]
    assert fields == ["node_groups.system.disk_gib", "node_groups.drivers.release_version"]

    outcome = deployed.change(lambda _data: None)
    assert set(outcome.of(_NODE_GROUP).updated) == {"NodeGroups/system", "NodeGroups/drivers"}
    assert set(outcome.of(_TEMPLATE).updated) == {"NodeGroups/system-launch-template"}
    assert not outcome.replaced and not outcome.added and not outcome.removed
    assert "warning: " not in run_app(deployed).stderr, "what is deployed now records it"

    del deployed.data["node_groups"]["drivers"]["release_version"]
    assert deployed.change(lambda _data: None) == Outcome(updated={"NodeGroups/drivers": _NODE_GROUP})

    deployed.data["tags"] = {"team": "data"}
    deployed.write()
    warnings = [line for line in run_app(deployed).stderr.splitlines() if line.startswith("warning: ")]
    del deployed.data["tags"]
    deployed.write()
    assert len(warnings) == 1 and "in system, drivers, EKS starts other nodes" in warnings[0]


def test_tags_and_the_retention_of_logs(deployed: ChangingEnvironment) -> None:
    """Log groups stay with what is in them, and so do the job templates that name them."""

    def edit(data: dict[str, Any]) -> None:
        data["tags"] = {"team": "data"}
        data["virtual_clusters"]["science"]["logs"] = {"retention_days": 7}

    groups = deployed.physical_ids("AWS::Logs::LogGroup")
    outcome = deployed.change(edit)
    assert not outcome.added and not outcome.removed and not outcome.replaced
    assert len(groups) == 2 and deployed.physical_ids("AWS::Logs::LogGroup") == groups
    assert len(outcome.of("AWS::Logs::LogGroup").updated) == 1


def test_instance_types_and_a_single_zone(deployed: ChangingEnvironment) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["node_groups"]["drivers"]["instance_types"] = ["m6i.2xlarge"]
        data["virtual_clusters"]["science"]["fargate"] = {"single_zones": ["us-east-1a"]}

    outcome = deployed.change(edit)
    assert set(outcome.replaced) == {"NodeGroups/drivers"}
    assert set(outcome.added) == {"Fargate/science-us-east-1a"}
    assert not outcome.removed
    assert not outcome.of("AWS::EKS::FargateProfile").updated


def test_a_release_a_pod_template_and_a_job_of_another_name(deployed: ChangingEnvironment) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["jobs"]["trips"]["release_label"] = "emr-7.11.0-latest"
        data["jobs"]["trips"]["placements"]["pinned-driver"]["driver"]["capacity_type"] = "on-demand"
        data["jobs"]["sums"] = data["jobs"].pop("totals")

    outcome = deployed.change(edit)
    parameters, templates = outcome.of("AWS::SSM::Parameter"), outcome.of("AWS::EMRContainers::JobTemplate")
    assert set(parameters.updated) == {"JobRuns/trips-in-fargate", "JobRuns/trips-in-pinned-driver"}
    assert set(templates.replaced) == {"JobRuns/trips-in-fargate-template", "JobRuns/trips-in-pinned-driver-template"}
    assert set(parameters.added) == {"JobRuns/sums-in-fargate"}
    assert set(parameters.removed) == {"JobRuns/totals-in-fargate"}
    rest = outcome.without("AWS::SSM::Parameter", "AWS::EMRContainers::JobTemplate", _FILES)
    assert rest == Outcome(), rest


def test_a_zone_more(deployed: ChangingEnvironment) -> None:
    before = {kind: deployed.physical_ids(kind) for kind in (_CLUSTER, "AWS::EC2::VPC")}
    outcome = deployed.change(lambda data: data["zones"].append("us-east-1c"))
    assert len(outcome.of(_SUBNET).added) == 2
    assert outcome.of(_SUBNET) == Outcome(added=outcome.of(_SUBNET).added)
    assert set(outcome.replaced) == {"NodeGroups/drivers", "NodeGroups/system", "Fargate/science", "Fargate/reports"}
    assert not outcome.removed
    assert {kind: deployed.physical_ids(kind) for kind in before} == before


def test_a_team_more(deployed: ChangingEnvironment) -> None:
    def edit(data: dict[str, Any]) -> None:
        data["virtual_clusters"]["models"] = {"namespace": "spark-models"}

    outcome = deployed.change(edit)
    assert not outcome.replaced and not outcome.removed
    assert {path.split("/")[0] for path in outcome.added} == {"models", "Fargate"}
    assert deployed.local.has_namespace("spark-models")


def test_a_team_less_and_another_namespace(deployed: ChangingEnvironment) -> None:
    def edit(data: dict[str, Any]) -> None:
        del data["virtual_clusters"]["reports"]
        data["jobs"] = {name: job for name, job in data["jobs"].items() if job["virtual_cluster"] != "reports"}
        data["virtual_clusters"]["science"]["namespace"] = "spark-research"

    outcome = deployed.change(edit)
    assert {"Fargate/reports", "reports", "reports/Namespace", "reports/ExecutionRole"} <= set(outcome.removed)
    assert {"Fargate/science"} <= set(outcome.replaced)
    virtual_clusters = outcome.of("AWS::EMRContainers::VirtualCluster")
    assert set(virtual_clusters.added) == {"science"}
    assert not virtual_clusters.replaced  # what starts jobs on it would not notice
    assert "JobRuns/trips-in-fargate" in outcome.updated
    assert "science/ExecutionRole" in outcome.updated
    assert deployed.local.has_namespace("spark-research")
    assert not deployed.local.has_namespace("spark-science")
    assert not deployed.local.has_namespace("spark-reports")


def test_no_nat_gateway(deployed: ChangingEnvironment) -> None:
    before = {kind: deployed.physical_ids(kind) for kind in (_CLUSTER, _NODE_GROUP, "AWS::EKS::FargateProfile")}
    private = [one for one in deployed.physical_ids(_SUBNET) if one in deployed.private_subnets()]

    def edit(data: dict[str, Any]) -> None:
        data["network"] |= {"nat_gateways": 0, "interface_endpoints": True}

    outcome = deployed.change(edit)
    assert not outcome.replaced
    assert all("publicSubnet" in path for path in outcome.of(_SUBNET).removed)
    assert deployed.physical_ids(_SUBNET) == private
    assert {kind: deployed.physical_ids(kind) for kind in before} == before


def test_an_endpoint_more_and_no_spark_ui_of_emr(deployed: ChangingEnvironment) -> None:
    """Jobs are defined anew, and nothing that runs is touched."""

    def edit(data: dict[str, Any]) -> None:
        data["network"] |= {"nat_gateways": 0, "interface_endpoints": True, "more_endpoints": ["glue"]}
        data["virtual_clusters"]["science"]["logs"] = {"persistent_app_ui": False}

    outcome = deployed.change(edit)
    assert not outcome.removed
    assert [path for path in outcome.added if "Glue" in path] == list(outcome.of("AWS::EC2::VPCEndpoint").added)
    assert set(outcome.replaced) <= set(outcome.of("AWS::EMRContainers::JobTemplate").replaced)
    assert "JobRuns/trips-in-fargate" in outcome.updated
