"""What each change updates, replaces, adds and removes.

Whether a property is updated or replaces its resource is the local AWS's word, held to CloudFormation's schemas by
test_schemas.py.
"""

from typing import Any

from tests.changes.environment_changes import ChangingEnvironment, Outcome

_SUBNET, _CLUSTER, _NODE_GROUP = "AWS::EC2::Subnet", "AWS::EKS::Cluster", "AWS::EKS::Nodegroup"
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
