"""The credentials of a job run's pods: those of its execution role, by the service account that EMR creates."""

import base64
import json

import boto3

from local.aws.emr_containers.access import driver_subject


def session_of_role(account: boto3.Session, role_arn: str, *, cluster: str, namespace: str) -> boto3.Session:
    """Returns the session that a driver in a namespace gets for its token. account: may ask for the cluster's issuer.

    Raises botocore's ClientError if the role does not trust the service account, as with roles for EKS Pod Identity,
    which is not supported here.
    """
    described = account.client("eks").describe_cluster(name=cluster)["cluster"]
    claims = {
        "iss": described["identity"]["oidc"]["issuer"],
        "sub": driver_subject(role_arn, namespace),
        "aud": "sts.amazonaws.com",
    }
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, claims))
    made = account.client("sts").assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="driver", WebIdentityToken=f"{token}.signature"
    )["Credentials"]
    return boto3.Session(
        made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], region_name=account.region_name
    )
