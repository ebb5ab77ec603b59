"""Resolves StartJobRun requests that use a job template."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from emr_eks_placement.aws.errors import aws_errors
from emr_eks_placement.aws.session import client
from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.job_template import with_job_template

if TYPE_CHECKING:
    from types_boto3_emr_containers import EMRContainersClient


def resolve_job_template(session: boto3.Session, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the StartJobRun request with the content of its job template in place of jobTemplateId and
    jobTemplateParameters.

    Fields of the request override those of the template; a parameter has the request's value, or its default. A request
    without a job template is returned unchanged.

    Raises RuleError, with the field as path, if the template does not exist or a parameter has no value; InputError if
    AWS does not answer (emr-containers:DescribeJobTemplate).
    """
    if "jobTemplateId" not in request:
        return request
    return with_job_template(request, _template_data(session, request["jobTemplateId"]))


def _template_data(session: boto3.Session, identifier: str) -> Mapping[str, Any]:
    with aws_errors(f"job template {identifier}"):
        emr: EMRContainersClient = client(session, "emr-containers")
        try:
            return emr.describe_job_template(id=identifier)["jobTemplate"]["jobTemplateData"]
        except emr.exceptions.ResourceNotFoundException:
            rule = f"{emr.meta.region_name} has no job template of this id (emr-containers:DescribeJobTemplate)"
            fix = "Check the id, the region and the account"
            raise RuleError(identifier, rule, fix, path=("jobTemplateId",)) from None
