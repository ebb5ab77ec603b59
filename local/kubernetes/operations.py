"""The verbs of the API server: get, list, create, update, patch, delete."""

import copy
import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from local.kubernetes import patches, rbac
from local.kubernetes.admission import AdmissionRequest, CreatedObject
from local.kubernetes.resources import RBAC_GROUP, RequestTarget
from local.kubernetes.selectors import Selector, parse_selector
from local.kubernetes.status import ApiError, JsonObject, success_status
from local.kubernetes.store import ObjectKey, ObjectStore, with_defaults

AdmissionHook = Callable[[AdmissionRequest], JsonObject]
CreationObserver = Callable[[CreatedObject], None]

_APPLY_PATCH = "application/apply-patch+yaml"
_PATCHES = {
    "application/merge-patch+json": patches.merge_patch,
    "application/strategic-merge-patch+json": patches.strategic_merge_patch,
}
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_NAME_SUFFIX_LENGTH = 5


@dataclass(frozen=True)
class ApiRequest:
    """A request to a collection or object; `body` is decoded, `query` has the first value of each parameter."""

    method: str
    target: RequestTarget
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: object = None


@dataclass(frozen=True)
class Reply:
    """The answer: HTTP status code and JSON body."""

    code: int
    body: JsonObject


@dataclass(frozen=True)
class Selection:
    """The objects of one collection that a list, watch or deletecollection request selects."""

    target: RequestTarget
    selector: Selector

    @classmethod
    def of(cls, request: ApiRequest) -> "Selection":
        """Returns the selection of a request; ApiError 400 for a selector that cannot be parsed."""
        query = request.query
        selector = parse_selector(query.get("labelSelector", ""), query.get("fieldSelector", ""))
        if request.target.name is not None:  # the old form: watch one object by its own path
            selector = replace(selector, fields=(*selector.fields, ("metadata.name", request.target.name, False)))
        return cls(request.target, selector)

    def contains(self, key: ObjectKey, manifest: JsonObject) -> bool:
        """Returns whether the object is selected."""
        target = self.target
        if (key.group, key.resource) != (target.group, target.resource):
            return False
        if target.namespace is not None and key.namespace != target.namespace:
            return False
        return self.selector.matches(manifest)


class Operations:
    """Answers API requests from a store, with admission hooks before and observers after a creation."""

    def __init__(
        self, store: ObjectStore, admission: Sequence[AdmissionHook] = (), on_created: Sequence[CreationObserver] = ()
    ) -> None:
        self._store = store
        self._admission = tuple(admission)
        self._on_created = tuple(on_created)
        self._applied: dict[tuple[ObjectKey, str, str], JsonObject] = {}

    def answer(self, request: ApiRequest) -> Reply:
        """Returns the reply to any request but a watch; ApiError for a request the API server refuses."""
        if request.query.get("dryRun"):
            raise ApiError(400, "this API server does not support dryRun")
        if request.target.subresource not in (None, "status"):
            raise ApiError(404, f"the server has no subresource {request.target.subresource!r}", reason="NotFound")
        verbs = {"GET": self._read, "POST": self._post, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete}
        if request.method not in verbs:
            raise ApiError(405, f"the server does not allow the method {request.method}")
        return verbs[request.method](request)

    def create(self, target: RequestTarget, manifest: JsonObject) -> JsonObject:
        """Admits and stores a new object, calls the observers, and returns the object as it is then."""
        admitted = copy.deepcopy(manifest)
        admitted.setdefault("apiVersion", target.api_version)
        if target.kind is not None:
            admitted.setdefault("kind", target.kind)
        key = _key(target, _name_of_new(target, admitted))
        admitted["metadata"]["name"] = key.name
        self._store.require_namespace(key.namespace)
        if key.namespace is not None:
            admitted["metadata"]["namespace"] = key.namespace
        for hook in self._admission:
            admitted = hook(AdmissionRequest(key.resource, key.namespace, admitted))
        stored = self._store.insert(key, with_defaults(key.resource, key.name, admitted))
        for observer in self._on_created:
            observer(CreatedObject(key.resource, key.namespace, key.name, copy.deepcopy(stored)))
        return self._store.find(key) or stored

    def _read(self, request: ApiRequest) -> Reply:
        target = request.target
        if target.name is not None:
            return Reply(200, self._store.get(_key(target, target.name)))
        selection = Selection.of(request)
        with self._store.changed:
            items = [manifest for _, manifest in self._store.select(selection.contains)]
            metadata = {"resourceVersion": str(self._store.resource_version)}
        start, limit = _number(request, "continue"), _number(request, "limit")
        if limit and start + limit < len(items):
            metadata["continue"] = str(start + limit)
        items = items[start : start + limit if limit else None]
        kind = f"{target.kind or ''}List"
        return Reply(200, {"kind": kind, "apiVersion": target.api_version, "metadata": metadata, "items": items})

    def _post(self, request: ApiRequest) -> Reply:
        if request.target.name is not None:
            raise ApiError(405, "POST goes to a collection, not to one object")
        if (request.target.group, request.target.resource) == rbac.REVIEWS:
            return Reply(201, self._reviewed(_manifest(request)))
        return Reply(201, self.create(request.target, _manifest(request)))

    def _reviewed(self, review: JsonObject) -> JsonObject:
        """Returns an access review, which is answered and not stored."""
        namespace = review["spec"]["resourceAttributes"].get("namespace")

        def of_namespace(resource: str) -> list[JsonObject]:
            wanted = (RBAC_GROUP, resource, namespace)
            chosen = self._store.select(lambda key, _: (key.group, key.resource, key.namespace) == wanted)
            return [manifest for _, manifest in chosen]

        return rbac.reviewed(review, of_namespace("roles"), of_namespace("rolebindings"))

    def _put(self, request: ApiRequest) -> Reply:
        key = _key(request.target, _required_name(request))
        manifest = _manifest(request)
        with self._store.changed:
            current = self._store.find(key)
            if current is not None:
                return Reply(200, self._store.replace(key, _with_parts(request.target, current, manifest)))
        return Reply(201, self.create(request.target, _named(manifest, key.name)))

    def _patch(self, request: ApiRequest) -> Reply:
        media_type = request.content_type.partition(";")[0].strip()
        if media_type == _APPLY_PATCH:
            return self._apply(request)
        if media_type not in _PATCHES:
            message = f"patch type {media_type!r} is not supported: use one of {[*_PATCHES, _APPLY_PATCH]}"
            raise ApiError(415, message)
        key = _key(request.target, _required_name(request))
        with self._store.changed:
            current = self._store.get(key)
            patched = _PATCHES[media_type](current, _manifest(request))
            return Reply(200, self._store.replace(key, _with_parts(request.target, current, patched)))

    def _apply(self, request: ApiRequest) -> Reply:
        target, key, desired = request.target, _key(request.target, _required_name(request)), _manifest(request)
        manager = (key, request.query.get("fieldManager", ""), target.subresource or "")
        with self._store.changed:
            current = self._store.find(key)
            if current is not None:
                applied = patches.apply_patch(current, self._applied.get(manager, {}), desired)
                stored = self._store.replace(key, _with_parts(target, current, applied))
                self._applied[manager] = desired
                return Reply(200, stored)
        created = self.create(target, _named(desired, key.name))
        self._applied[manager] = desired
        return Reply(201, created)

    def _delete(self, request: ApiRequest) -> Reply:
        target = request.target
        if target.name is not None:
            removed = self._store.remove(_key(target, target.name))
            details = {"name": target.name, "kind": target.resource, "uid": removed["metadata"]["uid"]}
            return Reply(200, success_status(details if not target.group else {**details, "group": target.group}))
        selection = Selection.of(request)
        with self._store.changed:
            for key, _ in self._store.select(selection.contains):
                self._store.remove(key)
        return Reply(200, success_status({"kind": target.resource}))


def _number(request: ApiRequest, parameter: str) -> int:
    """Returns a whole number of the query, 0 without it. Where a list goes on is a number here, to clients it is any
    text."""
    text = request.query.get(parameter) or "0"
    if not text.isdecimal():
        raise ApiError(400, f"{parameter}: {text!r} is not valid")
    return int(text)


def _key(target: RequestTarget, name: str) -> ObjectKey:
    return ObjectKey(target.group, target.resource, target.namespace, name)


def _required_name(request: ApiRequest) -> str:
    if request.target.name is None:
        raise ApiError(405, f"{request.method} goes to one object, not to a collection")
    return request.target.name


def _manifest(request: ApiRequest) -> JsonObject:
    if not isinstance(request.body, dict):
        raise ApiError(400, "the body of the request is not an object in JSON or YAML")
    return request.body


def _named(manifest: JsonObject, name: str) -> JsonObject:
    return {**manifest, "metadata": {**manifest.get("metadata", {}), "name": name}}


def _name_of_new(target: RequestTarget, manifest: JsonObject) -> str:
    metadata = manifest.setdefault("metadata", {})
    name = metadata.get("name") or ""
    if not name and metadata.get("generateName"):
        alphabet = string.ascii_lowercase + string.digits
        name = metadata["generateName"] + "".join(random.choices(alphabet, k=_NAME_SUFFIX_LENGTH))  # noqa: S311
    if not name:
        raise ApiError(422, f"{target.resource}: metadata.name: Required value: name or generateName is required")
    if target.group != RBAC_GROUP and not _NAME.fullmatch(name):
        raise ApiError(422, f"{target.resource}: metadata.name: Invalid value: {name!r}: not an RFC 1123 subdomain")
    if manifest["metadata"].get("namespace") not in (None, "", target.namespace):
        raise ApiError(400, "the namespace of the object does not match the namespace of the request")
    return str(name)


def _with_parts(target: RequestTarget, current: JsonObject, changed: JsonObject) -> JsonObject:
    """Through `/status` only the status changes, otherwise only the rest does, as on a real API server."""
    base, status_source = (current, changed) if target.subresource == "status" else (changed, current)
    combined = {part: value for part, value in base.items() if part != "status"}
    if "status" in status_source:
        combined["status"] = status_source["status"]
    return combined
