"""The operations of the EMR on EKS API."""

import asyncio
import logging
import threading
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.emr_containers import access
from local.aws.emr_containers.identifiers import arn, new_id
from local.aws.emr_containers.job_runs import FailureReason, JobRun, JobRunner, JobRunState
from local.aws.emr_containers.job_templates import JobTemplate, JobTemplates
from local.aws.emr_containers.namespace_access import SERVICE_PRINCIPAL, NamespaceAccess
from local.aws.emr_containers.virtual_clusters import VirtualCluster, VirtualClusters
from local.aws.errors import ApiError, not_found, validation_error
from local.aws.ministack import account, state
from local.aws.ministack.services import Response, error_response, json_response
from local.aws.model_validation import summary, violations
from local.aws.rest_json import Operation, Request, RestJsonService, page

SERVICE = "emr-containers"
_LOG = logging.getLogger(__name__)


class EmrContainers:
    """The EMR on EKS service of one account and region; accepted job runs go to `job_runner`."""

    def __init__(self, job_runner: JobRunner, access: NamespaceAccess | None = None) -> None:
        self._job_runner = job_runner
        self._starting = threading.Lock()
        self._runs: dict[str, JobRun] = {}
        self._run_of_token: dict[tuple[str, str], JobRun] = {}  # by virtual cluster and client token
        self.virtual_clusters = VirtualClusters(self._has_active_runs, access or NamespaceAccess())
        self._templates = JobTemplates()
        operations: dict[str, Operation] = {
            operation.__name__.title().replace("_", ""): operation
            for operation in (
                self.create_virtual_cluster, self.describe_virtual_cluster, self.list_virtual_clusters,
                self.delete_virtual_cluster, self.start_job_run, self.describe_job_run, self.list_job_runs,
                self.cancel_job_run, self.create_job_template, self.describe_job_template, self.list_job_templates,
                self.delete_job_template, self.tag_resource, self.untag_resource, self.list_tags_for_resource,
            )
        }  # fmt: skip
        self.api = RestJsonService(SERVICE, operations, "ValidationException")

    async def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, list[str]]
    ) -> Response:
        """Answer an HTTP request."""
        with state.called_by(headers):
            return await asyncio.to_thread(self._answer, method, path, body, query)

    def _answer(self, method: str, path: str, body: bytes, query: Mapping[str, list[str]]) -> Response:
        try:
            return json_response(self.api.call(method, path, body, query))
        except ApiError as error:
            _LOG.info("%s %s: %s: %s", method, path, error.code, error.message)
            return error_response(error)

    def create_virtual_cluster(self, request: Request, *, by_cloudformation: bool = False) -> Mapping[str, Any]:
        """CreateVirtualCluster."""
        if not by_cloudformation:
            _refuse_who_may_not(request)
        created = self.virtual_clusters.create(request, by_cloudformation=by_cloudformation)
        return {"id": created.id, "name": created.name, "arn": created.arn}

    def describe_virtual_cluster(self, request: Request) -> Mapping[str, Any]:
        """DescribeVirtualCluster."""
        found = self.virtual_clusters.get(request["id"])
        return {"virtualCluster": {**self.virtual_clusters.description(found), **self._scheduler_status(found)}}

    def list_virtual_clusters(self, request: Request) -> Mapping[str, Any]:
        """ListVirtualClusters."""
        described = [
            self.virtual_clusters.description(cluster)
            for cluster in self.virtual_clusters
            if request.get("containerProviderId", cluster.cluster_name) == cluster.cluster_name
            and _created_in_time(cluster.created_at, request)
        ]
        selected = [item for item in described if item["state"] in request.get("states", [item["state"]])]
        items, more = page(selected, request)
        return {"virtualClusters": items, **more}

    def delete_virtual_cluster(self, request: Request, *, by_cloudformation: bool = False) -> Mapping[str, Any]:
        """DeleteVirtualCluster."""
        self.virtual_clusters.delete(request["id"], by_cloudformation=by_cloudformation)
        return {"id": request["id"]}

    def _scheduler_status(self, cluster: VirtualCluster) -> Mapping[str, Any]:
        """Returns the status, which counts runs only if there are limits."""
        if "schedulerConfiguration" not in cluster.options:
            return {}
        states = Counter(run.state.value for run in self._runs_of(cluster.id))
        waiting, running = states["PENDING"] + states["SUBMITTED"], states["RUNNING"]
        return {"schedulerStatus": {"currentInQueueJobRuns": waiting, "currentConcurrentJobRuns": running}}

    def start_job_run(self, request: Request) -> Mapping[str, Any]:
        """StartJobRun: accept the run and hand it to the job runner, unless its role cannot reach what it names."""
        cluster = self.virtual_clusters.get(request["virtualClusterId"])
        with self._starting:
            token = (cluster.id, request["clientToken"])
            if token in self._run_of_token:
                return _started(self._run_of_token[token])
            self._refuse_for_a_full_queue(cluster)
            complete = self._complete_request(request, cluster)
            run = _new_run(complete, cluster)
            self._runs[run.id] = self._run_of_token[token] = run
        findings = access.findings(complete, cluster.namespace)
        if findings:
            _LOG.warning("job run %s: %s", run.id, findings)
            details = access.state_details(findings)
            run.set_state(JobRunState.FAILED, details=details, failure_reason=FailureReason.USER_ERROR)
        else:
            self._hand_over(run)
        return _started(run)

    def _refuse_for_a_full_queue(self, cluster: VirtualCluster) -> None:
        most = cluster.options.get("schedulerConfiguration", {}).get("maxInQueueJobRuns")
        if most is not None and self._scheduler_status(cluster)["schedulerStatus"]["currentInQueueJobRuns"] >= most:
            raise validation_error(f"Virtual cluster {cluster.id} has {most} job runs in its queue already")

    def _complete_request(self, request: Request, cluster: VirtualCluster) -> Request:
        state = self.virtual_clusters.state_of(cluster)
        if state != "RUNNING":
            raise validation_error(f"Virtual cluster {cluster.id} is not in RUNNING state but {state}")
        if "jobTemplateId" in request:
            request = self._templates.get(request["jobTemplateId"]).filled_in(request)
            problems = violations(SERVICE, "StartJobRun", request)
            if problems:
                raise validation_error(summary(problems))
        for member in ("executionRoleArn", "releaseLabel", "jobDriver"):
            if member not in request:
                raise validation_error(f"{member} is required")
        if len(request["jobDriver"]) != 1:
            raise validation_error("jobDriver: exactly one of sparkSubmitJobDriver and sparkSqlJobDriver is required")
        access.refuse_unknown_release(request["releaseLabel"])
        access.refuse_unusable_role(request["executionRoleArn"])
        return request

    def _hand_over(self, run: JobRun) -> None:
        try:
            self._job_runner.start(run)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the run must not stay PENDING
            _LOG.exception("the job runner could not start job run %s", run.id)
            details = f"the job runner could not start the run: {failure}"
            run.set_state(JobRunState.FAILED, details=details, failure_reason=FailureReason.INTERNAL_ERROR)

    def describe_job_run(self, request: Request) -> Mapping[str, Any]:
        """DescribeJobRun."""
        return {"jobRun": self._run(request).description()}

    def list_job_runs(self, request: Request) -> Mapping[str, Any]:
        """ListJobRuns, newest first."""
        self.virtual_clusters.get(request["virtualClusterId"])
        runs = [
            run
            for run in reversed(self._runs_of(request["virtualClusterId"]))
            if _created_in_time(run.created_at, request) and request.get("name") in {None, run.request.get("name")}
        ]
        items, more = page([run for run in runs if run.state in request.get("states", [run.state])], request)
        return {"jobRuns": [run.description() for run in items], **more}

    def cancel_job_run(self, request: Request) -> Mapping[str, Any]:
        """CancelJobRun."""
        run = self._run(request)
        if run.state == JobRunState.CANCEL_PENDING or not run.set_state(JobRunState.CANCEL_PENDING):
            raise validation_error(f"Job run {run.id} is not in a cancellable state: {run.state}")
        self._job_runner.cancel(run)
        return {"id": run.id, "virtualClusterId": run.virtual_cluster_id}

    def create_job_template(self, request: Request) -> Mapping[str, Any]:
        """CreateJobTemplate."""
        described = self._templates.create(request).description()
        return {member: described[member] for member in ("id", "name", "arn", "createdAt")}

    def describe_job_template(self, request: Request) -> Mapping[str, Any]:
        """DescribeJobTemplate."""
        return {"jobTemplate": self._templates.get(request["id"]).description()}

    def list_job_templates(self, request: Request) -> Mapping[str, Any]:
        """ListJobTemplates."""
        selected = [
            template.description() for template in self._templates if _created_in_time(template.created_at, request)
        ]
        items, more = page(selected, request)
        return {"templates": items, **more}

    def delete_job_template(self, request: Request) -> Mapping[str, Any]:
        """DeleteJobTemplate."""
        self._templates.delete(request["id"])
        return {"id": request["id"]}

    def tag_resource(self, request: Request) -> Mapping[str, Any]:
        """TagResource."""
        self._tagged(request).tags.update(request["tags"])
        return {}

    def untag_resource(self, request: Request) -> Mapping[str, Any]:
        """UntagResource."""
        tags = self._tagged(request).tags
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, request: Request) -> Mapping[str, Any]:
        """ListTagsForResource."""
        return {"tags": dict(self._tagged(request).tags)}

    def tagged(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yields the ARNs of all resources, with their tags."""
        for resource in self._resources():
            yield resource.arn, resource.tags

    def _resources(self) -> list[VirtualCluster | JobTemplate | JobRun]:
        return [*self.virtual_clusters, *self._templates, *list(self._runs.values())]

    def _tagged(self, request: Request) -> VirtualCluster | JobTemplate | JobRun:
        wanted = urllib.parse.unquote(request["resourceArn"])
        for resource in self._resources():
            if resource.arn == wanted:
                return resource
        raise not_found(f"Resource {wanted} doesn't exist.")

    def _runs_of(self, virtual_cluster_id: str) -> list[JobRun]:
        return [run for run in list(self._runs.values()) if run.virtual_cluster_id == virtual_cluster_id]

    def _has_active_runs(self, virtual_cluster_id: str) -> bool:
        return any(not run.has_ended for run in self._runs_of(virtual_cluster_id))

    def wait_for_runs(self, virtual_cluster_id: str, seconds: float) -> bool:
        """Wait until a virtual cluster has no active job run; False if it still has one."""
        return all(run.wait_until_ended(seconds) for run in self._runs_of(virtual_cluster_id))

    def job_run(self, virtual_cluster_id: str, job_run_id: str) -> JobRun:
        """Returns the job run; ResourceNotFoundException if there is none."""
        found = self._runs.get(job_run_id)
        if not found or found.virtual_cluster_id != virtual_cluster_id:
            raise not_found(f"Job run {job_run_id} doesn't exist.")
        return found

    def _run(self, request: Request) -> JobRun:
        return self.job_run(request["virtualClusterId"], request["id"])


def _refuse_who_may_not(request: Request) -> None:
    """Raise for a caller without the further rights that CreateVirtualCluster needs (EMR on EKS guide)."""
    needed: list[tuple[str, str, dict[str, str]]] = []
    if request.get("tags"):
        needed.append(("emr-containers:TagResource", arn("virtualclusters/any"), {}))
    if not account.service_linked_role_exists(SERVICE_PRINCIPAL):
        role = account.service_linked_role_name(SERVICE_PRINCIPAL)
        role_arn = f"arn:aws:iam::{state.account_id()}:role/aws-service-role/{SERVICE_PRINCIPAL}/{role}"
        needed.append(("iam:CreateServiceLinkedRole", role_arn, {"iam:AWSServiceName": SERVICE_PRINCIPAL}))
    for action, resource, keys in needed:
        if not state.caller_may(action, resource, **keys):
            raise ApiError("AccessDeniedException", f"not authorized to perform: {action} on resource: {resource}", 403)


def _new_run(request: Request, cluster: VirtualCluster) -> JobRun:
    identifier = new_id(19)
    return JobRun(
        id=identifier,
        virtual_cluster_id=cluster.id,
        namespace=cluster.namespace,
        cluster_name=cluster.cluster_name,
        request=request,
        arn=arn(f"virtualclusters/{cluster.id}/jobruns/{identifier}"),
        tags=dict(request.get("tags", {})),
    )


def _started(run: JobRun) -> dict[str, Any]:
    described = run.description()
    return {member: described[member] for member in ("id", "name", "arn", "virtualClusterId") if member in described}


def _created_in_time(moment: datetime, request: Request) -> bool:
    after, before = (_time(request[name]) if name in request else None for name in ("createdAfter", "createdBefore"))
    return (after is None or moment > after) and (before is None or moment < before)


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
