"""What jobs do in S3 with their execution role's own credentials, IAM enforced: they read their files and write their data.

The calls are those of S3A and EMRFS as their sources and reports have them, and IAM is MiniStack's reading: no proof about AWS.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emr_eks_placement.checks.deployment.requirements import objects_of
from local.demo.run import Outcome
from local.emr.job_runner import session_of_role
from local.emr.s3_clients import S3A, DeniedError, Emrfs, HadoopClient
from tests.deployed.demo.conftest import NAMESPACE, PLACEMENTS, Deployed

CLIENTS = [S3A, Emrfs]
FOLDER = "data/spark"


@pytest.fixture
def client(deployed: Deployed, request: pytest.FixtureRequest) -> HadoopClient:
    """A Hadoop client with the credentials of the demo's role."""
    (cluster,) = deployed.local.session.client("eks").list_clusters()["clusters"]
    role = deployed.outputs["SparkExecutionRoleArn"]
    session = session_of_role(deployed.local.session, role, cluster=cluster, namespace=NAMESPACE)
    made: HadoopClient = request.param(session.client("s3"))
    return made


both_clients = pytest.mark.parametrize("client", CLIENTS, indirect=True)


@contextmanager
def without(deployed: Deployed, text: str) -> Iterator[None]:
    """The role's policy while what ends with the text is something else."""
    iam = deployed.local.session.client("iam")
    role = deployed.outputs["SparkExecutionRoleArn"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    assert f'{text}"' in policy
    other = "s3:GetObject" if text.startswith("s3:") else '"nothing' if text.startswith('"') else "nothing"
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy.replace(f'{text}"', f'{other}"'))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=policy)


def keys_below(deployed: Deployed, folder: str) -> set[str]:
    found = deployed.local.session.client("s3").list_objects_v2(Bucket=deployed.bucket, Prefix=f"{folder}/")
    return {one["Key"].removeprefix(f"{folder}/") for one in found.get("Contents", [])}


def run_writing_to(deployed: Deployed, key: str, release: str = "emr-7.12.0-latest") -> Outcome:
    definition: dict[str, Any] = {**deployed.definition("fargate"), "releaseLabel": release}
    definition["jobDriver"]["sparkSubmitJobDriver"]["entryPointArguments"] += [
        "--output",
        f"s3://{deployed.bucket}/{key}",
    ]
    return deployed.run("fargate", definition)


@both_clients
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_jobs_read_their_files_and_pod_templates_through_their_role(
    deployed: Deployed, placement: str, client: HadoopClient
) -> None:
    objects = objects_of(deployed.definition(placement), deployed.bucket)
    assert {uri.split("/")[3] for uri in objects} <= {"job-files", "pod-templates"}
    assert len(objects) >= 2
    for uri in objects:
        assert client.read(uri)


@both_clients
def test_jobs_write_to_their_folder_and_below_it_and_not_beside_it(deployed: Deployed, client: HadoopClient) -> None:
    for folder in (f"{FOLDER}/counts", FOLDER):
        for _again in range(2):
            client.write(f"s3://{deployed.bucket}/{folder}")
            assert {"_SUCCESS", "part-00000"} <= keys_below(deployed, folder)
            assert not {key for key in keys_below(deployed, folder) if key.startswith(("_temporary", "__magic"))}
    client.write_file(f"s3://{deployed.bucket}/{FOLDER}/report.csv")
    for other in ("data/sparkle", "data", "job-files/spark/x", "logs/spark/x"):
        with pytest.raises(DeniedError):
            client.write(f"s3://{deployed.bucket}/{other}")


@pytest.mark.parametrize(
    ("client", "text"),
    [
        *[(one, f"{FOLDER}/*") for one in CLIENTS],
        *[(one, FOLDER) for one in CLIENTS],
        (Emrfs, f"{FOLDER}_$folder$"),
        *[(one, f"s3:{action}") for one in CLIENTS for action in ("DeleteObject", "AbortMultipartUpload")],
        *[(one, "s3:ListMultipartUploadParts") for one in CLIENTS],
    ],
    indirect=["client"],
)
def test_every_part_of_the_policy_is_needed_to_write(deployed: Deployed, client: HadoopClient, text: str) -> None:
    with without(deployed, text), pytest.raises(DeniedError):
        client.write(f"s3://{deployed.bucket}/{FOLDER}")
    client.write(f"s3://{deployed.bucket}/{FOLDER}")


@pytest.mark.parametrize("release", ["emr-7.12.0-latest", "emr-7.9.0-latest"])
def test_a_run_writes_through_its_role(deployed: Deployed, release: str) -> None:
    folder = f"{FOLDER}/{release}"
    outcome = run_writing_to(deployed, folder, release)
    assert (outcome.state, outcome.differences) == ("COMPLETED", ())
    assert {"_SUCCESS", "part-00000"} <= keys_below(deployed, folder)
    assert not keys_below(deployed, "data/other")
    beside = run_writing_to(deployed, "data/other", release)
    assert (beside.state, keys_below(deployed, "data/other")) == ("FAILED", set())
    assert beside.details.startswith("S3 denies the execution role ")


@pytest.mark.parametrize("prefix", ["job-files", "pod-templates", "logs"])
def test_without_the_rights_in_a_folder_a_run_fails(deployed: Deployed, prefix: str) -> None:
    with without(deployed, f"{prefix}/spark/*"):
        outcome = deployed.run("pinned-driver")
    assert outcome.state == "FAILED"
    assert "denie" in outcome.details
    assert deployed.run("pinned-driver").state == "COMPLETED"


@pytest.mark.parametrize("prefix", ["job-files", "pod-templates"])
def test_without_the_right_to_list_a_folder_a_run_fails(deployed: Deployed, prefix: str) -> None:
    """As the roles were before S3A was EMR's client: they might read the files but not list them."""
    with without(deployed, f'"{prefix}/spark/*'):
        outcome = deployed.run("pinned-driver")
    assert outcome.state == "FAILED"
    assert f"ListObjectsV2 of prefix {prefix}/spark/" in outcome.details
