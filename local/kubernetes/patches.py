"""Merge patch, strategic merge patch and server-side apply.

The strategic merge keys are those of the kinds Spark and `kubectl apply` send; a list that has none is replaced as a
whole, as Kubernetes does for `rules`, `subjects`, `tolerations` and `limits`.
"""

import copy
from typing import Any

from local.kubernetes.status import ApiError, JsonObject

_MERGE_KEYS = {
    "containers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "secrets": "name",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
_PORT_KEYS = ("containerPort", "port")
_MERGED_PRIMITIVE_LISTS = ("finalizers",)
_DELETE_FROM_LIST = "$deleteFromPrimitiveList/"


def merge_patch(current: JsonObject, patch: JsonObject) -> JsonObject:
    """RFC 7386: null removes a field, objects merge, everything else replaces."""
    merged = copy.deepcopy(current)
    for field, value in patch.items():
        if value is None:
            merged.pop(field, None)
        elif isinstance(value, dict):
            base = merged.get(field)
            merged[field] = merge_patch(base if isinstance(base, dict) else {}, value)
        else:
            merged[field] = copy.deepcopy(value)
    return merged


def strategic_merge_patch(current: JsonObject, patch: JsonObject) -> JsonObject:
    """Kubernetes' strategic merge: as merge patch, but lists of named objects merge by their merge key."""
    if patch.get("$patch") == "replace":
        return {field: copy.deepcopy(value) for field, value in patch.items() if field != "$patch"}
    merged = copy.deepcopy(current)
    for field, value in patch.items():
        if field.startswith(_DELETE_FROM_LIST):
            _delete_from_list(merged, field.removeprefix(_DELETE_FROM_LIST), value)
        elif field.startswith("$"):
            continue  # ordering hints and $retainKeys change nothing this server shows
        elif value is None or (isinstance(value, dict) and value.get("$patch") == "delete"):
            merged.pop(field, None)
        else:
            merged[field] = _merge_value(field, merged.get(field), value)
    return merged


def apply_patch(current: JsonObject, previously_applied: JsonObject, desired: JsonObject) -> JsonObject:
    """Server-side apply: sets what `desired` names, removes what only `previously_applied` named."""
    return strategic_merge_patch(_without_abandoned(current, previously_applied, desired), desired)


def _merge_value(field: str, base: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return strategic_merge_patch(base if isinstance(base, dict) else {}, value)
    if not isinstance(value, list):
        return value
    elements = base if isinstance(base, list) else []
    if field in _MERGED_PRIMITIVE_LISTS:
        return [*elements, *(element for element in value if element not in elements)]
    merge_key = _merge_key(field, [*elements, *value])
    return _merge_named(elements, value, merge_key) if merge_key else copy.deepcopy(value)


def _merge_key(field: str, elements: list[Any]) -> str | None:
    candidates = _PORT_KEYS if field == "ports" else (_MERGE_KEYS.get(field),)
    for candidate in candidates:
        if (
            candidate
            and elements
            and all(isinstance(one, dict) and (candidate in one or "$patch" in one) for one in elements)
        ):
            return candidate
    return None


def _merge_named(base: list[JsonObject], patch: list[JsonObject], merge_key: str) -> list[JsonObject]:
    if any(element.get("$patch") == "replace" for element in patch):
        return [copy.deepcopy(element) for element in patch if "$patch" not in element]
    merged = {element[merge_key]: copy.deepcopy(element) for element in base}
    for element in patch:
        name = element.get(merge_key)
        if name is None:
            raise ApiError(400, f"the patch has a list element without its merge key {merge_key!r}")
        if element.get("$patch") == "delete":
            merged.pop(name, None)
        else:
            merged[name] = strategic_merge_patch(merged.get(name, {}), element)
    return list(merged.values())


def _delete_from_list(manifest: JsonObject, field: str, values: list[Any]) -> None:
    manifest[field] = [element for element in manifest.get(field, []) if element not in values]


def _without_abandoned(current: JsonObject, previous: JsonObject, desired: JsonObject) -> JsonObject:
    kept: JsonObject = {}
    for field, value in current.items():
        if field in previous and field not in desired:
            continue
        if isinstance(value, dict) and isinstance(previous.get(field), dict) and isinstance(desired.get(field), dict):
            kept[field] = _without_abandoned(value, previous[field], desired[field])
        elif isinstance(value, list) and isinstance(previous.get(field), list) and isinstance(desired.get(field), list):
            kept[field] = _without_abandoned_elements(field, value, previous[field], desired[field])
        else:
            kept[field] = value
    return kept


def _without_abandoned_elements(field: str, current: list[Any], previous: list[Any], desired: list[Any]) -> list[Any]:
    merge_key = _merge_key(field, [*current, *previous, *desired])
    if merge_key is None:
        return current
    abandoned = {element[merge_key] for element in previous} - {element[merge_key] for element in desired}
    return [element for element in current if element[merge_key] not in abandoned]
