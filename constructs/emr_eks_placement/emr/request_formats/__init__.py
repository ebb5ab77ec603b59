"""The forms in which people keep StartJobRun requests, and how to read each."""

from collections.abc import Mapping
from typing import Any

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.emr.request_formats.answers import ANSWERS, REQUESTS
from emr_eks_placement.emr.request_formats.cloudformation import CLOUDFORMATION
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest
from emr_eks_placement.emr.request_formats.job_templates import JOB_TEMPLATES
from emr_eks_placement.emr.request_formats.others import ACK, AIRFLOW
from emr_eks_placement.emr.request_formats.workflows import PASCAL_REQUESTS, STATE_FORMS
from emr_eks_placement.emr.request_model import REQUEST

__all__ = ["FORMS", "Form", "FoundRequest", "is_other_object", "requests_in"]

FORMS = (
    *ACK,
    *JOB_TEMPLATES,
    *ANSWERS,
    *STATE_FORMS,
    *CLOUDFORMATION,
    *AIRFLOW,
    *PASCAL_REQUESTS,
    *REQUESTS,
)
"""Every known form; data has the first one that matches."""


def requests_in(data: Any) -> list[FoundRequest]:
    """Returns the requests in data of any known form.

    Raises RuleError, with the path in the data, for an unknown form, and for a value that decides pods and is not known
    yet.
    """
    form = next((one for one in FORMS if one.fits(data)), None)
    if form is None:
        raise _unknown_form(data)
    found = list(form.requests(data))
    if not found:
        raise RuleError(None, f"{form.words} without a StartJobRun request in it", "Name a file that has one")
    return found


def _unknown_form(data: Any) -> RuleError:
    value = None if isinstance(data, Mapping) else data
    keys = f"with the keys {', '.join(map(str, list(data)[:5]))}" if isinstance(data, Mapping) and data else ""
    rule = f"is none of the requests that are read {keys}".rstrip()
    return RuleError(value, f"{rule} ({REQUEST})", f"Write one of these: {'; '.join(form.words for form in FORMS)}")


def is_other_object(data: Any) -> bool:
    """Returns whether data is a Kubernetes object that starts no job run, such as the Namespace beside ACK's JobRun."""
    return (
        isinstance(data, Mapping) and "apiVersion" in data and "kind" in data and not any(one.fits(data) for one in ACK)
    )
