"""AWS services next to MiniStack's own: registration, EKS operations MiniStack lacks, the shape of responses."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from local.aws.errors import ApiError
from local.aws.ministack import names

Response = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Response]]
EksRoute = Callable[[str, str, bytes, Mapping[str, list[str]]], Response | None]


def json_response(body: Mapping[str, Any]) -> Response:
    """Returns a successful rest-json answer."""
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def error_response(error: ApiError) -> Response:
    """Returns an error in the form from which SDKs make their exceptions."""
    headers = {"Content-Type": "application/json", "x-amzn-errortype": error.code}
    return error.status, headers, json.dumps({"__type": error.code, "message": error.message}).encode()


def raise_for_error(response: tuple[int, Any, bytes | str], operation: str) -> Any:
    """Returns the body of a MiniStack handler's answer; `ValueError` with its text if it is an error."""
    status, _headers, body = response
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        try:
            message = json.loads(text)["message"]
        except (ValueError, KeyError):
            message = text
        raise ValueError(f"{operation}: {message}")
    return text


@contextlib.contextmanager
def registered_service(
    name: str,
    handler: Handler,
    sdk_name: str | None = None,
    resource_of: Callable[[str], str] = lambda _path: "*",
    tagged: Callable[[], Iterable[tuple[str, Mapping[str, str]]]] = tuple,
) -> Iterator[None]:
    """Route requests signed for the service to a handler; sdk_name: where botocore's models have it by another name;
    resource_of: the ARN that IAM is asked about, by the path of a request; tagged: all resources' ARNs with their tags, for
    IAM's conditions.

    Without the entry in SERVICE_PATTERNS the first request takes seconds: MiniStack reads all of botocore's models to find
    out whether the name is a service's.
    """

    def tags_for_iam() -> list[tuple[str, list[dict[str, str]]]]:
        return [(arn, [{"Key": key, "Value": value} for key, value in tags.items()]) for arn, tags in tagged()]

    with contextlib.ExitStack() as undo:
        patterns = {"host_patterns": [rf"{name}\."]}
        undo.enter_context(names.added_item(names.router.SERVICE_PATTERNS, name, patterns))
        undo.enter_context(names.added_item(names.app.SERVICE_REGISTRY, name, {"module": name.replace("-", "_")}))
        undo.enter_context(names.added_item(names.app.SERVICE_HANDLERS, name, handler))
        undo.enter_context(names.added_item(names.iam_actions._BOTOCORE_SERVICE_MAP, name, [sdk_name or name]))
        undo.enter_context(names.added_item(names.iam_actions.SERVICE_TO_IAM_NAMESPACE, name, name))
        undo.enter_context(names.added_item(names.tagging._RESOURCE_TAG_COLLECTORS, name, tags_for_iam))
        original = names.iam_actions.extract_resource_arn

        def extract(service: str, method: str, path: str, *more: Any, **others: Any) -> Any:
            return resource_of(path) if service == name else original(service, method, path, *more, **others)

        undo.enter_context(names.replaced_attribute(names.iam_actions, "extract_resource_arn", extract))
        yield


@contextlib.contextmanager
def eks_route_first(route: EksRoute) -> Iterator[None]:
    """Ask a route (method, path, body, query) before MiniStack's own EKS operations; None: not this route's request."""
    original = names.eks._handle_request_sync

    def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: Mapping[str, list[str]]
    ) -> Response:
        answer = route(method, path, body, query)
        if answer is None:
            answer = original(method, path, headers, body, query)
        return answer

    with names.replaced_attribute(names.eks, "_handle_request_sync", handle):
        yield


@contextlib.contextmanager
def eks_cluster_hooks(
    finish: Callable[[dict[str, Any]], None],
    before_delete: Callable[[dict[str, Any]], None],
    after_delete: Callable[[dict[str, Any]], None],
) -> Iterator[None]:
    """Complete every new EKS cluster's record, and have a say in its end; no k3s container is started for it.

    `before_delete` refuses a deletion by an `ApiError`.
    """
    original_create, original_delete = names.eks._create_cluster, names.eks._delete_cluster

    def create(body: dict[str, Any], creator_arn: str | None = None) -> Response:
        response: Response = original_create(body, creator_arn)
        if response[0] < 400:
            record = names.eks._clusters[body["name"]]
            finish(record)
            response = json_response({"cluster": names.eks._sanitize(record)})
        return response

    def delete(name: str) -> Response:
        record = names.eks._clusters.get(name)
        if record:
            try:
                before_delete(record)
            except ApiError as error:
                return error_response(error)
        response: Response = original_delete(name)
        if record:
            after_delete(record)
        return response

    with contextlib.ExitStack() as undo:
        undo.enter_context(names.replaced_attribute(names.eks, "_create_cluster", create))
        undo.enter_context(names.replaced_attribute(names.eks, "_delete_cluster", delete))
        undo.enter_context(names.replaced_attribute(names.eks, "_get_docker", lambda: None))
        yield


def eks_operation(name: str) -> Callable[..., Any]:
    """One of MiniStack's EKS operations, called with (cluster name, ...) and answering like an HTTP handler."""
    operations = {
        "DeleteCluster": names.eks._delete_cluster,
        "CreateAddon": names.eks._create_addon,
        "UpdateAddon": names.eks._update_addon,
        "DeleteAddon": names.eks._delete_addon,
        "CreateAccessEntry": names.eks._create_access_entry,
        "UpdateAccessEntry": names.eks._update_access_entry,
        "DeleteAccessEntry": names.eks._delete_access_entry,
        "AssociateAccessPolicy": names.eks._associate_access_policy,
        "DisassociateAccessPolicy": names.eks._disassociate_access_policy,
        "ListAssociatedAccessPolicies": names.eks._list_associated_access_policies,
        "CreatePodIdentityAssociation": names.eks._create_pod_identity_association,
        "UpdatePodIdentityAssociation": names.eks._update_pod_identity_association,
        "DeletePodIdentityAssociation": names.eks._delete_pod_identity_association,
    }
    operation: Callable[..., Any] = operations[name]
    return operation


def create_security_group(vpc_id: str, name: str, description: str) -> str:
    """Returns a security group in a VPC; gives its id."""
    group_id, _attributes = names.provisioners._ec2_sg_create(
        name, {"GroupName": name, "GroupDescription": description, "VpcId": vpc_id}, name
    )
    return str(group_id)


def delete_security_group(group_id: str) -> None:
    """Remove a security group."""
    names.provisioners._ec2_sg_delete(group_id, {})
