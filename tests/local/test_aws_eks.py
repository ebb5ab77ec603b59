import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws_fixtures import CA_PEM, CLUSTER_ENDPOINT, AwsUnderTest, Stacks, trust


def profile_resource(cluster: dict[str, str], **changes: Any) -> dict[str, Any]:
    properties = {
        "ClusterName": "spark",
        "PodExecutionRoleArn": cluster["PodRoleArn"],
        "Subnets": [cluster["Private"]],
        "Selectors": [{"Namespace": "analytics", "Labels": [{"Key": "placement", "Value": "fargate"}]}],
        **changes,
    }
    return {"Type": "AWS::EKS::FargateProfile", "Properties": properties}


def node_group_resource(cluster: dict[str, str], **changes: Any) -> dict[str, Any]:
    properties = {
        "ClusterName": "spark",
        "NodeRole": cluster["NodeRoleArn"],
        "Subnets": [cluster["Private"]],
        "AmiType": "AL2023_x86_64_STANDARD",
        "CapacityType": "SPOT",
        "InstanceTypes": ["m6i.xlarge"],
        "Labels": {"role": "spark"},
        "Taints": [{"Key": "spark", "Value": "true", "Effect": "NO_SCHEDULE"}],
        "ScalingConfig": {"MinSize": 0, "DesiredSize": 1, "MaxSize": 3},
        "LaunchTemplate": {"Id": {"Ref": "Template"}, "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]}},
        **changes,
    }
    return {"Type": "AWS::EKS::Nodegroup", "Properties": properties}


TEMPLATE = {
    "Type": "AWS::EC2::LaunchTemplate",
    "Properties": {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "required"}}},
}


def test_cluster_has_the_given_endpoint_and_authority(aws: AwsUnderTest, cluster: dict[str, str]) -> None:
    described = aws.client("eks").describe_cluster(name="spark")["cluster"]
    assert described["endpoint"] == cluster["Endpoint"] == CLUSTER_ENDPOINT
    assert base64.b64decode(described["certificateAuthority"]["data"]) == CA_PEM
    assert cluster["CertificateAuthorityData"] == described["certificateAuthority"]["data"]
    assert described["status"] == "ACTIVE"
    assert described["resourcesVpcConfig"]["vpcId"] == cluster["VpcId"]
    assert described["resourcesVpcConfig"]["clusterSecurityGroupId"] == cluster["ClusterSecurityGroupId"]
    assert described["accessConfig"]["authenticationMode"] == "API_AND_CONFIG_MAP"
    assert cluster["OpenIdConnectIssuerUrl"].startswith("https://oidc.eks.us-east-1.amazonaws.com/id/")
    assert cluster["VpcCidr"] == "10.0.0.0/16"


def test_clusters_security_group_exists(aws: AwsUnderTest, cluster: dict[str, str]) -> None:
    groups = aws.client("ec2").describe_security_groups(GroupIds=[cluster["ClusterSecurityGroupId"]])
    assert groups["SecurityGroups"][0]["VpcId"] == cluster["VpcId"]


def test_cluster_in_use_is_not_deleted(aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]) -> None:
    stacks.create("profile", {"Profile": profile_resource(cluster)})
    with pytest.raises(ClientError, match="Fargate profiles attached"):
        aws.client("eks").delete_cluster(name="spark")


def test_fargate_profile_by_api(aws: AwsUnderTest, cluster: dict[str, str]) -> None:
    eks = aws.client("eks")
    settings = {
        "clusterName": "spark",
        "podExecutionRoleArn": cluster["PodRoleArn"],
        "selectors": [{"namespace": "analytics"}],
    }
    made = eks.create_fargate_profile(fargateProfileName="whole", **settings)["fargateProfile"]
    assert made["status"] == "ACTIVE"
    assert made["subnets"] == [cluster["Private"]]
    assert ":fargateprofile/spark/whole/" in made["fargateProfileArn"]
    assert eks.list_fargate_profiles(clusterName="spark")["fargateProfileNames"] == ["whole"]
    with pytest.raises(eks.exceptions.ResourceInUseException):
        eks.create_fargate_profile(fargateProfileName="whole", **settings)
    deleted = eks.delete_fargate_profile(clusterName="spark", fargateProfileName="whole")["fargateProfile"]
    assert deleted["status"] == "DELETING"
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_fargate_profile(clusterName="spark", fargateProfileName="whole")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Subnets": "Public"}, "is not a private subnet"),
        ({"Subnets": "subnet-00000000"}, "does not exist"),
        ({"PodExecutionRoleArn": "NodeRoleArn"}, "must trust eks-fargate-pods.amazonaws.com"),
        ({"Selectors": []}, "1 to 5 selectors"),
        ({"Selectors": [{"Namespace": f"n{number}"} for number in range(6)]}, "1 to 5 selectors"),
        (
            {"Selectors": [{"Namespace": "n", "Labels": [{"Key": f"k{n}", "Value": "v"} for n in range(6)]}]},
            "at most 5 labels",
        ),
        ({"Colour": "red"}, "colour"),
        ({"ClusterName": "none"}, "No cluster found"),
    ],
)
def test_fargate_profile_refused(stacks: Stacks, cluster: dict[str, str], changes: dict[str, Any], reason: str) -> None:
    for name in ("Subnets", "PodExecutionRoleArn"):
        if isinstance(changes.get(name), str):
            value = cluster.get(changes[name], changes[name])
            changes = {**changes, name: [value] if name == "Subnets" else value}
    assert reason in stacks.refusal("refused", {"Profile": profile_resource(cluster, **changes)})


def test_generated_fargate_profile_is_replaced(aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]) -> None:
    eks = aws.client("eks")
    stacks.create("profile", {"Profile": profile_resource(cluster)})
    before = eks.list_fargate_profiles(clusterName="spark")["fargateProfileNames"]
    changed = profile_resource(cluster, Selectors=[{"Namespace": "other"}])
    assert stacks.update("profile", {"Profile": changed}) == "UPDATE_COMPLETE"
    after = eks.list_fargate_profiles(clusterName="spark")["fargateProfileNames"]
    assert len(before) == len(after) == 1
    assert before != after


def test_custom_named_fargate_profile_fails_the_update(
    aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]
) -> None:
    named = profile_resource(cluster, FargateProfileName="fixed")
    stacks.create("profile", {"Profile": named})
    changed = profile_resource(cluster, FargateProfileName="fixed", Selectors=[{"Namespace": "other"}])
    assert stacks.update("profile", {"Profile": changed}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "already exists with name fixed" in stacks.failures("profile")
    kept = aws.client("eks").describe_fargate_profile(clusterName="spark", fargateProfileName="fixed")
    assert kept["fargateProfile"]["selectors"][0]["namespace"] == "analytics"


def test_node_group_and_its_updates(aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]) -> None:
    eks = aws.client("eks")
    stacks.create("nodes", {"Template": TEMPLATE, "Nodes": node_group_resource(cluster)})
    [name] = eks.list_nodegroups(clusterName="spark")["nodegroups"]
    made = eks.describe_nodegroup(clusterName="spark", nodegroupName=name)["nodegroup"]
    assert made["capacityType"] == "SPOT"
    assert made["taints"] == [{"key": "spark", "value": "true", "effect": "NO_SCHEDULE"}]
    assert made["subnets"] == [cluster["Private"]]
    assert made["launchTemplate"]["version"] == "1"
    changes = {
        "Labels": {"role": "batch"},
        "Taints": [],
        "ScalingConfig": {"MinSize": 1, "DesiredSize": 2, "MaxSize": 9},
    }
    assert stacks.update("nodes", {"Template": TEMPLATE, "Nodes": node_group_resource(cluster, **changes)}) == (
        "UPDATE_COMPLETE"
    )
    changed = eks.describe_nodegroup(clusterName="spark", nodegroupName=name)["nodegroup"]
    assert (changed["labels"], changed["taints"]) == ({"role": "batch"}, [])
    assert changed["scalingConfig"] == {"minSize": 1, "desiredSize": 2, "maxSize": 9}
    assert changed["nodegroupArn"] == made["nodegroupArn"]
    moved = node_group_resource(cluster, InstanceTypes=["m6i.2xlarge"])
    assert stacks.update("nodes", {"Template": TEMPLATE, "Nodes": moved}) == "UPDATE_COMPLETE"
    [replaced] = eks.list_nodegroups(clusterName="spark")["nodegroups"]
    assert replaced != name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"CapacityType": "CHEAP"}, "enum value set: [ON_DEMAND, SPOT, CAPACITY_BLOCK"),
        ({"Taints": [{"Key": "k", "Effect": "NEVER"}]}, "enum value set"),
        ({"Labels": {"k" * 64: "v"}}, "length less than or equal to 63"),
        ({"ScalingConfig": {"MinSize": 2, "DesiredSize": 1, "MaxSize": 3}}, "minSize <= desiredSize"),
        ({"DiskSize": 50}, "within the launch template"),
        ({"NodeRole": "arn:aws:iam::000000000000:role/none"}, "does not exist"),
    ],
)
def test_node_group_refused(stacks: Stacks, cluster: dict[str, str], changes: dict[str, Any], reason: str) -> None:
    resources = {"Template": TEMPLATE, "Nodes": node_group_resource(cluster, **changes)}
    assert reason in stacks.refusal("refused", resources)


def test_access_entry(aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]) -> None:
    def entry(scope: dict[str, Any]) -> dict[str, Any]:
        policy = {"PolicyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "AccessScope": scope}
        properties = {"ClusterName": "spark", "PrincipalArn": cluster["NodeRoleArn"], "AccessPolicies": [policy]}
        return {"Entry": {"Type": "AWS::EKS::AccessEntry", "Properties": properties}}

    def scopes() -> list[dict[str, Any]]:
        listing = aws.client("eks").list_associated_access_policies(
            clusterName="spark", principalArn=cluster["NodeRoleArn"]
        )
        return [policy["accessScope"] for policy in listing["associatedAccessPolicies"]]

    stacks.create("entry", entry({"Type": "cluster"}), {"Arn": {"Fn::GetAtt": ["Entry", "AccessEntryArn"]}})
    assert [scope["type"] for scope in scopes()] == ["cluster"]
    assert stacks.update("entry", entry({"Type": "namespace", "Namespaces": ["analytics"]})) == "UPDATE_COMPLETE"
    assert scopes() == [{"type": "namespace", "namespaces": ["analytics"]}]


def test_access_entry_for_a_service_linked_role_is_refused(stacks: Stacks, cluster: dict[str, str]) -> None:
    assert cluster
    arn = "arn:aws:iam::000000000000:role/AWSServiceRoleForAmazonEMRContainers"
    entry = {"Type": "AWS::EKS::AccessEntry", "Properties": {"ClusterName": "spark", "PrincipalArn": arn}}
    assert "principalArn is invalid" in stacks.refusal("refused", {"Entry": entry})


def test_addon_and_pod_identity(aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]) -> None:
    assert cluster
    eks = aws.client("eks")
    resources: dict[str, Any] = {
        "Addon": {
            "Type": "AWS::EKS::Addon",
            "Properties": {"ClusterName": "spark", "AddonName": "coredns", "ConfigurationValues": '{"a":1}'},
        },
        "Role": trust("pods.eks.amazonaws.com"),
        "Association": {
            "Type": "AWS::EKS::PodIdentityAssociation",
            "Properties": {
                "ClusterName": "spark",
                "Namespace": "analytics",
                "ServiceAccount": "emr-containers-sa-spark-driver",
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
    }
    outputs = {
        "AddonArn": {"Fn::GetAtt": ["Addon", "Arn"]},
        "AssociationId": {"Fn::GetAtt": ["Association", "AssociationId"]},
    }
    made = stacks.create("pods", resources, outputs)
    assert eks.describe_addon(clusterName="spark", addonName="coredns")["addon"]["addonArn"] == made["AddonArn"]
    association = eks.describe_pod_identity_association(clusterName="spark", associationId=made["AssociationId"])
    assert association["association"]["namespace"] == "analytics"
    assert stacks.delete("pods") == "DELETE_COMPLETE"
    assert eks.list_addons(clusterName="spark")["addons"] == []
    assert eks.list_pod_identity_associations(clusterName="spark")["associations"] == []


def test_eks_makes_access_entries_of_nodes_and_fargate(
    aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]
) -> None:
    """They go with the last node group or profile of the role; one of the same role for people stays."""

    def entries() -> dict[str, str]:
        found = eks.list_access_entries(clusterName="spark")["accessEntries"]
        described = (eks.describe_access_entry(clusterName="spark", principalArn=arn)["accessEntry"] for arn in found)
        return {str(one["principalArn"]): str(one["type"]) for one in described}

    eks = aws.client("eks")
    nodes, fargate = cluster["NodeRoleArn"], cluster["PodRoleArn"]
    before = entries()
    assert not {nodes, fargate} & before.keys()
    one, two = node_group_resource(cluster), node_group_resource(cluster)
    stacks.create("nodes", {"Template": TEMPLATE, "One": one, "Two": two})
    stacks.create("profile", {"Profile": profile_resource(cluster)})
    assert entries() == {**before, nodes: "EC2_LINUX", fargate: "FARGATE_LINUX"}
    stacks.update("nodes", {"Template": TEMPLATE, "One": one})
    assert nodes in entries()
    stacks.delete("nodes")
    stacks.delete("profile")
    assert entries() == before
