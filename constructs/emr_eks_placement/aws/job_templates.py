"""StartJobRun requests that leave to a job template what decides placement."""

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
    """The StartJobRun request with what its job template holds instead of jobTemplateId and jobTemplateParameters.

    Fields of the request win over the template's; a parameter's value is the request's, else its default. A request
    without a job template is returned as it is.

    Raises RuleError, with the field as path, where there is no such template and for a parameter without a value;
    InputError where AWS can't be asked (emr-containers:DescribeJobTemplate).
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
