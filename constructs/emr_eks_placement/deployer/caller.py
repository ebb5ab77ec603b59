"""The policy of the user who runs the CDK CLI, which does everything with the roles of `cdk bootstrap`."""

from collections.abc import Iterator
from pathlib import Path

from emr_eks_placement.common.document_field import Field, read_json
from emr_eks_placement.common.errors import placed_at
from emr_eks_placement.deployer.statements import Policy
from emr_eks_placement.facts.regions import partition

_MEND = "Name the folder that cdk synth writes, by default cdk.out"


def caller_policy(folder: Path, account: str | None) -> Policy:
    """Returns the policy to assume the roles in the manifests of a cloud assembly: to deploy, to look up, to upload
    files.

    Raises InputError if the folder is no assembly.
    """
    roles = sorted({_arn(role, region, account) for role, region in _roles(folder)})
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _roles(folder: Path) -> Iterator[tuple[str, str]]:
    """Yields every role with its region; * if the region is open until the deployment."""
    file = folder / "manifest.json"
    with placed_at(str(file)):
        for artifact in read_json(file, _MEND)["artifacts"].entries().values():
            kind, properties = artifact["type"].text(), artifact["properties"]
            if kind == "cdk:cloud-assembly":
                yield from _roles(folder / properties["directoryName"].text())
            elif kind == "aws:cloudformation:stack":
                region = artifact["environment"].text().rpartition("/")[2]
                for role in (properties["assumeRoleArn"], properties["lookupRole"]["arn"]):
                    yield from _named(role, region)
            elif kind == "cdk:asset-manifest":
                yield from _publishing_roles(folder / properties["file"].text())


def _publishing_roles(file: Path) -> Iterator[tuple[str, str]]:
    with placed_at(str(file)):
        assets = read_json(file, _MEND)
        for kind in ("files", "dockerImages"):
            for asset in assets[kind].entries().values():
                for destination in asset["destinations"].entries().values():
                    yield from _named(destination["assumeRoleArn"], destination["region"].text("unknown-region"))


def _named(role: Field, region: str) -> Iterator[tuple[str, str]]:
    if role.value is not None:
        yield role.text(), "*" if region == "unknown-region" else region


def _arn(role: str, region: str, account: str | None) -> str:
    """Returns the role's ARN with the CDK's placeholders filled in."""
    filled = {"Partition": partition(region), "AccountId": account or "*", "Region": region}
    for name, value in filled.items():
        role = role.replace(f"${{AWS::{name}}}", value)
    return role
