"""Access entries of the nodes that EKS Auto Mode makes, which MiniStack does not know: type EC2, with an access policy."""

import contextlib
from collections.abc import Iterator
from typing import Any

from local.aws.ministack import names

_TYPE = "EC2"


@contextlib.contextmanager
def auto_mode_access_entries() -> Iterator[None]:
    """Lets access entries be of this type, and have access policies as those of type STANDARD do."""
    original = names.eks._associate_access_policy

    def associate(cluster: str, principal: str, body: dict[str, Any]) -> Any:
        entry = names.eks._access_entries.get(names.eks._ae_key(cluster, principal))
        if not entry or entry["type"] != _TYPE:
            return original(cluster, principal, body)
        entry["type"] = "STANDARD"
        try:
            return original(cluster, principal, body)
        finally:
            entry["type"] = _TYPE

    types = (*names.eks._VALID_ACCESS_ENTRY_TYPES, _TYPE)
    with (
        names.replaced_attribute(names.eks, "_VALID_ACCESS_ENTRY_TYPES", types),
        names.replaced_attribute(names.eks, "_associate_access_policy", associate),
    ):
        yield
