"""Random environments, each deployed, planned, changed and destroyed on a local AWS by the CDK CLI.

`make environments` tries 30; a failure names its seed, and `make environments SEEDS=17` repeats it.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from emr_eks_placement.aws.cluster import read_cluster
from emr_eks_placement.cli.main import main
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.job.placement import ROLES, Fargate, Placement
from local.cdk import CdkCli
from local.cluster import LocalCluster
from tests.changed_environment import synthesize
from tests.deployed.definitions import deployed_definitions
from tests.deployed.demo.test_plan_command import essence, planned
from tests.generated_environments import Data, change, generate

SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "2").split()]
ACCOUNT = "000000000000"  # of the local AWS
# What `cdk bootstrap` makes, log groups that Lambda makes by itself and nothing deletes, service-linked roles.
_KEPT = ("cdk-hnb659fds-", "/cdk-bootstrap/", "/aws/lambda/", "AWSServiceRoleFor")

Left = dict[str, list[str]]


class Deployment:
    """An environment in a local account, from a file as a user writes it."""

    def __init__(self, local: LocalCluster, folder: Path) -> None:
        self.local = local
        self.folder = folder
        self.file = folder / "random.yaml"
        self._outputs = folder / "outputs.json"

    def deploy(self, data: Data, assembly: Path) -> Environment:
        """Writes the environment's file and deploys its stacks."""
        self.file.write_text(yaml.safe_dump(data, sort_keys=False))
        environment = load_environment(self.file)
        self.cli = CdkCli(environment.name, synthesize(environment, assembly), self.folder / "cdk.log")
        self.cli.bootstrap(ACCOUNT, environment.region)
        self.cli.deploy(self._outputs)
        return environment

    @property
    def bucket(self) -> str:
        return str(json.loads(self._outputs.read_text())["random-virtual-clusters"]["BucketName"])

    def requests(self, environment: Environment) -> dict[str, tuple[str, str]]:
        """Each deployed definition as a file, with its job and placement."""
        files = {}
        for job, placement, request in deployed_definitions(self.local, environment, self.bucket):
            file = self.folder / f"{job}-in-{placement}.json"
            file.write_text(json.dumps(request))
            files[str(file)] = (job, placement)
        return files

    def download_pod_templates(self) -> str:
        """The folder of the bucket's pod templates."""
        s3 = self.local.session.client("s3")
        folder = self.folder / "pod-templates"
        folder.mkdir(exist_ok=True)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="pod-templates/"):
            for entry in page.get("Contents", []):
                file = self.folder / entry["Key"]
                file.parent.mkdir(parents=True, exist_ok=True)
                s3.download_file(self.bucket, entry["Key"], str(file))
        return str(folder)

    def left(self) -> Left:
        """What is there of an environment, by kind."""
        client = self.local.session.client
        clusters = client("emr-containers").list_virtual_clusters()["virtualClusters"]
        stacks = client("cloudformation").describe_stacks()["Stacks"]
        found = {
            "stacks": [stack["StackName"] for stack in stacks if stack["StackName"].startswith("random-")],
            "virtual clusters": [one["id"] for one in clusters if one["state"] != "TERMINATED"],
            "namespaces": [one["metadata"]["name"] for one in self.local.kubernetes.objects("namespaces")],
            "EKS clusters": client("eks").list_clusters()["clusters"],
            "VPCs": [vpc["VpcId"] for vpc in client("ec2").describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
            "roles": [role["RoleName"] for role in client("iam").list_roles()["Roles"]],
            "parameters": [one["Name"] for one in client("ssm").describe_parameters()["Parameters"]],
            "buckets": [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]],
            "log groups": [group["logGroupName"] for group in client("logs").describe_log_groups()["logGroups"]],
        }
        return {kind: sorted(names) for kind, names in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_environment_is_deployed_planned_changed_and_destroyed(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = generate(seed, given=False)
    with LocalCluster(tmp_path / "local", region=data["region"]) as local:
        deployment = Deployment(local, tmp_path)
        before = deployment.left()
        first = deployment.deploy(data, tmp_path / "cdk.out")
        check_plans(deployment, first, capsys)
        changed = deployment.deploy(change(data, seed), tmp_path / "cdk.out.changed")
        check_plans(deployment, changed, capsys)
        assert main(["empty-bucket", "-e", str(deployment.file), "--yes"]) == 0
        deployment.cli.destroy()
        check_what_is_left(deployment, before, first, changed)


def check_plans(deployment: Deployment, environment: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    """File, assembly and live cluster plan the same, and each pod lands as placed."""
    (cluster,) = deployment.local.session.client("eks").list_clusters()["clusters"]
    said, live = capacity_of(environment), read_cluster(deployment.local.session, cluster)
    assert (live.node_pools, live.namespace_rules) == (said.node_pools, said.namespace_rules)
    assert (live.other_nodes, live.not_read) == (said.other_nodes, ())
    requests = deployment.requests(environment)
    templates = ("--pod-templates", deployment.download_pod_templates())
    for name in environment.virtual_clusters:
        files = [file for file, (job, _) in requests.items() if environment.jobs[job].virtual_cluster == name]
        if not files:
            continue
        quota = ("--fargate-vcpus", str(environment.fargate_vcpus))  # which neither assembly nor cluster tells
        own = ("--virtual-cluster", name, *templates, *quota)
        by_file = planned(capsys, *files, "--environment", str(deployment.file), *own)
        by_assembly = planned(capsys, *files, "--assembly", str(deployment.cli.assembly), *own)
        by_cluster = planned(capsys, *files, "--cluster", cluster, *quota)
        for file in files:
            assert by_file[file] == by_assembly[file], file
            assert essence(by_file[file]) == essence(by_cluster[file]), file
            job, placement = requests[file]
            check_lands_as_placed(by_file[file], environment.jobs[job].placements[placement].placement)


def check_lands_as_placed(plan: dict[str, Any], placement: Placement) -> None:
    """Every pod lands as placed."""
    for role, pod in zip(ROLES, plan["pods"], strict=True):
        target = placement.of(role)
        assert pod["compute"] == ("fargate" if isinstance(target, Fargate) else "ec2"), plan
        assert not pod["pending"], plan
        assert target.zone is None or pod["zones"] == [target.zone], plan


def check_what_is_left(deployment: Deployment, before: Left, *environments: Environment) -> None:
    """Only what bootstrapping created, Lambda's log groups, and what the environments retain."""
    left = {
        kind: [name for name in names if name not in before[kind] and not name.startswith(_KEPT)]
        for kind, names in deployment.left().items()
    }
    retained = environments[0].retain_data
    assert bool(left.pop("buckets")) is retained
    assert bool(left.pop("log groups")) is (retained and any(map(has_log_groups, environments)))
    assert not any(left.values()), left


def has_log_groups(environment: Environment) -> bool:
    """Whether any log group is created for it."""
    logs = (one.logs for one in environment.virtual_clusters.values())
    return environment.network.flow_logs or any(one.cloudwatch and one.log_group is None for one in logs)
