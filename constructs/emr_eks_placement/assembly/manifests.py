"""Kubernetes objects in the manifests that the CDK's kubectl handler applies."""

import json
import re
from collections.abc import Iterator

from emr_eks_placement.assembly.cloud_assembly import Resource
from emr_eks_placement.assembly.texts import joined
from emr_eks_placement.assembly.values import Resolver
from emr_eks_placement.common.document_field import Field, Unresolved
from emr_eks_placement.common.nesting import deeper_than

MANIFEST_KIND = "Custom::AWSCDK-EKS-KubernetesResource"
CHART_KIND = "Custom::AWSCDK-EKS-HelmChart"
_MOST_LEVELS = 200  # deeper than manifests are, less deep than Python's recursion limit
_MARK = "\N{REPLACEMENT CHARACTER}"  # around the number that replaces a part that is open until the deployment
_MARKED = re.compile(f"{_MARK}([0-9]{{1,6}}){_MARK}", re.ASCII)


def objects_of(resource: Resource, resolver: Resolver) -> Iterator[Field]:
    """Yields the objects of a manifest as mappings. Open values are Unresolved; yields nothing if the whole manifest is
    open."""
    manifest = resolver.properties(resource)["Manifest"]
    text, parts = _marked(manifest.value)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    if deeper_than(data, _MOST_LEVELS):
        return
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict):
            yield Field(_with_parts(one, parts), manifest.path)


def _marked(value: object) -> tuple[str, list[object]]:
    """Returns the text with a mark in place of each open part, and these parts."""
    if isinstance(value, str):
        return value, []
    text = ""
    parts: list[object] = []
    for part in value.parts if isinstance(value, Unresolved) else ():
        if isinstance(part, str):
            text += part
        else:
            text += f"{_MARK}{len(parts)}{_MARK}"
            parts.append(part)
    return text, parts


def _with_parts(data: object, parts: list[object]) -> object:
    """Returns the data with the open parts in place of their marks."""
    if isinstance(data, dict):
        return {key: _with_parts(value, parts) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_parts(value, parts) for value in data]
    pieces = _MARKED.split(data) if isinstance(data, str) else []
    if len(pieces) > 1 and all(int(number) < len(parts) for number in pieces[1::2]):
        return joined("", [parts[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces)])
    return data
