"""Limits of the Pod Security Standard baseline (Kubernetes, Pod Security Standards)."""

from emr_eks_placement.facts.shipped import shipped

HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
CAPABILITIES, SELINUX_TYPES, SYSCTLS = (
    frozenset(shipped("pod_security")[key]) for key in ("capabilities", "seLinuxTypes", "sysctls")
)
APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
