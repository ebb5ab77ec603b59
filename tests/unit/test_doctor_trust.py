"""Who the trust policies of roles let in."""

from typing import Any

import pytest

from emr_eks_placement.checks import Check
from emr_eks_placement.checks.deployment.trust import check_execution_roles, check_pod_execution_role
from emr_eks_placement.checks.deployment.trust_policy import is_trusted
from tests.unit.environments import environment

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A"
ISSUER = PROVIDER.partition("/")[2]
ROLE = "arn:aws:iam::111122223333:role/spark"


def _statement(**changed: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": PROVIDER},
        "Condition": {"StringLike": {f"{ISSUER}:sub": "system:serviceaccount:spark-jobs:emr-containers-sa-*-*-*"}},
        **changed,
    }


@pytest.mark.parametrize(
    ("statements", "trusted"),
    [
        ([_statement()], True),
        (_statement(), True),
        ([_statement(Action=["sts:*"])], True),
        ([_statement(Condition={})], True),
        ([_statement(Principal="*")], True),
        ([_statement(Condition={"StringLike": {f"{ISSUER.upper()}:SUB": ["no", "system:*"]}})], True),
        ([_statement(Condition={"StringEquals": {f"{ISSUER}:sub": "system:*"}})], False),
        ([_statement(Condition={"StringLike": {f"{ISSUER}:sub": "system:serviceaccount:other:*"}})], False),
        ([_statement(Condition={"StringEquals": {"other:sub": "system:*"}})], False),
        ([_statement(Condition={"StringEqualsIfExists": {"other:sub": "system:*"}})], True),
        ([_statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], None),
        ([_statement(Principal={"Federated": f"{PROVIDER}B"})], False),
        ([_statement(Action="sts:AssumeRole")], False),
        ([_statement(), _statement(Effect="Deny")], False),
        ([_statement(), _statement(Effect="Deny", Action="sts:TagSession")], True),
        ([_statement(), _statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], None),
        ([], False),
    ],
)
def test_a_trust_policy_is_read_as_iam_does(statements: object, trusted: bool | None) -> None:
    context = {f"{ISSUER}:sub": "system:serviceaccount:spark-jobs:emr-containers-sa-spark-driver-1-a"}
    action, principal = "sts:AssumeRoleWithWebIdentity", ("Federated", PROVIDER)
    assert is_trusted({"Statement": statements}, action, principal, context) is trusted


def _roles(policy: dict[str, Any] | None, **changed: Any) -> Check:
    settings: dict[str, Any] = {"provider_arn": PROVIDER, "cluster": "c", "pod_identity_roles": (), **changed}
    (check,) = check_execution_roles(environment(), [(ROLE, "spark-jobs")], {ROLE: policy}, **settings)
    return check


def test_execution_roles_let_in_emr_s_service_accounts() -> None:
    assert _roles({"Statement": [_statement()]}).state == "ok"
    assert _roles(None).state == "missing"
    check = _roles({"Statement": []})
    assert check.fix.endswith("--cluster-name c --namespace spark-jobs --role-name spark")
    unclear = {"Statement": [_statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})]}
    assert _roles(unclear).state == "not checked"
    pod_identity = {
        "Statement": [
            _statement(Action="sts:AssumeRole", Principal={"Service": "pods.eks.amazonaws.com"}, Condition={})
        ]
    }
    assert _roles(pod_identity).state == "missing", "it has no association"
    assert _roles(pod_identity, pod_identity_roles=["spark"]).state == "ok"


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("arn:aws:eks:us-east-1:111122223333:fargateprofile/c/*", "ok"),
        ("arn:aws:eks:*:*:fargateprofile/*", "ok"),
        ("arn:aws:eks:us-east-1:111122223333:fargateprofile/d/*", "missing"),
        ("arn:aws:eks:*", "missing"),
    ],
)
def test_fargate_may_use_its_role_for_the_profile(source: str, state: str) -> None:
    profile = "arn:aws:eks:us-east-1:111122223333:fargateprofile/c/spark/1"
    by_fargate = {"Action": "sts:AssumeRole", "Principal": {"Service": "eks-fargate-pods.amazonaws.com"}}
    policy = {"Statement": [_statement(**by_fargate, Condition={"ArnLike": {"aws:SourceArn": source}})]}
    assert [check.state for check in check_pod_execution_role({profile: ROLE}, {ROLE: policy}, "111122223333")] == [
        state
    ]
    assert [check.state for check in check_pod_execution_role({profile: ROLE}, {ROLE: None}, "111122223333")] == [
        "missing"
    ]
    assert [check.state for check in check_pod_execution_role({}, {}, "111122223333")] == ["ok"]
