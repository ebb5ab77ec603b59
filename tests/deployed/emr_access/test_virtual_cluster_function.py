"""The function that makes virtual clusters, as CloudFormation's requests come to it: twice, unanswered, and on the way back."""

import json
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from emr_eks_placement.infra.functions.emr_access import virtual_clusters
from local.cluster import LocalCluster

STACK = (
    "arn:aws:cloudformation:us-east-1:000000000000:stack/teams-virtual-clusters/6f1f3a30-cc1d-11ef-9f5b-0e2f4c8d1c2b"
)


class Context:
    """Of a call of Lambda's, which lasts as long as is left."""

    def __init__(self, left: int = 900_000) -> None:
        self._left = left

    def get_remaining_time_in_millis(self) -> int:
        return self._left


@dataclass
class Stack:
    """Sends what CloudFormation sends, and keeps what comes back."""

    local: LocalCluster
    url: str
    answers: list[dict[str, Any]]
    left: int = 900_000

    def send(self, kind: str, **parts: Any) -> dict[str, Any]:
        """A request of its own, unless it has a RequestId; the answer."""
        event = {
            "RequestType": kind,
            "RequestId": str(uuid4()),
            "StackId": STACK,
            "LogicalResourceId": "VirtualCluster8F2A11B0",
            "ResponseURL": self.url,
            **parts,
        }
        virtual_clusters.handler(event, Context(self.left))
        answer = self.answers.pop()
        assert {name: answer[name] for name in ("StackId", "RequestId", "LogicalResourceId")}.items() <= event.items()
        return answer

    def live(self) -> dict[str, dict[str, Any]]:
        """The virtual clusters that are there, by id."""
        emr = self.local.session.client("emr-containers")
        found = emr.list_virtual_clusters(states=["RUNNING", "ARRESTED", "TERMINATING"])["virtualClusters"]
        return {one["id"]: dict(one) for one in found}


def properties(namespace: str, name: str = "teams-a", **tags: str) -> dict[str, Any]:
    provider = {"Id": "analytics", "Type": "EKS", "Info": {"EksInfo": {"Namespace": namespace}}}
    return {"ServiceToken": "arn", "Name": name, "ContainerProvider": provider, "Tags": tags}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("function"), region="us-east-1") as local:
        ec2 = local.session.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.60.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.60.0.0/24", AvailabilityZone="us-east-1a")["Subnet"]
        trust = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = local.session.client("iam").create_role(
            RoleName="eks", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        local.session.client("eks").create_cluster(
            name="analytics",
            roleArn=role,
            resourcesVpcConfig={"subnetIds": [subnet["SubnetId"]]},
            accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"},
        )
        for namespace in ("spark-a", "spark-b"):
            local.kubernetes.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        yield local


@pytest.fixture
def stack(local: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    answers: list[dict[str, Any]] = []

    class Responses(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            answers.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setattr(virtual_clusters, "_PAUSES", (0.01, 0.01))
    monkeypatch.setattr(virtual_clusters, "_TERMINATION_PAUSE", 0.1)
    server = HTTPServer(("127.0.0.1", 0), Responses)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        made = Stack(local, f"http://127.0.0.1:{server.server_port}/", answers)
        yield made
        emr = local.session.client("emr-containers")
        for id_ in made.live():
            emr.delete_virtual_cluster(id=id_)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("is_token_known", [True, False], ids=["token known", "token forgotten"])
def test_a_request_that_comes_twice_creates_one_virtual_cluster(stack: Stack, is_token_known: bool) -> None:
    request = {"RequestId": str(uuid4()), "ResourceProperties": properties("spark-a", team="data")}
    first = stack.send("Create", **request)
    if not is_token_known:  # for how long EMR knows the tokens is not documented
        for one in stack.local.aws.emr_containers.virtual_clusters:
            one.client_token = ""
    second = stack.send("Create", **request)
    assert (first["Status"], second["Status"]) == ("SUCCESS", "SUCCESS")
    assert first["PhysicalResourceId"] == second["PhysicalResourceId"]
    ((id_, made),) = stack.live().items()
    assert (id_, made["name"], made["tags"]["team"]) == (first["PhysicalResourceId"], "teams-a", "data")
    assert first["Data"] == second["Data"] == {"Arn": made["arn"]}


def test_another_resource_of_the_stack_does_not_take_it_over(stack: Stack) -> None:
    mine = stack.send("Create", ResourceProperties=properties("spark-a"))["PhysicalResourceId"]
    other = {"LogicalResourceId": "Other", "ResourceProperties": properties("spark-a")}
    refused = stack.send("Create", **other)
    assert refused["Status"] == "FAILED"
    assert refused["Reason"] == (
        "RefusedError: ValidationException: A virtual cluster already exists in the given namespace. Choose another namespace, "
        "or delete the virtual cluster that has this one"
    )
    rolled_back = stack.send("Delete", PhysicalResourceId=refused["PhysicalResourceId"], **other)
    assert rolled_back["Status"] == "SUCCESS"
    assert set(stack.live()) == {mine}


def test_tags_change_in_place_and_what_others_tagged_stays(stack: Stack) -> None:
    before = properties("spark-a", team="data", stage="test")
    made = stack.send("Create", ResourceProperties=before)
    id_ = made["PhysicalResourceId"]
    stack.local.session.client("emr-containers").tag_resource(resourceArn=made["Data"]["Arn"], tags={"cost": "7"})
    after = properties("spark-a", team="science")
    update = {"PhysicalResourceId": id_, "OldResourceProperties": before, "ResourceProperties": after}
    assert stack.send("Update", **update)["PhysicalResourceId"] == id_
    tags = stack.live()[id_]["tags"]
    assert tags.pop(virtual_clusters.OWNER_TAG).endswith("0e2f4c8d1c2b/VirtualCluster8F2A11B0")
    assert tags == {"team": "science", "cost": "7"}


def test_another_namespace_is_another_virtual_cluster_until_the_update_is_rolled_back(stack: Stack) -> None:
    before, after = properties("spark-a"), properties("spark-b")
    old = stack.send("Create", ResourceProperties=before)["PhysicalResourceId"]
    update = {"PhysicalResourceId": old, "OldResourceProperties": before, "ResourceProperties": after}
    new = stack.send("Update", **update)["PhysicalResourceId"]
    assert set(stack.live()) == {old, new}

    back = {"PhysicalResourceId": new, "OldResourceProperties": after, "ResourceProperties": before}
    assert stack.send("Update", **back)["PhysicalResourceId"] == old
    stack.send("Delete", PhysicalResourceId=new, ResourceProperties=after)
    assert set(stack.live()) == {old}

    again = stack.send("Update", **update)["PhysicalResourceId"]
    assert again not in (old, new)
    stack.send("Delete", PhysicalResourceId=old, ResourceProperties=before)
    assert set(stack.live()) == {again}


def test_a_replacement_that_is_refused_leaves_what_is_there(stack: Stack) -> None:
    before, after = properties("spark-a"), properties("missing")
    old = stack.send("Create", ResourceProperties=before)["PhysicalResourceId"]
    update = {"PhysicalResourceId": old, "OldResourceProperties": before, "ResourceProperties": after}
    refused = stack.send("Update", **update)
    assert (refused["Status"], refused["PhysicalResourceId"]) == ("FAILED", old)
    back = {"PhysicalResourceId": old, "OldResourceProperties": after, "ResourceProperties": before}
    assert stack.send("Update", **back)["PhysicalResourceId"] == old
    assert set(stack.live()) == {old}


def test_a_namespace_that_emr_can_not_read_is_said_with_the_fix(stack: Stack) -> None:
    refused = stack.send("Create", ResourceProperties=properties("missing"))
    assert refused["Status"] == "FAILED"
    assert refused["Reason"] == (
        "RefusedError: ValidationException: Unauthorized to perform read namespace on (missing). Check that the namespace "
        "exists and that the cluster's authentication mode is API_AND_CONFIG_MAP, or set cluster.emr_access to aws-auth"
    )
    rolled_back = stack.send(
        "Delete", PhysicalResourceId=refused["PhysicalResourceId"], ResourceProperties=properties("missing")
    )
    assert rolled_back["Status"] == "SUCCESS"


def test_a_creation_whose_answer_was_lost_is_deleted_by_what_it_was_to_be(stack: Stack) -> None:
    wanted = properties("spark-a")
    stack.send("Create", ResourceProperties=wanted)
    deleted = stack.send(
        "Delete", PhysicalResourceId="teams-virtual-clusters-VirtualCluster8F2A11B0-1DMA", ResourceProperties=wanted
    )
    assert deleted["Status"] == "SUCCESS"
    assert not stack.live()


@pytest.mark.parametrize("gone", ["deleted before", "0000nowhere"])
def test_deleting_a_deleted_cluster_succeeds(stack: Stack, gone: str) -> None:
    wanted = properties("spark-a")
    if gone == "deleted before":
        gone = stack.send("Create", ResourceProperties=wanted)["PhysicalResourceId"]
        stack.local.session.client("emr-containers").delete_virtual_cluster(id=gone)
    deleted = stack.send("Delete", PhysicalResourceId=gone, ResourceProperties=wanted)
    assert (deleted["Status"], deleted["PhysicalResourceId"]) == ("SUCCESS", gone)


def test_job_runs_that_go_on_fail_the_deletion_before_the_function_s_time_is_up(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = properties("spark-a")
    id_ = stack.send("Create", ResourceProperties=wanted)["PhysicalResourceId"]
    clusters = stack.local.aws.emr_containers.virtual_clusters
    with monkeypatch.context() as running:
        running.setattr(clusters, "_has_active_runs", lambda _id: True)
        stack.left = 59_000
        failed = stack.send("Delete", PhysicalResourceId=id_, ResourceProperties=wanted)
    assert failed["Status"] == "FAILED"
    assert failed["Reason"] == (
        f"RefusedError: Virtual cluster {id_} is still TERMINATING. Cancel its job runs, then delete it again"
    )
    assert stack.send("Delete", PhysicalResourceId=id_, ResourceProperties=wanted)["Status"] == "SUCCESS"


@pytest.mark.parametrize(("more", "is_made"), [("eks:*", True), ("eks:Describe*", False)])
def test_only_who_may_make_access_entries_gets_emr_in(stack: Stack, more: str, is_made: bool) -> None:
    """What the local AWS asks of callers, so of the function's role too."""
    iam, user = stack.local.session.client("iam"), f"caller-{len(more)}"
    iam.create_user(UserName=user)
    allowed = {"Effect": "Allow", "Action": ["emr-containers:*", "iam:CreateServiceLinkedRole", more], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName=user, PolicyName="rights", PolicyDocument=policy)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    emr: Any = boto3.client(
        "emr-containers", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    wanted = {"id": "analytics", "type": "EKS", "info": {"eksInfo": {"namespace": "spark-a"}}}
    with nullcontext() if is_made else pytest.raises(ClientError, match="Unauthorized to perform read namespace"):
        emr.create_virtual_cluster(name="teams-a", containerProvider=wanted)
    assert len(stack.live()) == is_made
