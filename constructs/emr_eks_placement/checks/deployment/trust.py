"""Checks whether the roles of jobs and of Fargate trust those that must use them."""

from collections.abc import Collection, Iterable, Mapping

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.findings import concluded
from emr_eks_placement.checks.deployment.trust_policy import Policy, is_trusted
from emr_eks_placement.common.names import base36
from emr_eks_placement.environment import Environment

# The middle of the names of service accounts (AWS CLI, awscli/customizations/emrcontainers/constants.py).
_PARTS = ("client", "driver", "executor")
_AUDIENCE = "sts.amazonaws.com"
_POD_IDENTITY = "pods.eks.amazonaws.com"
_FARGATE = "eks-fargate-pods.amazonaws.com"


def check_execution_roles(
    environment: Environment,
    roles: Iterable[tuple[str, str]],
    policies: Mapping[str, Policy | None],
    *,
    provider_arn: str,
    cluster: str,
    pod_identity_roles: Iterable[str],
) -> list[Check]:
    """Checks whether each execution role trusts the service accounts that EMR creates for the jobs of its namespace.

    roles: (ARN, namespace); policies: ARN -> trust policy, None if the role does not exist; provider_arn: the OIDC
    provider of the cluster; pod_identity_roles: names of roles that have an EKS Pod Identity association.
    """
    roles, associated = list(roles), set(pod_identity_roles)
    findings = []
    for arn, namespace in roles:
        name, policy = arn.rpartition("/")[2], policies.get(arn)
        trusted = policy is not None and (
            _is_associated(policy, name, associated) or _lets_in_jobs(policy, arn, namespace, provider_arn)
        )
        command = (
            f"aws emr-containers update-role-trust-policy --region {environment.region} --cluster-name {cluster} "
            f"--namespace {namespace} --role-name {name}"
        )
        lacks = f"does not trust the jobs of namespace {namespace}, by {provider_arn}"
        findings.append(_finding("execution-roles", arn, policy, trusted, lacks, f"Add them: {command}"))
    return concluded("execution-roles", filter(None, findings), f"{len(roles)} trust the jobs of their namespaces")


def _finding(check: str, role: str, policy: Policy | None, trusted: bool | None, lacks: str, fix: str) -> Check | None:
    """Returns None if the trust policy is right. lacks: what a wrong trust policy lacks, and the fix."""
    name = role.rpartition("/")[2]
    if policy is None:
        return Check(
            check, "missing", f"there is no role {role}", "Name another in the file, or deploy its stack again"
        )
    if trusted is None:
        found = f"the trust policy of {name} has conditions that are not understood here"
        return Check(check, "not checked", found, f"See it: aws iam get-role --role-name {name}")
    return None if trusted else Check(check, "missing", f"the trust policy of {name} {lacks}", fix)


def _is_associated(policy: Policy, role: str, associated: Collection[str]) -> bool:
    """Returns whether pods get the role by EKS Pod Identity."""
    return role in associated and is_trusted(policy, "sts:AssumeRole", ("Service", _POD_IDENTITY), {}) is not False


def _lets_in_jobs(policy: Policy, role: str, namespace: str, provider_arn: str) -> bool | None:
    """Returns whether the role trusts the service accounts of submitter, driver and executors."""
    verdicts = [_lets_in(policy, role, namespace, part, provider_arn) for part in _PARTS]
    return False if False in verdicts else None if None in verdicts else True


def _lets_in(policy: Policy, role_arn: str, namespace: str, part: str, provider_arn: str) -> bool | None:
    """Returns whether the policy trusts the service accounts (AWS CLI,
    awscli/customizations/emrcontainers/constants.py)."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    issuer = provider_arn.partition(":oidc-provider/")[2]
    subject = f"system:serviceaccount:{namespace}:emr-containers-sa-spark-{part}-{account}-{base36(name)}"
    context = {f"{issuer}:sub": subject, f"{issuer}:aud": _AUDIENCE}
    return is_trusted(policy, "sts:AssumeRoleWithWebIdentity", ("Federated", provider_arn), context)


def check_pod_execution_role(
    profiles: Mapping[str, str], policies: Mapping[str, Policy | None], account: str
) -> list[Check]:
    """Checks whether Fargate may use the role that it pulls images with.

    profiles: ARN -> ARN of the profile's role; policies: ARN -> trust policy, None if the role does not exist.
    """
    findings = []
    for profile, role in profiles.items():
        policy, name = policies.get(role), role.rpartition("/")[2]
        context = {"aws:SourceArn": profile, "aws:SourceAccount": account}
        trusted = policy is not None and is_trusted(policy, "sts:AssumeRole", ("Service", _FARGATE), context)
        lacks = f"does not trust {_FARGATE} for {profile}"
        fix = f"Allow it with aws iam update-assume-role-policy --role-name {name} (EKS guide, pod execution role)"
        findings.append(_finding("pod-execution-role", role, policy, trusted, lacks, fix))
    well = "Fargate may use it" if profiles else "the environment has no Fargate profile"
    return concluded("pod-execution-role", filter(None, findings), well)
