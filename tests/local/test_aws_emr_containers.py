import copy
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws_fixtures import AwsUnderTest, Stacks, trust

EMR = "emr-containers"


def provider(namespace: str) -> dict[str, Any]:
    return {"id": "spark", "type": "EKS", "info": {"eksInfo": {"namespace": namespace}}}


def virtual_cluster_resource(namespace: str, name: str = "jobs", **tags: str) -> dict[str, Any]:
    properties = {
        "Name": name,
        "ContainerProvider": {"Id": "spark", "Type": "EKS", "Info": {"EksInfo": {"Namespace": namespace}}},
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    return {"Type": "AWS::EMRContainers::VirtualCluster", "Properties": properties}


@dataclass
class Workspace:
    """A virtual cluster, an execution role that may do what its job run needs, and the request of that run."""

    aws: AwsUnderTest
    virtual_cluster_id: str
    bucket: str
    request: dict[str, Any]

    def start(self, **changes: Any) -> dict[str, Any]:
        request = {**copy.deepcopy(self.request), **changes}
        started: dict[str, Any] = self.aws.client(EMR).start_job_run(
            **{name: value for name, value in request.items() if value is not None}
        )
        return started

    def describe(self, job_run_id: str) -> dict[str, Any]:
        described = self.aws.client(EMR).describe_job_run(id=job_run_id, virtualClusterId=self.virtual_cluster_id)
        job_run: dict[str, Any] = described["jobRun"]
        return job_run


def irsa_trust(namespace: str, provider_arn: str) -> dict[str, Any]:
    issuer = provider_arn.split("oidc-provider/")[1]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{issuer}:sub": f"system:serviceaccount:{namespace}:emr-containers-sa-*"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def workspace_resources(namespace: str, provider_arn: str) -> dict[str, Any]:
    bucket_arn = {"Fn::GetAtt": ["Bucket", "Arn"]}
    allow = [
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": {"Fn::Sub": "${Bucket.Arn}/jobs/*"}},
        {"Effect": "Allow", "Action": ["s3:PutObject"], "Resource": {"Fn::Sub": "${Bucket.Arn}/logs/*"}},
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": bucket_arn},
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["Logs", "Arn"]},
        },
    ]
    return {
        "VirtualCluster": virtual_cluster_resource(namespace),
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": irsa_trust(namespace, provider_arn),
                "Policies": [
                    {"PolicyName": "job", "PolicyDocument": {"Version": "2012-10-17", "Statement": allow}},
                ],
            },
        },
        "Stranger": trust("lambda.amazonaws.com"),
    }


@pytest.fixture(scope="module")
def provider_arn(aws: AwsUnderTest, cluster: dict[str, str]) -> str:
    stacks = Stacks(aws.client("cloudformation"))
    properties = {"Url": cluster["OpenIdConnectIssuerUrl"], "ClientIdList": ["sts.amazonaws.com"]}
    made = stacks.create(
        "oidc",
        {"Oidc": {"Type": "AWS::IAM::OIDCProvider", "Properties": properties}},
        {"Arn": {"Fn::GetAtt": ["Oidc", "Arn"]}},
    )
    return made["Arn"]


@pytest.fixture
def workspace(aws: AwsUnderTest, stacks: Stacks, provider_arn: str) -> Iterator[Workspace]:
    made = stacks.create(
        "workspace",
        workspace_resources("analytics", provider_arn),
        {
            "Id": {"Ref": "VirtualCluster"},
            "Bucket": {"Ref": "Bucket"},
            "Logs": {"Ref": "Logs"},
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    )
    for key in ("jobs/job.py", "jobs/driver.yaml"):
        aws.client("s3").put_object(Bucket=made["Bucket"], Key=key, Body=b"x")
    request = {
        "virtualClusterId": made["Id"],
        "name": "sample",
        "executionRoleArn": made["Role"],
        "releaseLabel": "emr-7.12.0-latest",
        "jobDriver": {
            "sparkSubmitJobDriver": {
                "entryPoint": f"s3://{made['Bucket']}/jobs/job.py",
                "sparkSubmitParameters": "--conf spark.executor.instances=2",
            }
        },
        "configurationOverrides": {
            "applicationConfiguration": [
                {
                    "classification": "spark-defaults",
                    "properties": {
                        "spark.kubernetes.driver.podTemplateFile": f"s3://{made['Bucket']}/jobs/driver.yaml"
                    },
                }
            ],
            "monitoringConfiguration": {
                "cloudWatchMonitoringConfiguration": {"logGroupName": made["Logs"]},
                "s3MonitoringConfiguration": {"logUri": f"s3://{made['Bucket']}/logs/"},
            },
        },
        "tags": {"team": "data"},
    }
    aws.runner.started.clear()
    aws.runner.cancelled.clear()
    yield Workspace(aws, made["Id"], made["Bucket"], request)
    for run in aws.runner.started:
        run.set_state("CANCELLED")
    aws.client("s3").delete_objects(
        Bucket=made["Bucket"], Delete={"Objects": [{"Key": "jobs/job.py"}, {"Key": "jobs/driver.yaml"}]}
    )


def test_run_goes_to_the_runner_and_back(workspace: Workspace) -> None:
    started = workspace.start()
    [run] = workspace.aws.runner.started
    assert (run.id, run.namespace, run.cluster_name) == (started["id"], "analytics", "spark")
    assert run.request["jobDriver"] == workspace.request["jobDriver"]
    assert workspace.describe(run.id)["state"] == "PENDING"
    assert run.set_state("RUNNING")
    assert workspace.describe(run.id)["state"] == "RUNNING"
    assert run.set_state("COMPLETED", details="2 executors")
    described = workspace.describe(run.id)
    assert (described["state"], described["stateDetails"]) == ("COMPLETED", "2 executors")
    assert described["finishedAt"] >= described["createdAt"]
    assert described["tags"] == {"team": "data"}
    assert not run.set_state("FAILED")


def test_same_client_token_is_the_same_run(workspace: Workspace) -> None:
    first = workspace.start(clientToken="once")
    assert workspace.start(clientToken="once")["id"] == first["id"]
    assert len(workspace.aws.runner.started) == 1
    assert workspace.start(clientToken="twice")["id"] != first["id"]


def test_runs_are_listed_in_pages(workspace: Workspace) -> None:
    ids = [workspace.start()["id"] for _ in range(3)]
    emr = workspace.aws.client(EMR)
    pages = emr.get_paginator("list_job_runs").paginate(
        virtualClusterId=workspace.virtual_cluster_id, PaginationConfig={"PageSize": 2}
    )
    listed = [[run["id"] for run in page["jobRuns"]] for page in pages]
    assert listed == [[ids[2], ids[1]], [ids[0]]]
    workspace.aws.runner.started[0].set_state("COMPLETED")
    done = emr.list_job_runs(virtualClusterId=workspace.virtual_cluster_id, states=["COMPLETED"])
    assert [run["id"] for run in done["jobRuns"]] == [ids[0]]


def test_cancel(workspace: Workspace) -> None:
    started = workspace.start()
    emr = workspace.aws.client(EMR)
    emr.cancel_job_run(id=started["id"], virtualClusterId=workspace.virtual_cluster_id)
    [run] = workspace.aws.runner.cancelled
    assert run.wait_until_ended(5)
    assert workspace.describe(run.id)["state"] == "CANCELLED"
    with pytest.raises(ClientError, match="not in a cancellable state"):
        emr.cancel_job_run(id=started["id"], virtualClusterId=workspace.virtual_cluster_id)


def test_runner_that_cannot_start_fails_the_run(workspace: Workspace) -> None:
    workspace.aws.runner.fails_to_start = True
    try:
        started = workspace.start()
    finally:
        workspace.aws.runner.fails_to_start = False
    described = workspace.describe(started["id"])
    assert (described["state"], described["failureReason"]) == ("FAILED", "INTERNAL_ERROR")
    assert "no Spark here" in described["stateDetails"]


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"virtualClusterId": "unknown"}, "ResourceNotFoundException", "Virtual cluster unknown"),
        ({"executionRoleArn": None}, "ValidationException", "executionRoleArn is required"),
        ({"executionRoleArn": "arn:aws:iam::000000000000:role/none"}, "ValidationException", "does not exist"),
        ({"executionRoleArn": "STRANGER"}, "ValidationException", "allows neither"),
        ({"releaseLabel": "emr-7.12-latest"}, "ResourceNotFoundException", "Release emr-7.12-latest"),
        ({"releaseLabel": "emr-7.12.0-2024"}, "ResourceNotFoundException", "Release emr-7.12.0-2024"),
        ({"name": "no spaces allowed"}, "ValidationException", "regular expression pattern"),
        ({"jobDriver": {}}, "ValidationException", "exactly one of"),
        ({"tags": {"k" * 129: "v"}}, "ValidationException", "less than or equal to 128"),
    ],
)
def test_start_refused(workspace: Workspace, changes: dict[str, Any], code: str, message: str) -> None:
    if changes.get("executionRoleArn") == "STRANGER":
        roles = workspace.aws.client("iam").list_roles()["Roles"]
        changes = {"executionRoleArn": next(role["Arn"] for role in roles if "Stranger" in role["RoleName"])}
    with pytest.raises(ClientError) as refused:
        workspace.start(**changes)
    assert refused.value.response["Error"]["Code"] == code
    assert message in refused.value.response["Error"]["Message"]
    assert workspace.aws.runner.started == []


@pytest.mark.parametrize(
    "label",
    [
        "emr-7.12.0-20260410",
        "emr-6.15.0-java17-latest",
        "emr-7.9.0-spark-rapids-java17-latest",
        "emr-spark-8.1.0-latest",
    ],
)
def test_release_labels(workspace: Workspace, label: str) -> None:
    assert workspace.start(releaseLabel=label)["id"]


def test_run_fails_on_what_its_role_cannot_reach(workspace: Workspace) -> None:
    bucket = workspace.bucket
    workspace.aws.client("s3").put_object(Bucket=bucket, Key="private/driver.yaml", Body=b"x")
    overrides = {
        "monitoringConfiguration": {
            "cloudWatchMonitoringConfiguration": {"logGroupName": "/no/such/group"},
            "s3MonitoringConfiguration": {"logUri": f"s3://{bucket}/elsewhere/"},
        }
    }
    template = f"--conf spark.kubernetes.driver.podTemplateFile=s3://{bucket}/private/driver.yaml"
    driver = {"sparkSubmitJobDriver": {"entryPoint": f"s3://{bucket}/jobs/no.py", "sparkSubmitParameters": template}}
    started = workspace.start(jobDriver=driver, configurationOverrides=overrides)
    described = workspace.describe(started["id"])
    assert (described["state"], described["failureReason"]) == ("FAILED", "USER_ERROR")
    for part in (
        "entryPoint: no such object",
        "spark.kubernetes.driver.podTemplateFile: s3:GetObject denied",
        "s3MonitoringConfiguration: s3:PutObject denied",
        "cloudWatchMonitoringConfiguration: logs:CreateLogGroup denied",
    ):
        assert part in described["stateDetails"]
    assert workspace.aws.runner.started == []
    workspace.aws.client("s3").delete_object(Bucket=bucket, Key="private/driver.yaml")


def test_run_fails_when_the_trust_is_for_another_namespace(
    workspace: Workspace, stacks: Stacks, provider_arn: str
) -> None:
    resources = workspace_resources("analytics", provider_arn)
    resources["Role"]["Properties"]["AssumeRolePolicyDocument"] = irsa_trust("other", provider_arn)
    assert stacks.update("workspace", resources) == "UPDATE_COMPLETE"
    described = workspace.describe(workspace.start()["id"])
    assert "does not let in namespace analytics" in described["stateDetails"]


def template_data(workspace: Workspace) -> dict[str, Any]:
    return {
        "executionRoleArn": workspace.request["executionRoleArn"],
        "releaseLabel": "emr-7.12.0-latest",
        "jobDriver": {
            "sparkSubmitJobDriver": {
                "entryPoint": f"s3://{workspace.bucket}/jobs/job.py",
                "entryPointArguments": ["${Day}"],
                "sparkSubmitParameters": "--conf spark.executor.instances=${Executors}",
            }
        },
        "parameterConfiguration": {"Executors": {"type": "NUMBER", "defaultValue": "2"}, "Day": {"type": "STRING"}},
    }


def test_run_from_a_job_template(workspace: Workspace) -> None:
    emr = workspace.aws.client(EMR)
    made = emr.create_job_template(name="daily", jobTemplateData=template_data(workspace))
    assert made["id"] in [template["id"] for template in emr.list_job_templates()["templates"]]
    start = {"virtualClusterId": workspace.virtual_cluster_id, "jobTemplateId": made["id"]}
    emr.start_job_run(**start, jobTemplateParameters={"Day": "2026-11-22", "Executors": "5"})
    emr.start_job_run(**start, jobTemplateParameters={"Day": "today"})
    drivers = [run.request["jobDriver"]["sparkSubmitJobDriver"] for run in workspace.aws.runner.started]
    assert [driver["sparkSubmitParameters"] for driver in drivers] == [
        "--conf spark.executor.instances=5",
        "--conf spark.executor.instances=2",
    ]
    assert drivers[0]["entryPointArguments"] == ["2026-11-22"]
    for parameters, reason in (
        ({}, "parameter Day"),
        ({"Day": "today", "Executors": "many"}, "NUMBER"),
        ({"Day": "today", "Colour": "red"}, "no parameter Colour"),
    ):
        with pytest.raises(ClientError, match=reason):
            emr.start_job_run(**start, jobTemplateParameters=parameters)
    emr.delete_job_template(id=made["id"])
    with pytest.raises(ClientError, match="doesn't exist"):
        emr.describe_job_template(id=made["id"])


def test_job_template_of_a_stack(workspace: Workspace, stacks: Stacks) -> None:
    data = {
        "ExecutionRoleArn": workspace.request["executionRoleArn"],
        "ReleaseLabel": "emr-7.12.0-latest",
        "JobDriver": {"SparkSubmitJobDriver": {"EntryPoint": f"s3://{workspace.bucket}/jobs/job.py"}},
        "ConfigurationOverrides": {
            "ApplicationConfiguration": [
                {"Classification": "spark-defaults", "Properties": {"spark.UI.enabled": "false"}}
            ]
        },
        "ParameterConfiguration": {"Name": {"Type": "STRING", "DefaultValue": "x"}},
    }
    resource = {"Type": "AWS::EMRContainers::JobTemplate", "Properties": {"Name": "t", "JobTemplateData": data}}
    outputs = {"Id": {"Ref": "Template"}, "Arn": {"Fn::GetAtt": ["Template", "Arn"]}}
    made = stacks.create("template", {"Template": resource}, outputs)
    described = workspace.aws.client(EMR).describe_job_template(id=made["Id"])["jobTemplate"]
    assert described["arn"] == made["Arn"]
    [classification] = described["jobTemplateData"]["configurationOverrides"]["applicationConfiguration"]
    assert classification["properties"] == {"spark.UI.enabled": "false"}
    assert described["jobTemplateData"]["parameterConfiguration"]["Name"]["type"] == "STRING"


def test_virtual_cluster_terminates_with_its_last_run(workspace: Workspace, aws: AwsUnderTest) -> None:
    emr = aws.client(EMR)
    made = emr.create_virtual_cluster(name="short", containerProvider=provider("short-lived"))
    workspace.request["executionRoleArn"] = _pod_identity_role(aws)
    workspace.request["configurationOverrides"] = {}
    workspace.request["jobDriver"]["sparkSubmitJobDriver"]["entryPoint"] = "local:///opt/job.py"
    workspace.start(virtualClusterId=made["id"])
    emr.delete_virtual_cluster(id=made["id"])
    state = emr.describe_virtual_cluster(id=made["id"])["virtualCluster"]["state"]
    assert state == "TERMINATING"
    with pytest.raises(ClientError, match="not in RUNNING state"):
        workspace.start(virtualClusterId=made["id"])
    aws.runner.started[-1].set_state("COMPLETED")
    assert emr.describe_virtual_cluster(id=made["id"])["virtualCluster"]["state"] == "TERMINATED"


def _pod_identity_role(aws: AwsUnderTest) -> str:
    document = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},'
        '"Action":["sts:AssumeRole","sts:TagSession"]}]}'
    )
    role = aws.client("iam").create_role(RoleName=f"pods-{secrets.token_hex(3)}", AssumeRolePolicyDocument=document)
    arn: str = role["Role"]["Arn"]
    return arn


@pytest.mark.parametrize(
    ("container_provider", "message"),
    [
        ({**provider("free"), "id": "no-cluster"}, "EKS cluster no-cluster does not exist"),
        (provider("missing"), r"Unauthorized to perform read namespace on \(missing\)"),
        (provider("Not_DNS"), "regular expression pattern"),
        ({"id": "spark", "type": "ECS"}, "enum value set"),
    ],
)
def test_virtual_cluster_refused(
    aws: AwsUnderTest, cluster: dict[str, str], container_provider: dict[str, Any], message: str
) -> None:
    assert cluster
    with pytest.raises(ClientError, match=message):
        aws.client(EMR).create_virtual_cluster(name="refused", containerProvider=container_provider)


def test_second_virtual_cluster_in_a_namespace_fails_the_update(
    aws: AwsUnderTest, stacks: Stacks, cluster: dict[str, str]
) -> None:
    assert cluster
    made = stacks.create("vc", {"Vc": virtual_cluster_resource("single")}, {"Id": {"Ref": "Vc"}})
    renamed = {"Vc": virtual_cluster_resource("single", name="renamed")}
    assert stacks.update("vc", renamed) == "UPDATE_ROLLBACK_COMPLETE"
    assert "already exists in the given namespace" in stacks.failures("vc")
    tagged = {"Vc": virtual_cluster_resource("single", team="data")}
    assert stacks.update("vc", tagged) == "UPDATE_COMPLETE"
    described = aws.client(EMR).describe_virtual_cluster(id=made["Id"])["virtualCluster"]
    assert (described["state"], described["tags"]["team"]) == ("RUNNING", "data")
    moved = {"Vc": virtual_cluster_resource("elsewhere")}
    assert stacks.update("vc", moved, {"Id": {"Ref": "Vc"}}) == "UPDATE_COMPLETE"
    assert aws.client(EMR).describe_virtual_cluster(id=made["Id"])["virtualCluster"]["state"] == "TERMINATED"
    assert stacks.outputs("vc")["Id"] != made["Id"]


def test_tags(aws: AwsUnderTest, cluster: dict[str, str]) -> None:
    assert cluster
    emr = aws.client(EMR)
    made = emr.create_virtual_cluster(name="tagged", containerProvider=provider("tagged"), tags={"a": "1"})
    emr.tag_resource(resourceArn=made["arn"], tags={"b": "2"})
    emr.untag_resource(resourceArn=made["arn"], tagKeys=["a"])
    assert emr.list_tags_for_resource(resourceArn=made["arn"])["tags"] == {"b": "2"}
    emr.delete_virtual_cluster(id=made["id"])
