"""Pages of EKS's listings: MiniStack answers only the first page, without a token for the next."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.aws.errors import ApiError, invalid_parameter
from local.aws.ministack import names
from local.aws.ministack.services import Response, error_response, json_response
from local.aws.rest_json import page

_EVERYTHING = 2**31
_LARGEST_PAGE = 100  # botocore's service model of eks


@contextlib.contextmanager
def paged() -> Iterator[None]:
    """Makes ListClusters, ListNodegroups and ListPodIdentityAssociations support maxResults and nextToken."""
    listings = {
        "_list_clusters": (names.eks._list_clusters, "clusters"),
        "_list_nodegroups": (names.eks._list_nodegroups, "nodegroups"),
        "_list_pod_identity_associations": (names.eks._list_pod_identity_associations, "associations"),
    }
    with contextlib.ExitStack() as undo:
        for name, (original, member) in listings.items():
            undo.enter_context(names.replaced_attribute(names.eks, name, _in_pages(original, member)))
        yield


def _in_pages(original: Callable[..., Response], member: str) -> Callable[..., Response]:
    def listing(*where: Any) -> Response:
        *cluster, query = where
        answer = original(*cluster, {**query, "maxResults": _EVERYTHING})
        if answer[0] >= 400:
            return answer
        try:
            items, more = page(json.loads(answer[2])[member], _page_of(query))
        except ApiError as error:
            return error_response(error)
        return json_response({member: items, **more})

    return listing


def _page_of(query: Mapping[str, str]) -> dict[str, Any]:
    size = query.get("maxResults", str(_LARGEST_PAGE))
    if not size.isdigit() or not 1 <= int(size) <= _LARGEST_PAGE:
        raise invalid_parameter(f"maxResults is 1 to {_LARGEST_PAGE}, not {size}")
    return {**query, "maxResults": int(size)}
