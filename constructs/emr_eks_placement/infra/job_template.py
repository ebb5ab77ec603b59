"""A job-run definition as AWS::EMRContainers::JobTemplate."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_emrcontainers as emrcontainers
from constructs import Construct

from emr_eks_placement.emr.request import Monitoring, Request
from emr_eks_placement.job.parameters import JobParameter
from emr_eks_placement.spark.configuration import classifications

_Template = emrcontainers.CfnJobTemplate


def job_template(
    scope: Construct, id_: str, *, name: str, request: dict[str, Any], parameters: Mapping[str, JobParameter]
) -> emrcontainers.CfnJobTemplate:
    """Creates the job template of a StartJobRun request from `define`. name: at most 64 characters; parameters: those
    that the request contains as ${NAME}.

    A template has neither the name of a job run nor its virtual cluster: the caller of StartJobRun sets them.
    """
    spark_submit = request["jobDriver"]["sparkSubmitJobDriver"]
    return _Template(
        scope,
        id_,
        name=name,
        job_template_data=_Template.JobTemplateDataProperty(
            execution_role_arn=request["executionRoleArn"],
            release_label=request["releaseLabel"],
            job_driver=_Template.JobDriverProperty(
                spark_submit_job_driver=_Template.SparkSubmitJobDriverProperty(
                    entry_point=spark_submit["entryPoint"],
                    entry_point_arguments=spark_submit.get("entryPointArguments"),
                    spark_submit_parameters=spark_submit["sparkSubmitParameters"],
                )
            ),
            configuration_overrides=_overrides(request),
            parameter_configuration={
                parameter: _Template.TemplateParameterConfigurationProperty(type=one.type, default_value=one.default)
                for parameter, one in parameters.items()
            }
            or None,
        ),
    )


def _overrides(request: dict[str, Any]) -> emrcontainers.CfnJobTemplate.ParametricConfigurationOverridesProperty:
    application = [
        _Template.ConfigurationProperty(classification=name, properties=properties)
        for name, properties in classifications(request)
    ]
    monitoring = Request(request).monitoring
    return _Template.ParametricConfigurationOverridesProperty(
        application_configuration=application or None,
        monitoring_configuration=_monitoring(monitoring) if monitoring != Monitoring() else None,
    )


def _monitoring(monitoring: Monitoring) -> emrcontainers.CfnJobTemplate.ParametricMonitoringConfigurationProperty:
    return _Template.ParametricMonitoringConfigurationProperty(
        cloud_watch_monitoring_configuration=_Template.ParametricCloudWatchMonitoringConfigurationProperty(
            log_group_name=monitoring.log_group, log_stream_name_prefix=monitoring.stream_prefix
        )
        if monitoring.log_group is not None
        else None,
        s3_monitoring_configuration=_Template.ParametricS3MonitoringConfigurationProperty(log_uri=monitoring.log_uri)
        if monitoring.log_uri is not None
        else None,
        persistent_app_ui=monitoring.app_ui,
    )
