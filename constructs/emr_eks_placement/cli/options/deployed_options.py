"""Reads the deployed names that a definition needs from options, or from the file of `cdk deploy --outputs-file`."""

import argparse
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from emr_eks_placement.common.bounded import parse_json, read_file
from emr_eks_placement.common.errors import InputError, RuleError, placed_at, refused
from emr_eks_placement.common.names import virtual_clusters_stack
from emr_eks_placement.definition import DeployedVirtualCluster, deployed_of_outputs, placeholders_of
from emr_eks_placement.facts.emr import RESOURCE_ID
from emr_eks_placement.facts.regions import arn_pattern

# Option -> pattern and description; botocore's service model of emr-containers, and S3's bucket names.
_OPTIONS = {
    "virtual_cluster_id": (RESOURCE_ID, "1 to 64 of 0-9 and a-z (emr-containers ResourceIdString)"),
    "execution_role_arn": (
        arn_pattern("iam", "role/.+", region=""),
        "the ARN of an IAM role (emr-containers IAMRoleArn)",
    ),
    "bucket": (r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "an S3 bucket name (S3 guide, bucket naming rules)"),
    "log_group_name": (
        r"[.\-_/#A-Za-z0-9]{1,512}",
        "1 to 512 of A-Z, a-z, 0-9, ., -, _, / and # (emr-containers LogGroupName)",
    ),
    "log_uri": (r"s3://.{1,10275}", "an S3 location (emr-containers UriString)"),
}


def deployed_virtual_clusters(
    options: argparse.Namespace, roles: Mapping[str, Iterable[str]]
) -> dict[str, DeployedVirtualCluster]:
    """Returns the deployed names of each virtual cluster. Its further execution roles are those that its jobs name.

    Values that are not set are placeholders; --execution-role-arn is used for every role.

    Raises InputError for malformed values, and for options that would apply to several virtual clusters.
    """
    given = {name: getattr(options, name) for name in _OPTIONS if getattr(options, name) is not None}
    for name, value in given.items():
        pattern, rule = _OPTIONS[name]
        if not re.fullmatch(pattern, value):
            raise _refused(name, value, rule, "Correct the value")
    of_one = given.keys() - {"bucket"}
    if len(roles) > 1 and of_one:
        rule = f"one value can't apply to several virtual clusters: {', '.join(sorted(roles))}"
        raise _refused(min(of_one), given[min(of_one)], rule, "Name a job, or use --outputs")
    outputs = _read_outputs(options.outputs, options.environment.stem) if options.outputs else {}
    if "execution_role_arn" in given:
        roles = dict.fromkeys(roles, ())
    return {name: replace(_from_outputs(name, some, outputs, options.outputs), **given) for name, some in roles.items()}


def _refused(option: str, value: object, rule: str, fix: str) -> InputError:
    return refused(f"--{option.replace('_', '-')}", value, rule, fix)


def _read_outputs(path: Path, environment: str) -> dict[str, str]:
    """Of the environment's stack of virtual clusters alone: a file may have those of another environment too."""
    own = virtual_clusters_stack(environment)
    try:
        stacks = parse_json(read_file(path).decode())
        if stacks.get(own) is None:
            rule = f"{path.name} has outputs of {', '.join(map(str, stacks)) or 'no stack'}, not of {own}"
            raise refused(str(path), None, rule, f"Deploy {environment} with --outputs-file, and name its file")
        return {key: str(value) for key, value in stacks[own].items()}
    except InputError:
        raise
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) and error.strerror else "it is not stack -> output -> value"
        )
        rule = f"the JSON file that cdk deploy --outputs-file writes: {reason}"
        raise refused(str(path), path.name, rule, "Deploy with --outputs-file") from None


def _from_outputs(
    name: str, roles: Iterable[str], outputs: dict[str, str], path: Path | None
) -> DeployedVirtualCluster:
    if path is None:
        return placeholders_of(name)
    with placed_at(str(path)):
        deployed = deployed_of_outputs(name, roles, outputs)
        for field, (pattern, rule) in _OPTIONS.items():
            value = getattr(deployed, field)
            if value is not None and not re.fullmatch(pattern, value):
                raise RuleError(value, f"the output of {field} must be {rule}", "Deploy again with --outputs-file")
        pattern, rule = _OPTIONS["execution_role_arn"]
        for role, arn in deployed.execution_role_arns.items():
            if not re.fullmatch(pattern, arn):
                raise RuleError(arn, f"the output of role {role} must be {rule}", "Deploy again with --outputs-file")
        return deployed
