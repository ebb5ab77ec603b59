"""StartJobRun requests of Airflow and ACK.

Sources: Airflow's provider for Amazon, EmrContainerOperator; AWS Controllers for Kubernetes, JobRun of emrcontainers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from emr_eks_placement.common.errors import RuleError, below
from emr_eks_placement.emr.placeholders import virtual_cluster_placeholder
from emr_eks_placement.emr.request_formats.form import Form, FoundRequest, spelled, with_keys
from emr_eks_placement.emr.request_model import REQUEST, SHAPES, Record
from emr_eks_placement.emr.request_text import value_of
from emr_eks_placement.emr.spelling import ANY_CASE, SNAKE

_ACK = "emrcontainers.services.k8s.aws/"
# Airflow's names that differ from the API's.
_AIRFLOW = {"client_request_token": "client_token"}
_AIRFLOW_ATTEMPTS = "job_retry_max_attempts"


def _airflow(data: Any) -> Iterator[FoundRequest]:
    record = SHAPES[REQUEST]
    known = SNAKE.names(REQUEST, record) if isinstance(record, Record) else {}
    named = {_AIRFLOW.get(str(key), str(key)): value for key, value in data.items()}
    request = {key: value for key, value in named.items() if key in known}
    found = spelled(request, "the arguments of Airflow's EmrContainerOperator", SNAKE)
    if named.get(_AIRFLOW_ATTEMPTS) is not None:
        found.data["retryPolicyConfiguration"] = {"maxAttempts": named[_AIRFLOW_ATTEMPTS]}
    ignored = (key for key in named if key not in request and key != _AIRFLOW_ATTEMPTS)
    yield replace(found, ignored=tuple(ignored))


def _is_ack(data: Any) -> bool:
    return isinstance(data, Mapping) and data.get("kind") == "JobRun" and str(data.get("apiVersion")).startswith(_ACK)


def _ack(data: Any) -> Iterator[FoundRequest]:
    spec = data.get("spec")
    if not isinstance(spec, Mapping):
        raise RuleError(spec, "a JobRun has a spec (ACK, emrcontainers)", "Write the request below it", path=("spec",))
    request = dict(spec)
    reference = request.pop("virtualClusterRef", None)
    overrides = request.get("configurationOverrides")
    with below("spec", "configurationOverrides"):
        if isinstance(overrides, str):
            request["configurationOverrides"] = value_of(overrides) if overrides.strip() else None
    if isinstance(reference, Mapping) and isinstance(reference.get("from"), Mapping):
        request.setdefault("virtualClusterId", virtual_cluster_placeholder(str(reference["from"].get("name"))))
    yield spelled(request, "a JobRun of ACK", ANY_CASE, "spec")


def _is_list(data: Any) -> bool:
    return isinstance(data, Mapping) and data.get("kind") == "List" and isinstance(data.get("items"), list)


def _list(data: Any) -> Iterator[FoundRequest]:
    for index, one in enumerate(data["items"]):
        if _is_ack(one):
            name = (one.get("metadata") or {}).get("name") or index + 1
            yield from (found.below("items", index, name=str(name)) for found in _ack(one))


ACK = (
    Form("a JobRun of ACK", _is_ack, _ack),
    Form("a List of ACK's JobRuns", _is_list, _list),
)
AIRFLOW = (Form("the arguments of Airflow's EmrContainerOperator", with_keys("job_driver", "release_label"), _airflow),)
