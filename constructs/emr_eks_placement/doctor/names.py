"""The checks of a deployed environment."""

ACCOUNT_CHECKS = ("account", "region", "fargate-vcpus", "fargate-profile-quota", "on-demand-vcpus", "spot-vcpus")
"""Those of check-account that are made of a deployed environment too."""

CHECKS = (
    *ACCOUNT_CHECKS,
    "stacks",
    "cluster",
    "node-groups",
    "fargate-profiles",
    "access-entries",
    "oidc-provider",
    "capacity",
    "kubernetes-objects",
    "virtual-clusters",
    "namespaces",
    "emr-access",
    "definitions",
    "files",
    "bucket",
    "log-groups",
    "execution-roles",
    "pod-execution-role",
    "permissions",
    "addresses",
)
"""Every check, in the order in which they are made."""
