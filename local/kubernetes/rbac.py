"""What RBAC lets a user do in a namespace, and the access reviews that report it."""

from collections.abc import Iterable, Sequence

from local.kubernetes.status import JsonObject

REVIEWS = ("authorization.k8s.io", "subjectaccessreviews")


def may(
    roles: Sequence[JsonObject], bindings: Iterable[JsonObject], user: str, verb: str, group: str, kind: str
) -> bool:
    """Returns whether one of a namespace's roles that is bound to the user allows this for the kind of resource.

    ClusterRoles and groups are left out: nothing here binds EMR to any.
    """
    rules = {role["metadata"]["name"]: role.get("rules", []) for role in roles}
    bound = [
        binding["roleRef"]["name"]
        for binding in bindings
        if any(one.get("kind") == "User" and one.get("name") == user for one in binding.get("subjects", []))
    ]
    return any(_allows(rule, verb, group, kind) for name in bound for rule in rules.get(name, []))


def _allows(rule: JsonObject, verb: str, group: str, kind: str) -> bool:
    wanted = {"apiGroups": group, "resources": kind, "verbs": verb}
    return all({"*", value} & set(rule.get(field, [])) for field, value in wanted.items())


def reviewed(review: JsonObject, roles: Sequence[JsonObject], bindings: Iterable[JsonObject]) -> JsonObject:
    """Returns a SubjectAccessReview with its answer; roles, bindings: of the namespace that it is about."""
    spec = review["spec"]
    asked = spec["resourceAttributes"]
    allowed = may(roles, bindings, spec["user"], asked["verb"], asked.get("group", ""), asked["resource"])
    return {**review, "status": {"allowed": allowed}}
