"""Invariants of the virtual clusters stack of every environment."""

import json
from typing import Any

from aws_cdk.assertions import Match, Template

from emr_eks_placement.common.names import base36
from tests.infra.synthesized import Synthesized

WRITE = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}


def _manifest(synthesized: Synthesized, name: str) -> list[dict[str, Any]]:
    _, resource = synthesized.at(f"{name}/Namespace/Resource/Default", "Custom::AWSCDK-EKS-KubernetesResource")
    manifest: list[dict[str, Any]] = json.loads(resource["Properties"]["Manifest"])
    return manifest


def _trust(synthesized: Synthesized, name: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The statement of the trust policy, the values of its Fn::Sub, the role's name."""
    _, role = synthesized.at(f"{name}/ExecutionRole/Resource/Resource", "AWS::IAM::Role")
    text, values = role["Properties"]["AssumeRolePolicyDocument"]["Fn::Sub"]
    (statement,) = json.loads(text)["Statement"]
    return statement, values, role["Properties"]["RoleName"]


def _statements(synthesized: Synthesized, name: str) -> list[dict[str, Any]]:
    _, policy = synthesized.at(f"{name}/ExecutionRole/Resource/DefaultPolicy/Resource", "AWS::IAM::Policy")
    statements: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_one_namespace_feeds_selector_virtual_cluster_trust_and_manifest(synthesized: Synthesized) -> None:
    for name, settings in synthesized.environment.virtual_clusters.items():
        manifest = _manifest(synthesized, name)
        _, virtual_cluster = synthesized.at(f"{name}/Resource", "AWS::EMRContainers::VirtualCluster")
        statement, _, _ = _trust(synthesized, name)
        found = {
            manifest[0]["metadata"]["name"],
            *(part["metadata"]["namespace"] for part in manifest[1:]),
            virtual_cluster["Properties"]["ContainerProvider"]["Info"]["EksInfo"]["Namespace"],
            statement["Condition"]["StringLike"]["${Issuer}:sub"].split(":")[2],
        }
        for profile in (name, *(f"{name}-{zone}" for zone in settings.fargate.single_zones)):
            _, resource = synthesized.at(f"Fargate/{profile}", "AWS::EKS::FargateProfile")
            found |= {selector["Namespace"] for selector in resource["Properties"]["Selectors"]}
        assert found == {settings.namespace}


def test_no_other_namespace_is_created(synthesized: Synthesized) -> None:
    virtual_clusters = synthesized.environment.virtual_clusters
    assert len(synthesized.of_type("AWS::EMRContainers::VirtualCluster")) == len(virtual_clusters)
    assert len(synthesized.of_type("Custom::AWSCDK-EKS-KubernetesResource")) == len(virtual_clusters)


def test_every_fargate_profile_is_as_in_the_environment(synthesized: Synthesized) -> None:
    profiles = synthesized.environment.profiles()
    assert len(synthesized.of_type("AWS::EKS::FargateProfile")) == len(profiles)
    for name, settings in profiles.items():
        _, resource = synthesized.at(f"Fargate/{name}", "AWS::EKS::FargateProfile")
        profile = resource["Properties"]
        assert synthesized.zones_of(profile["Subnets"]) == list(settings.zones or synthesized.environment.zones)
        assert [
            (each["Namespace"], {label["Key"]: label["Value"] for label in each.get("Labels", [])})
            for each in profile["Selectors"]
        ] == [(selector.namespace, selector.labels) for selector in settings.selectors]
        assert "FargateProfileName" not in profile


def test_fargate_profiles_are_created_one_at_a_time(synthesized: Synthesized) -> None:
    profiles = synthesized.of_type("AWS::EKS::FargateProfile")
    waits = [resource.get("DependsOn", []) for resource in profiles.values()]
    assert waits == [[], *([name] for name in list(profiles)[:-1])]


def test_namespaces_come_after_profiles_and_virtual_clusters_after_namespaces(synthesized: Synthesized) -> None:
    for name in synthesized.environment.virtual_clusters:
        namespace_id, namespace = synthesized.at(
            f"{name}/Namespace/Resource/Default", "Custom::AWSCDK-EKS-KubernetesResource"
        )
        _, virtual_cluster = synthesized.at(f"{name}/Resource", "AWS::EMRContainers::VirtualCluster")
        assert set(synthesized.of_type("AWS::EKS::FargateProfile")) <= set(namespace.get("DependsOn", []))
        assert namespace_id in virtual_cluster["DependsOn"]


def test_virtual_clusters_are_created_one_after_another(synthesized: Synthesized) -> None:
    """EMR changes one access entry with each."""
    made = list(synthesized.of_type("AWS::EMRContainers::VirtualCluster").items())
    waits = {name: set(resource["DependsOn"]) & {other for other, _ in made} for name, resource in made}
    assert list(waits.values()) == [set(), *({name} for name in list(waits)[:-1])]


def test_only_this_clusters_profiles_may_use_the_pod_execution_role(synthesized: Synthesized) -> None:
    template = Template.from_json(synthesized.templates[f"{synthesized.environment.name}-virtual-clusters"])
    template.has_resource_properties(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {
                        "Action": "sts:AssumeRole",
                        "Effect": "Allow",
                        "Principal": {"Service": "eks-fargate-pods.amazonaws.com"},
                        "Condition": {
                            "ArnLike": {
                                "aws:SourceArn": {
                                    "Fn::Sub": [
                                        "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:fargateprofile/${Cluster}/*",
                                        {"Cluster": {"Fn::ImportValue": Match.string_like_regexp("Cluster")}},
                                    ]
                                }
                            }
                        },
                    }
                ]
            },
            "ManagedPolicyArns": [
                {
                    "Fn::Join": [
                        "",
                        ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"],
                    ]
                }
            ],
        },
    )


def test_only_emrs_service_accounts_for_the_role_may_assume_it(synthesized: Synthesized) -> None:
    for name, settings in synthesized.environment.virtual_clusters.items():
        statement, values, role_name = _trust(synthesized, name)
        assert statement == {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "${Provider}"},
            "Condition": {
                "StringLike": {
                    "${Issuer}:sub": f"system:serviceaccount:{settings.namespace}:emr-containers-sa-*-*-"
                    f"${{AWS::AccountId}}-{base36(role_name)}"
                },
                "StringEquals": {"${Issuer}:aud": "sts.amazonaws.com"},
            },
        }
        provider = synthesized.exported(values["Provider"])
        assert synthesized.resources[provider["Ref"]]["Type"] == "AWS::IAM::OIDCProvider"
        assert values["Issuer"] == {"Fn::Select": [1, {"Fn::Split": [":oidc-provider/", values["Provider"]]}]}


def test_a_jobs_rights_in_the_bucket_end_at_its_own_folders(synthesized: Synthesized) -> None:
    bucket_id, _ = synthesized.at("JobBucket/Resource/Resource", "AWS::S3::Bucket")
    arn = {"Fn::GetAtt": [bucket_id, "Arn"]}
    read, write = ["s3:GetObject"], sorted({"s3:GetObject", *WRITE})
    for name in synthesized.environment.virtual_clusters:
        rights = {}
        for statement in _statements(synthesized, name):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            for resource in resources:
                if "Fn::Join" in resource and resource["Fn::Join"][1][0] == arn:
                    rights[resource["Fn::Join"][1][1]] = actions
                elif resource == arn:
                    assert actions == ["s3:ListBucket"]
                    below = [f"{folder}/{name}/*" for folder in ("job-files", "pod-templates", "logs")]
                    prefixes = {*below, f"data/{name}", f"data/{name}/*", f"data/{name}_$folder$"}
                    assert statement["Condition"].keys() == {"StringLike"}
                    assert set(statement["Condition"]["StringLike"]["s3:prefix"]) == prefixes
        assert rights == {
            f"/job-files/{name}/*": read,
            f"/pod-templates/{name}/*": read,
            f"/logs/{name}/*": ["s3:GetObject", "s3:PutObject"],
            **{f"/data/{name}{rest}": write for rest in ("", "/*", "_$folder$")},
        }


def test_a_jobs_rights_elsewhere_are_the_environments_data_access(synthesized: Synthesized) -> None:
    for name, settings in synthesized.environment.virtual_clusters.items():
        found: dict[str, set[str]] = {}
        for statement in _statements(synthesized, name):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            for resource in resources:
                text = "".join(part for part in resource.get("Fn::Join", ["", []])[1] if isinstance(part, str))
                if text.startswith("arn::s3:::"):
                    found.setdefault(text.removeprefix("arn::s3:::"), set()).update(actions)
        expected: dict[str, set[str]] = {}
        for locations, granted in (
            (settings.data_access.read, {"s3:GetObject"}),
            (settings.data_access.write, {"s3:GetObject", *WRITE}),
        ):
            for location in locations:
                path = location.removeprefix("s3://").rstrip("/")
                for resource in (path, f"{path}/*", f"{path}_$folder$"):
                    expected.setdefault(resource, set()).update(granted)
                expected.setdefault(path.split("/")[0], set()).add("s3:ListBucket")
        assert found == expected


def test_no_right_is_for_everything(synthesized: Synthesized) -> None:
    for name in synthesized.environment.virtual_clusters:
        for statement in _statements(synthesized, name):
            assert statement["Resource"] != "*"
            assert all(":*" not in action and action != "*" for action in statement["Action"])


def test_log_groups_are_kept_as_long_as_the_environment_sets(synthesized: Synthesized) -> None:
    policy = "RetainExceptOnCreate" if synthesized.environment.retain_data else "Delete"
    for name, settings in synthesized.environment.virtual_clusters.items():
        _, group = synthesized.at(f"{name}/LogGroup", "AWS::Logs::LogGroup")
        assert group["Properties"]["RetentionInDays"] == settings.logs.retention_days
        assert ("KmsKeyId" in group["Properties"]) is synthesized.environment.encryption.customer_managed_key
        assert group["DeletionPolicy"] == policy


def test_the_bucket_is_encrypted_private_versioned_and_reached_over_tls_only(synthesized: Synthesized) -> None:
    template = Template.from_json(synthesized.templates[f"{synthesized.environment.name}-virtual-clusters"])
    retained = synthesized.environment.retain_data
    algorithm = "aws:kms" if synthesized.environment.encryption.customer_managed_key else "AES256"
    template.has_resource(
        "AWS::S3::Bucket",
        {
            "DeletionPolicy": "RetainExceptOnCreate" if retained else "Delete",
            "UpdateReplacePolicy": "Retain" if retained else "Delete",
            "Properties": {
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        Match.object_like({"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}})
                    ]
                },
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "VersioningConfiguration": {"Status": "Enabled"},
                "LifecycleConfiguration": {
                    "Rules": [Match.object_like({"NoncurrentVersionExpiration": {"NoncurrentDays": 30}})]
                },
                "BucketName": Match.absent(),
            },
        },
    )
    template.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like(
                            {
                                "Effect": "Deny",
                                "Action": "s3:*",
                                "Principal": {"AWS": "*"},
                                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                            }
                        )
                    ]
                )
            }
        },
    )


def test_execution_roles_of_all_environments_have_different_names(synthesize: Any) -> None:
    names = [
        _trust(synthesize(environment), name)[2]
        for environment in ("dev", "local", "prod")
        for name in synthesize(environment).environment.virtual_clusters
    ]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 64 for name in names)
