"""What requests are planned for: an environment file, a synthesized assembly or a live cluster, all as capacities."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.emr.request import check_complete
from emr_eks_placement.facts.kubernetes import check_namespace
from emr_eks_placement.facts.quotas import FARGATE_VCPUS
from emr_eks_placement.runs.source import AwsReader, Source
from emr_eks_placement.scheduling.capacity import Capacity

if TYPE_CHECKING:
    from emr_eks_placement.common.yaml_document import YamlDocument
    from emr_eks_placement.environment import Environment


def open_source(options: argparse.Namespace) -> Source:
    """The source that the options name. Raises InputError for what can't be read and for malformed options."""
    _check_options(options)
    complete: Callable[[Mapping[str, Any]], Mapping[str, Any]] = check_complete
    capacities: Mapping[str, Capacity]
    file = _read_environment(options) if options.environment is not None else None
    aws = AwsReader(options.profile, options.region if file is None else file[0].region)
    if file is not None:
        from emr_eks_placement.environment import capacity_of

        capacities = {file[0].name: capacity_of(file[0])}
    elif options.assembly is not None:
        from emr_eks_placement.assembly import read_assembly

        capacities = read_assembly(options.assembly)
    else:
        capacities = aws.read_cluster(options.cluster)
        complete = aws.resolve_job_template
    if options.fargate_vcpus is not None:
        capacities = {
            name: replace(capacity, fargate_vcpus=options.fargate_vcpus) for name, capacity in capacities.items()
        }
    return Source(capacities, options.virtual_cluster, options.namespace, complete, aws.read_s3, file)


def _check_options(options: argparse.Namespace) -> None:
    if options.fargate_vcpus is not None and options.fargate_vcpus < 1:
        broken = RuleError(
            options.fargate_vcpus, "must be at least 1 vCPU", f"Write the account's quota {FARGATE_VCPUS.code}"
        )
        raise InputError([finding("--fargate-vcpus", broken)])
    if options.namespace is not None:
        try:
            check_namespace(options.namespace)
        except RuleError as broken:
            raise InputError([finding("--namespace", broken)]) from None


def _read_environment(options: argparse.Namespace) -> "tuple[Environment, YamlDocument]":
    from emr_eks_placement.cli.options.environment_session import check_region
    from emr_eks_placement.environment_file import read_environment

    environment, document = read_environment(options.environment)
    check_region(environment, options)
    return environment, document
