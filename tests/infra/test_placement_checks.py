"""PlacementChecks at the synthesis of apps that are not ours: their job templates, state machines and requests."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_stepfunctions as stepfunctions
from aws_cdk.aws_s3_assets import Asset

from emr_eks_placement import plan
from emr_eks_placement.assembly.cloud_assembly import load_stacks
from emr_eks_placement.checks.definitions import NOT_PLANNED, findings_of_definitions
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import DeployedVirtualCluster
from emr_eks_placement.definition.job_run import check_job_run, job_placements
from emr_eks_placement.environment import capacity_of
from emr_eks_placement.environment_file import load_environment
from emr_eks_placement.infra import PlacementChecks
from tests.changed_environment import changed_environment, synthesize
from tests.infra.synthesized import ROOT

_Template, _Cluster = emrcontainers.CfnJobTemplate, emrcontainers.CfnVirtualCluster
ON_FARGATE = {"spark.kubernetes.executor.label.spark-node-placement": "fargate"}
VOLUME = {
    "spark.kubernetes.executor.volumes.hostPath.data.mount.path": "/data",
    "spark.kubernetes.executor.volumes.hostPath.data.options.path": "/data",
}
SELECTOR = "apiVersion: v1\nkind: Pod\nspec:\n  nodeSelector: {workload: %s}\n"
PLUGIN = "emr-eks-placement"


@dataclass
class App:
    """An app with a cluster of a node group, a Fargate profile and virtual clusters, in stacks that it is given."""

    folder: Path
    checks: PlacementChecks
    context: dict[str, Any] = field(default_factory=dict)
    region: str | None = "us-east-1"

    def __post_init__(self) -> None:
        self.app = cdk.App(
            outdir=str(self.folder / "cdk.out"),
            context=self.context,
            analytics_reporting=False,
            builtin_cloud_formation_validation=False,
        )
        cdk.Validations.of(self.app).add_plugins(self.checks)
        self.stack = self.add_stack("Spark")

    def add_stack(self, name: str) -> cdk.Stack:
        return cdk.Stack(self.app, name, env=cdk.Environment(region=self.region) if self.region else None)

    def add_cluster(self, *namespaces: str) -> dict[str, emrcontainers.CfnVirtualCluster]:
        vpc = ec2.CfnVPC(self.stack, "Vpc", cidr_block="10.0.0.0/16")
        subnet = ec2.CfnSubnet(
            self.stack, "Subnet", vpc_id=vpc.ref, availability_zone=f"{self.region}a", cidr_block="10.0.0.0/18"
        )
        role = "arn:aws:iam::111122223333:role/eks"
        network = eks.CfnCluster.ResourcesVpcConfigProperty(subnet_ids=[subnet.ref])
        cluster = eks.CfnCluster(self.stack, "Cluster", role_arn=role, resources_vpc_config=network, version="1.35")
        eks.CfnNodegroup(
            self.stack,
            "Workers",
            cluster_name=cluster.ref,
            node_role=role,
            subnets=[subnet.ref],
            instance_types=["m6i.4xlarge"],
            labels={"workload": "spark"},
            scaling_config=eks.CfnNodegroup.ScalingConfigProperty(min_size=2, desired_size=2, max_size=2),
        )
        label = eks.CfnFargateProfile.LabelProperty(key="spark-node-placement", value="fargate")
        eks.CfnFargateProfile(
            self.stack,
            "Profile",
            cluster_name=cluster.ref,
            pod_execution_role_arn=role,
            subnets=[subnet.ref],
            selectors=[eks.CfnFargateProfile.SelectorProperty(namespace="spark-jobs", labels=[label])],
        )
        return {namespace: self._virtual_cluster(namespace, cluster) for namespace in namespaces}

    def _virtual_cluster(self, namespace: str, cluster: eks.CfnCluster) -> emrcontainers.CfnVirtualCluster:
        info = _Cluster.ContainerInfoProperty(eks_info=_Cluster.EksInfoProperty(namespace=namespace))
        provider = _Cluster.ContainerProviderProperty(type="EKS", id=cluster.ref, info=info)
        return _Cluster(self.stack, namespace, name=namespace, container_provider=provider)

    def add_job(self, name: str, spark: dict[str, str], stack: cdk.Stack | None = None) -> emrcontainers.CfnJobTemplate:
        parameters = {"spark.executor.instances": "2", "spark.executor.memory": "2g", **spark}
        driver = _Template.SparkSubmitJobDriverProperty(
            entry_point="s3://code/a.py",
            spark_submit_parameters=" ".join(f"--conf {key}={value}" for key, value in parameters.items()),
        )
        return _Template(
            stack or self.stack,
            name,
            name=name.lower(),
            job_template_data=_Template.JobTemplateDataProperty(
                execution_role_arn=f"arn:{cdk.Aws.PARTITION}:iam::{cdk.Aws.ACCOUNT_ID}:role/spark-jobs",
                release_label="emr-7.12.0-latest",
                job_driver=_Template.JobDriverProperty(spark_submit_job_driver=driver),
            ),
        )

    def synthesize(self, *, fails: bool = False) -> dict[str, Any]:
        """What the report has of the checks, empty where nothing was found."""
        if fails:
            with pytest.raises(RuntimeError, match="Validation"):
                self.app.synth()
        else:
            self.app.synth()
        report = json.loads((self.folder / "cdk.out/validation-report.json").read_text())
        return next((one for one in report["pluginReports"] if one["pluginName"] == PLUGIN), {})


Make = Callable[..., App]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda region="us-east-1", context=None, **options: App(
        tmp_path, PlacementChecks(**options), context or {}, region
    )


def found(report: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """Severity and construct paths of each code."""
    return {
        one["ruleName"]: (one["severity"], [it["constructPath"] for it in one["violatingConstructs"]])
        for one in report.get("violations", [])
    }


def test_an_error_of_a_job_template_fails_and_its_neighbour_does_not(make: Make) -> None:
    app = make()
    app.add_cluster("spark-jobs")
    app.add_job("Volume", ON_FARGATE | VOLUME)
    app.add_job("Fine", ON_FARGATE)
    app.add_job("OnNodes", VOLUME)
    on_fargate = {"spark.kubernetes.driver.label.spark-node-placement": "fargate"}
    app.add_job("SubmitterOnEc2", ON_FARGATE | on_fargate)  # a note
    report = app.synthesize(fails=True)
    assert found(report)["FARGATE_VOLUME"] == ("error", ["Spark/Volume"])
    assert report["conclusion"] == "failure"
    (one,) = (one for one in report["violations"] if one["ruleName"] == "FARGATE_VOLUME")
    assert one["violatingConstructs"][0]["cloudFormationResource"]["logicalId"] == "Volume"
    assert one["suggestedFix"]
    assert {severity for severity, _ in found(report).values()} <= {"error", "warning"}, "notes are left out"


def test_jobs_with_the_same_problem_are_one_violation(make: Make) -> None:
    app = make()
    app.add_cluster("spark-jobs")
    for name in ("One", "Two"):
        app.add_job(name, ON_FARGATE | VOLUME)
    assert found(app.synthesize(fails=True))["FARGATE_VOLUME"] == ("error", ["Spark/One", "Spark/Two"])


def test_what_is_acknowledged_does_not_fail(make: Make) -> None:
    app = make()
    app.add_cluster("spark-jobs")
    job = app.add_job("Volume", ON_FARGATE | VOLUME)
    cdk.Validations.of(job).acknowledge(
        cdk.Acknowledgment(id=f"{PLUGIN}::FARGATE_VOLUME", reason="it is replaced soon")
    )
    report = app.synthesize()
    assert "FARGATE_VOLUME" not in found(report)
    assert report["suppressedViolations"][0]["reason"] == "it is replaced soon"


def test_warnings_fail_by_choice(make: Make, tmp_path: Path) -> None:
    spark = {"spark.executor.instances": "20", "spark.executor.memory": "8g"}
    chosen: tuple[tuple[Literal["error", "warning"], str], ...] = (("error", "warning"), ("warning", "error"))
    for fail_on, reported in chosen:
        app = App(tmp_path / fail_on, PlacementChecks(fail_on=fail_on))
        app.add_cluster("spark-jobs")
        app.add_job("Large", spark)
        codes = found(app.synthesize(fails=fail_on == "warning"))
        assert codes
        assert {severity for severity, _ in codes.values()} == {reported}
    with pytest.raises(RuleError, match="must be error or warning"):
        make(fail_on="note")


def test_pod_templates_are_found_among_the_assets(make: Make, tmp_path: Path) -> None:
    """Uploaded as a file, and in a folder below a prefix; a changed label is found in each."""
    folder = tmp_path / "templates/jobs"
    folder.mkdir(parents=True)
    (folder / "driver.yaml").write_text(SELECTOR % "spark")
    (folder / "wrong.yaml").write_text(SELECTOR % "sparks")
    (tmp_path / "one.yaml").write_text(SELECTOR % "sparkle")
    app = make()
    app.add_cluster("spark-jobs")
    bucket = s3.Bucket(app.stack, "Bucket")
    source = s3_deployment.Source.asset(str(tmp_path / "templates"))
    s3_deployment.BucketDeployment(
        app.stack, "Files", destination_bucket=bucket, sources=[source], destination_key_prefix="a"
    )
    of_driver, of_executors = (f"spark.kubernetes.{role}.podTemplateFile" for role in ("driver", "executor"))
    app.add_job("Good", {of_driver: bucket.s3_url_for_object("a/jobs/driver.yaml")})
    app.add_job("Bad", {of_driver: bucket.s3_url_for_object("a/jobs/wrong.yaml")})
    app.add_job("OfAsset", {of_executors: Asset(app.stack, "One", path=str(tmp_path / "one.yaml")).s3_object_url})
    app.add_job("Nowhere", {of_driver: bucket.s3_url_for_object("a/jobs/none.yaml")})
    report = app.synthesize(fails=True)
    described = {one["description"] for one in report["violations"] if one["ruleName"] == "EC2_NO_NODE_GROUP"}
    assert {text.partition(":")[0] for text in described} == {"Bad", "OfAsset"}
    assert any("workload=sparkle" in text for text in described)
    assert found(report)["NOT_PLANNED"] == ("warning", ["Spark/Nowhere"])
    assert not any("Spark/Good" in path for _, paths in found(report).values() for path in paths)


def test_a_template_without_a_virtual_cluster_is_planned_where_it_can_run(make: Make) -> None:
    """Only spark-jobs has a Fargate profile: the label means nothing in other, where executors land on nodes."""
    app = make()
    app.add_cluster("other", "spark-jobs")
    app.add_job("Volume", ON_FARGATE | VOLUME)
    assert "FARGATE_VOLUME" not in found(app.synthesize())


def state_machine(app: App, virtual_cluster: str) -> None:
    parameters = {
        "VirtualClusterId": virtual_cluster,
        "ExecutionRoleArn": "arn:aws:iam::111122223333:role/spark-jobs",
        "ReleaseLabel": "emr-7.12.0-latest",
        "JobDriver": {
            "SparkSubmitJobDriver": {
                "EntryPoint": "s3://code/a.py",
                "SparkSubmitParameters": " ".join(f"--conf {key}={one}" for key, one in (ON_FARGATE | VOLUME).items()),
            }
        },
    }
    state = {"Type": "Task", "Resource": "arn:aws:states:::emr-containers:startJobRun.sync", "Parameters": parameters}
    stepfunctions.CfnStateMachine(
        app.stack,
        "Nightly",
        role_arn="arn:aws:iam::111122223333:role/states",
        definition_string=app.stack.to_json_string({"StartAt": "Run", "States": {"Run": state | {"End": True}}}),
    )


@pytest.mark.parametrize(("namespace", "is_found"), [("spark-jobs", True), ("other", False)])
def test_a_state_machine_is_planned_on_the_virtual_cluster_that_it_refers_to(
    namespace: str, is_found: bool, make: Make
) -> None:
    app = make()
    clusters = app.add_cluster("other", "spark-jobs")
    state_machine(app, clusters[namespace].attr_id)
    stepfunctions.CfnStateMachine(
        app.stack, "Other", role_arn="arn:aws:iam::111122223333:role/states", definition_string="not JSON: {"
    )
    codes = found(app.synthesize(fails=is_found))
    assert codes.get("FARGATE_VOLUME") == (("error", ["Spark/Nightly"]) if is_found else None)
    assert "NOT_PLANNED" not in codes


def request_file(folder: Path, spark: dict[str, str]) -> Path:
    parameters = " ".join(f"--conf {key}={value}" for key, value in spark.items())
    driver = {"entryPoint": "s3://code/a.py", "sparkSubmitParameters": parameters}
    request = {
        "virtualClusterId": "<virtual-cluster-id of spark-jobs>",
        "executionRoleArn": "arn:aws:iam::111122223333:role/spark-jobs",
        "releaseLabel": "emr-7.12.0-latest",
        "jobDriver": {"sparkSubmitJobDriver": driver},
    }
    file = folder / "run.json"
    file.write_text(json.dumps(request))
    return file


def test_a_request_of_a_file_is_planned_too(make: Make, tmp_path: Path) -> None:
    app = make(requests=[request_file(tmp_path, ON_FARGATE | VOLUME), tmp_path / "none.json"])
    app.add_cluster("spark-jobs")
    report = app.synthesize(fails=True)
    assert found(report)["FARGATE_VOLUME"] == ("error", ["Spark/Profile"])
    assert found(report)["NOT_PLANNED"] == ("error", [""])
    assert any(one["description"].startswith(str(tmp_path / "run.json")) for one in report["violations"])


def test_a_file_that_is_acknowledged_for_the_app(make: Make, tmp_path: Path) -> None:
    app = make(requests=[tmp_path / "none.json"])
    app.add_cluster("spark-jobs")
    cdk.Validations.of(app.app).acknowledge(cdk.Acknowledgment(id=f"{PLUGIN}::NOT_PLANNED", reason="written later"))
    assert found(app.synthesize()) == {}


def test_an_app_without_job_runs_is_silent(make: Make) -> None:
    for region in ("us-east-1", None):
        app = make(region=region)
        app.add_cluster("spark-jobs")
        assert app.synthesize() == {}


def test_an_app_that_cant_be_read_gets_a_warning(make: Make) -> None:
    """Its region is left to the deployment."""
    app = make(region=None)
    app.add_cluster("spark-jobs")
    app.add_job("Volume", ON_FARGATE | VOLUME)
    report = app.synthesize()
    assert found(report) == {"NOT_PLANNED": ("warning", [""])}
    assert "region" in report["violations"][0]["description"]


def test_an_app_without_the_cluster_takes_an_environment(make: Make) -> None:
    app = make()
    app.add_job("Volume", VOLUME)
    assert found(app.synthesize()) == {"NOT_PLANNED": ("warning", ["Spark/Volume"])}
    app = make(environment=load_environment(ROOT / "environments/dev.yaml"))
    app.add_job("Volume", ON_FARGATE | VOLUME)
    assert found(app.synthesize(fails=True))["FARGATE_VOLUME"] == ("error", ["Spark/Volume"])


def test_nothing_is_said_while_context_is_missing(make: Make) -> None:
    """The CDK CLI looks it up and synthesizes again; a failure would keep it from that."""
    app = make(context={"@aws-cdk/core:enablePartitionLiterals": True})
    app.add_cluster("spark-jobs")
    app.add_job("Volume", ON_FARGATE | VOLUME)
    stack = cdk.Stack(app.app, "Lookup", env=cdk.Environment(account="111122223333", region="us-east-1"))
    ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="vpc-1")
    assert app.synthesize() == {}


def test_stacks_of_stages_count(make: Make) -> None:
    app = make()
    app.add_cluster("spark-jobs")
    stage = cdk.Stage(app.app, "Prod")
    staged = App.__new__(App)
    staged.app, staged.region, staged.folder = app.app, app.region, app.folder
    staged.stack = cdk.Stack(stage, "Spark", env=cdk.Environment(region="us-east-1"))
    staged.add_cluster("spark-jobs")
    staged.add_job("Volume", ON_FARGATE | VOLUME)
    codes = found(app.synthesize(fails=True))
    assert codes["FARGATE_VOLUME"] == ("error", ["Prod/Spark/Volume"])


def test_job_templates_of_nested_stacks_count(make: Make) -> None:
    app = make(context={"aws:cdk:enable-asset-metadata": True})
    app.add_cluster("spark-jobs")
    nested = cdk.NestedStack(app.stack, "Nested")
    app.add_job("Volume", ON_FARGATE | VOLUME, nested)
    assert found(app.synthesize(fails=True))["FARGATE_VOLUME"] == ("error", ["Spark/Nested/Volume"])


def test_of_a_stage_only_its_stacks_are_checked(tmp_path: Path) -> None:
    app = App(tmp_path, PlacementChecks())
    app.add_cluster("spark-jobs")
    stage = cdk.Stage(app.app, "Prod")
    cdk.Stack(stage, "Empty", env=cdk.Environment(region="us-east-1"))
    assert app.synthesize() == {}
    only = cdk.App(outdir=str(tmp_path / "only"), analytics_reporting=False, builtin_cloud_formation_validation=False)
    staged = App.__new__(App)
    staged.app, staged.region, staged.folder = only, "us-east-1", tmp_path
    staged.stack = cdk.Stack(only, "Spark", env=cdk.Environment(region="us-east-1"))
    staged.add_cluster("spark-jobs")
    staged.add_job("Volume", ON_FARGATE | VOLUME)
    of_stage = cdk.Stage(only, "Prod")
    cdk.Stack(of_stage, "Empty", env=cdk.Environment(region="us-east-1"))
    cdk.Validations.of(of_stage).add_plugins(PlacementChecks())
    only.synth()


def test_the_findings_of_an_environments_app_are_those_of_its_plans(tmp_path: Path) -> None:
    """Its job templates, whose pod templates it uploads, have in its assembly the errors and warnings that `plan` finds."""
    environment = changed_environment(tmp_path)
    folder = synthesize(environment, tmp_path / "cdk.out")
    findings = findings_of_definitions(load_stacks(folder))
    assert {one.code for one in findings if one.code == NOT_PLANNED} == set()
    capacity = capacity_of(environment)
    deployed = DeployedVirtualCluster(
        virtual_cluster_id="0123456789abcdefghijklmno",
        execution_role_arn="arn:aws:iam::111122223333:role/spark-jobs",
        bucket="example",
        log_group_name="/spark",
    )
    expected = set()
    for job, placement in job_placements(environment):
        one = check_job_run(environment, job, placement, capacity=capacity).definition(deployed)
        made = plan(one.request, one.templates, capacity, namespace="spark-jobs")
        expected |= {(f"{job}-in-{placement}-template", problem.code) for problem in made.problems}
    assert expected
    assert {(one.definition.split("/")[-1], one.code) for one in findings} == expected


def test_the_python_of_the_page_adds_the_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (text,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/review.md").read_text(), re.DOTALL)
    folder = tmp_path / "job-runs"
    folder.mkdir()
    request_file(folder, ON_FARGATE | VOLUME).rename(folder / "nightly.json")
    monkeypatch.chdir(tmp_path)
    app = App(tmp_path, PlacementChecks())
    app.add_cluster("spark-jobs")
    assert app.synthesize() == {}
    app = App(tmp_path, PlacementChecks())
    exec(text, {"app": app.app})  # noqa: S102 - our own text
    app.add_cluster("spark-jobs")
    with pytest.raises(RuntimeError, match="FARGATE_VOLUME"):
        app.app.synth()
