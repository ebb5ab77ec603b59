"""define: turns a job and a placement into a StartJobRun request and its pod templates."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.definition.deployed import DeployedVirtualCluster, placeholders_of
from emr_eks_placement.definition.mechanism import Mechanism, express, with_capacity_labels
from emr_eks_placement.definition.placeable import (
    check_accepted,
    check_base_template,
    check_placeable,
    check_whole,
    check_zone,
)
from emr_eks_placement.emr.request import START_TIMEOUT, template_property
from emr_eks_placement.environment import Environment, VirtualCluster, capacity_of
from emr_eks_placement.environment.virtual_cluster import Logs
from emr_eks_placement.facts import emr
from emr_eks_placement.job.job import Job
from emr_eks_placement.job.placement import ROLES, NodeSelection, Placement
from emr_eks_placement.planning import Plan, plan
from emr_eks_placement.pod_template.build import PodTemplate
from emr_eks_placement.pod_template.rules import TemplateRole
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.spark.configuration import classification


@dataclass(frozen=True)
class JobRunDefinition:
    """A StartJobRun request body, and the pod templates that must be in the bucket before the run starts."""

    request: dict[str, Any]
    pod_templates: tuple[PodTemplate, ...]

    @property
    def templates(self) -> Mapping[str, Mapping[str, Any]]:
        """The data of the pod templates by their URI in the request, as `plan` takes them."""
        properties = classification(self.request, "spark-defaults")
        return {properties[template_property(one.role)]: one.content for one in self.pod_templates}


@dataclass(frozen=True)
class CheckedRun:
    """A job in a placement whose pods land as wanted. Creates definitions for any deployment without planning again.

    execution_role: as in `define`; plan: where the pods land.
    """

    job: Job
    execution_role: str | None
    settings: VirtualCluster
    mechanism: Mechanism
    plan: Plan

    def definition(
        self,
        deployed: DeployedVirtualCluster,
        *,
        pod_template_uris: Mapping[TemplateRole, str] | None = None,
        keep_parameters: bool = False,
    ) -> JobRunDefinition:
        """Returns the definition with the deployed names. The other arguments are those of `define`."""
        job = self.job if keep_parameters else self.job.with_defaults
        uris = _uris(self.mechanism, deployed, pod_template_uris)
        request = _request(job, self.execution_role, self.settings, self.mechanism, deployed, uris)
        return JobRunDefinition(request, tuple(self.mechanism.pod_templates.values()))


def define(
    job: Job,
    placement: Placement,
    environment: Environment,
    *,
    virtual_cluster: str,
    execution_role: str | None = None,
    deployed: DeployedVirtualCluster | None = None,
    node_selection: NodeSelection | None = None,
    pod_template_uris: Mapping[TemplateRole, str] | None = None,
    keep_parameters: bool = False,
    capacity: Capacity | None = None,
) -> JobRunDefinition:
    """Returns the definition with which a job's pods land as the placement requires.

    virtual_cluster: its name in the environment; execution_role: the name of one of its further execution roles;
    deployed: placeholders by default; node_selection: by default in pod templates, if the release supports them;
    pod_template_uris: where the templates are, by default under keys with a hash of the content in the bucket;
    keep_parameters: whether the job's parameters stay as ${NAME}, as in a job template, or get their defaults;
    capacity: the environment's, shared by many definitions; computed by default.

    Raises RuleError, with a path from ("placement", …) or ("job", …), if the environment can't place a pod as required
    or the release can't express it.
    """
    if deployed is None:
        deployed = placeholders_of(virtual_cluster)
    checked = check_run(
        job,
        placement,
        environment,
        virtual_cluster=virtual_cluster,
        execution_role=execution_role,
        deployed=deployed,
        node_selection=node_selection,
        pod_template_uris=pod_template_uris,
        capacity=capacity,
    )
    return checked.definition(deployed, pod_template_uris=pod_template_uris, keep_parameters=keep_parameters)


def check_run(
    job: Job,
    placement: Placement,
    environment: Environment,
    *,
    virtual_cluster: str,
    execution_role: str | None = None,
    deployed: DeployedVirtualCluster | None = None,
    node_selection: NodeSelection | None = None,
    pod_template_uris: Mapping[TemplateRole, str] | None = None,
    capacity: Capacity | None = None,
) -> CheckedRun:
    """Checks a run, from which definitions can be created. Arguments and errors are those of `define`.

    In the plan, a job's parameters have their defaults: no property that decides placement contains one.
    """
    if deployed is None:
        deployed = placeholders_of(virtual_cluster)
    capacity = capacity or capacity_of(environment)
    for role in ROLES:
        check_zone(role, placement.of(role), capacity)
    asked = with_capacity_labels(placement, capacity)
    mechanism = express(job, asked, node_selection, environment.cluster.version, folder=virtual_cluster)
    settings = _settings(environment, virtual_cluster)
    uris = _uris(mechanism, deployed, pod_template_uris)
    request = _request(job.with_defaults, execution_role, settings, mechanism, deployed, uris)
    for name, template in mechanism.pod_templates.items():
        check_base_template(name, template.content, placement.of(name))
    templates = {uris[name]: template.content for name, template in mechanism.pod_templates.items()}
    with below("job", "spark_conf"):
        planned = plan(request, templates, capacity, namespace=settings.namespace)
    check_accepted(planned)
    for pod in planned.pods:
        check_placeable(pod, placement.of(pod.role), capacity)
    check_whole(planned)
    return CheckedRun(job, execution_role, settings, mechanism, planned)


def _uris(
    mechanism: Mechanism, deployed: DeployedVirtualCluster, other: Mapping[TemplateRole, str] | None
) -> dict[TemplateRole, str]:
    return {name: deployed.uri(one.key) for name, one in mechanism.pod_templates.items()} | dict(other or {})


def _request(
    job: Job,
    execution_role: str | None,
    settings: VirtualCluster,
    mechanism: Mechanism,
    deployed: DeployedVirtualCluster,
    uris: Mapping[TemplateRole, str],
) -> dict[str, Any]:
    return {
        "name": job.name,
        "virtualClusterId": deployed.virtual_cluster_id,
        "executionRoleArn": deployed.role_arn(execution_role),
        "releaseLabel": job.release_label,
        "jobDriver": {"sparkSubmitJobDriver": _job_driver(job, deployed)},
        "configurationOverrides": _configuration(job, mechanism, uris, _monitoring(job, deployed, settings.logs)),
    }


def _settings(environment: Environment, virtual_cluster: str) -> VirtualCluster:
    if virtual_cluster not in environment.virtual_clusters:
        raise RuleError(
            virtual_cluster,
            f"the environment's virtual clusters are {', '.join(environment.virtual_clusters) or 'none'}",
            "Name one of them",
            path=("job", "virtual_cluster"),
        )
    return environment.virtual_clusters[virtual_cluster]


def _job_driver(job: Job, deployed: DeployedVirtualCluster) -> dict[str, Any]:
    driver: dict[str, Any] = {"entryPoint": deployed.location(job.entry_point)}
    if job.arguments:
        driver["entryPointArguments"] = [deployed.location(argument) for argument in job.arguments]
    parameters = ["--class", job.main_class] if job.main_class else []
    for key, value in size_properties(job).items():
        parameters += ["--conf", f"{key}={value}"]
    return driver | {"sparkSubmitParameters": shlex.join(parameters)}


def size_properties(job: Job) -> dict[str, str]:
    """Returns the Spark properties of a job's size, in the order of the parameters."""
    properties = {
        "spark.driver.cores": job.driver.cores,
        "spark.executor.memory": job.executors.memory,
        "spark.driver.memory": job.driver.memory,
        "spark.executor.cores": job.executors.cores,
        "spark.executor.instances": job.executors.instances,
        "spark.driver.memoryOverhead": job.driver.memory_overhead,
        "spark.executor.memoryOverhead": job.executors.memory_overhead,
    }
    return {key: str(value) for key, value in properties.items() if value is not None}


def _configuration(
    job: Job, mechanism: Mechanism, uris: Mapping[TemplateRole, str], monitoring: Mapping[str, Any]
) -> dict[str, Any]:
    spark_defaults = {
        **job.spark_conf,
        **mechanism.spark_properties,
        **{template_property(role): uri for role, uri in uris.items() if role in mechanism.pod_templates},
    }
    classifications = {
        "spark-defaults": spark_defaults,
        "emr-job-submitter": dict(mechanism.submitter_properties),
        "emr-containers-defaults": {} if job.start_timeout is None else {START_TIMEOUT: str(job.start_timeout)},
    }
    for name, properties in classifications.items():
        if len(properties) > emr.MOST_PROPERTIES:
            raise RuleError(
                f"{len(properties)} properties",
                f"classification {name} holds at most {emr.MOST_PROPERTIES}, the placement's included "
                "(emr-containers SensitivePropertiesMap)",
                "Set some in the application, or drop what equals Spark's default",
                path=("job", "spark_conf"),
            )
    _check_no_blank_value(classifications)
    application = [
        {"classification": name, "properties": properties} for name, properties in classifications.items() if properties
    ]
    return {
        **({"applicationConfiguration": application} if application else {}),
        **({"monitoringConfiguration": monitoring} if monitoring else {}),
    }


def _check_no_blank_value(classifications: Mapping[str, Mapping[str, str]]) -> None:
    for properties in classifications.values():
        for key, value in properties.items():
            if not value.strip():
                raise RuleError(
                    f"{key}={value}",
                    "a property value can't be blank (emr-containers RequestIdentityString), so no node label without a value "
                    "can be asked for this way",
                    "Give the node label a value, or ask for it by pod template",
                    path=("placement", "submitter" if key.startswith("jobsubmitter.") else "driver"),
                )


def _monitoring(job: Job, deployed: DeployedVirtualCluster, logs: Logs) -> dict[str, Any]:
    monitoring: dict[str, Any] = {} if logs.persistent_app_ui else {"persistentAppUI": "DISABLED"}
    if deployed.log_group_name is not None:
        monitoring["cloudWatchMonitoringConfiguration"] = {
            "logGroupName": deployed.log_group_name,
            "logStreamNamePrefix": deployed.log_stream_name_prefix or job.name,
        }
    if deployed.log_uri is not None:
        monitoring["s3MonitoringConfiguration"] = {"logUri": deployed.log_uri}
    return monitoring
