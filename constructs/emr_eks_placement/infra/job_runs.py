"""Job-run definitions: every job of an environment in each of its placements, ready to be started."""

import json
from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import Annotations, RemovalPolicy, Stack, Token
from aws_cdk import aws_emrcontainers as emrcontainers
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from emr_eks_placement.definition import DeployedVirtualCluster, JobRunDefinition, define_job_run
from emr_eks_placement.environment import Environment, PlacementChoice
from emr_eks_placement.errors import RuleError
from emr_eks_placement.facts import regions
from emr_eks_placement.infra.job_files import JobPlacement, deploy_job_files
from emr_eks_placement.infra.job_template import job_template
from emr_eks_placement.infra.marked_folder import mark
from emr_eks_placement.infra.schedules import Schedules
from emr_eks_placement.infra.state_machines import StateMachines
from emr_eks_placement.names import definition_parameter, definitions_folder, physical_name

_LARGEST_PARAMETER = 8192  # bytes; SSM PutParameter, advanced tier
# As long as the names get that CloudFormation makes up.
_LONGEST_NAMES = DeployedVirtualCluster(
    virtual_cluster_id="v" * 25,
    execution_role_arn=f"arn:aws-us-gov:iam::{'1' * 12}:role/{'r' * 64}",
    bucket="b" * 63,
    log_group_name="l" * 128,
    log_uri=f"s3://{'b' * 63}/logs/{'v' * 40}/",
)


class JobRuns(Construct):
    """Definitions of every job by placement, keyed by (job, placement), with what they name uploaded to the bucket.

    Each definition is a Python object (`definitions`), an object job-runs/JOB/PLACEMENT.json in the bucket, an SSM
    parameter /emr-eks-placement/ENVIRONMENT/job-runs/JOB/PLACEMENT (`parameters`) and, where the region has them, a
    job template (`job_templates`). `start_commands`: the AWS CLI command that starts each. `state_machines` and
    `schedules`, None where no placement asks for one, run them.

    deployed: of each virtual cluster by name. removal_policy, encryption_key: of the log group of the state machines, one
    that CloudWatch Logs may use. Raises RuleError, with the path in the environment, when a definition
    can't be made or is too large for a parameter.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        deployed: Mapping[str, DeployedVirtualCluster],
        bucket: s3.IBucket,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        encryption_key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._environment = environment
        self.definitions = self._define_all(deployed)
        self.parameters: dict[JobPlacement, ssm.StringParameter] = {}
        self.job_templates: dict[JobPlacement, emrcontainers.CfnJobTemplate] = {}
        self.start_commands: dict[JobPlacement, str] = {}
        longest = {name: _with_longest_names(virtual_cluster) for name, virtual_cluster in deployed.items()}
        for run, sample in self._define_all(longest).items():
            text = _parameter_text(sample)
            _check_fits_a_parameter(text, run)
            self._add_parameter(run)
            self._add_job_template(run, deployed, takes_parameters="${" in text)
        self.state_machines = self._state_machines(deployed, removal_policy, encryption_key)
        self.schedules = self._schedules(deployed)
        self.deployment = self._deploy(deployed, bucket) if self.definitions else None

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Lets the grantee read every definition, each from its SSM parameter."""
        folder = definitions_folder(self._environment.name)
        parameters = Stack.of(self).format_arn(service="ssm", resource="parameter", resource_name=f"{folder[1:]}/*")
        return iam.Grant.add_to_principal(grantee=grantee, actions=["ssm:GetParameter"], resource_arns=[parameters])

    def _define_all(self, deployed: Mapping[str, DeployedVirtualCluster]) -> dict[JobPlacement, JobRunDefinition]:
        return {
            (name, placement): define_job_run(self._environment, name, placement, deployed[job.virtual_cluster])
            for name, job in self._environment.jobs.items()
            for placement in job.placements
        }

    def _add_parameter(self, run: JobPlacement) -> None:
        name = definition_parameter(self._environment.name, *run)
        self.parameters[run] = ssm.StringParameter(
            self,
            "-in-".join(run),
            parameter_name=name,
            description=f"StartJobRun request: {run[0]} in placement {run[1]}",
            string_value=_parameter_text(self.definitions[run]),
            tier=ssm.ParameterTier.INTELLIGENT_TIERING,
        )
        region = self._environment.region
        self.start_commands[run] = (
            f"aws emr-containers start-job-run --region {region} --cli-input-json "
            f'"$(aws ssm get-parameter --region {region} --name {name} --query Parameter.Value --output text)"'
        )

    def _add_job_template(
        self, run: JobPlacement, deployed: Mapping[str, DeployedVirtualCluster], *, takes_parameters: bool
    ) -> None:
        if not regions.has_job_templates(self._environment.region):
            return
        id_ = f"{'-in-'.join(run)}-template"
        if takes_parameters:
            Annotations.of(self).add_warning_v2(
                f"emr-eks-placement:{id_}",
                f"No job template of {run[0]} in placement {run[1]}: EMR would take its ${{…}} for a template parameter.",
            )
            return
        job = self._environment.jobs[run[0]]
        definition = self.definitions[run]
        if job.parameters:
            definition = define_job_run(self._environment, *run, deployed[job.virtual_cluster], keep_parameters=True)
        self.job_templates[run] = job_template(
            self,
            id_,
            name=physical_name(self._environment.name, *run),
            request=definition.request,
            parameters=job.parameters,
        )

    def _choices(self) -> dict[JobPlacement, PlacementChoice]:
        jobs = self._environment.jobs
        return {(job, placement): jobs[job].placements[placement] for job, placement in self.definitions}

    def _state_machines(
        self,
        deployed: Mapping[str, DeployedVirtualCluster],
        removal_policy: RemovalPolicy,
        encryption_key: kms.IKey | None,
    ) -> StateMachines | None:
        settings = {run: one.state_machine for run, one in self._choices().items() if one.state_machine is not None}
        if not settings:
            return None
        return StateMachines(
            self,
            "StateMachines",
            settings=settings,
            environment=self._environment,
            deployed=deployed,
            definitions=self.definitions,
            removal_policy=removal_policy,
            encryption_key=encryption_key,
        )

    def _schedules(self, deployed: Mapping[str, DeployedVirtualCluster]) -> Schedules | None:
        settings = {run: one.schedule for run, one in self._choices().items() if one.schedule is not None}
        if not settings:
            return None
        return Schedules(
            self,
            "Schedules",
            settings=settings,
            environment=self._environment,
            deployed=deployed,
            definitions=self.definitions,
            state_machines=self.state_machines.state_machines if self.state_machines else {},
        )

    def _deploy(
        self, deployed: Mapping[str, DeployedVirtualCluster], bucket: s3.IBucket
    ) -> s3_deployment.BucketDeployment:
        marked = {name: mark(name, virtual_cluster) for name, virtual_cluster in deployed.items()}
        return deploy_job_files(
            self,
            "Files",
            bucket=bucket,
            jobs=self._environment.jobs.values(),
            definitions=self._define_all({name: virtual_cluster for name, (virtual_cluster, _) in marked.items()}),
            markers={marker: value for _, markers in marked.values() for marker, value in markers.items()},
        )


def _with_longest_names(deployed: DeployedVirtualCluster) -> DeployedVirtualCluster:
    """The virtual cluster with names as long as they get, but for those that are given."""
    given = {"execution_role_arn": deployed.execution_role_arn, "log_group_name": deployed.log_group_name}
    known = {field: value for field, value in given.items() if value and not Token.is_unresolved(value)}
    arns = {
        role: _LONGEST_NAMES.execution_role_arn if Token.is_unresolved(arn) else arn
        for role, arn in deployed.execution_role_arns.items()
    }
    return replace(_LONGEST_NAMES, **known, execution_role_arns=arns)


def _parameter_text(definition: JobRunDefinition) -> str:
    """The request as JSON. SSM refuses values with {{…}}, which Spark knows ({{EXECUTOR_ID}}), so one { is escaped."""
    return json.dumps(definition.request, separators=(",", ":")).replace("{{", "{\\u007b")


def _check_fits_a_parameter(text: str, run: JobPlacement) -> None:
    size = len(text.encode())
    if size > _LARGEST_PARAMETER:
        raise RuleError(
            f"{size} bytes",
            f"the definition in placement {run[1]} is an SSM parameter of at most {_LARGEST_PARAMETER} bytes "
            "(SSM PutParameter)",
            "Move arguments or spark_conf into a file that the application reads",
            path=("jobs", run[0]),
        )
