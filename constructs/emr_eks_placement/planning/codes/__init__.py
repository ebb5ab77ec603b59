"""The codes of problems: what each means, its fix, and how certain it is. Codes are stable, because pipelines ignore by
code."""

from collections.abc import Mapping
from types import MappingProxyType

from emr_eks_placement.planning.codes import ec2, emr, fargate, namespace, pod, request, run, spark, template
from emr_eks_placement.planning.codes.code import SEVERITIES, Code, Severity

CODES: Mapping[str, Code] = MappingProxyType(
    {
        **fargate.CODES,
        **ec2.CODES,
        **run.CODES,
        **namespace.CODES,
        **emr.CODES,
        **request.CODES,
        **spark.CODES,
        **pod.CODES,
        **template.CODES,
    }
)

__all__ = ["CODES", "SEVERITIES", "Code", "Severity"]
