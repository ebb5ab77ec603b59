"""What gives each problem of a plan, by its code."""

from tests.unit.problem_cases import ec2, emr, fargate, namespace, pod, request, run, spark, template
from tests.unit.problem_cases.case import Case

CASES: dict[str, list[Case]] = {
    **fargate.CASES,
    **ec2.CASES,
    **run.CASES,
    **emr.CASES,
    **namespace.CASES,
    **request.CASES,
    **spark.CASES,
    **template.CASES,
    **pod.CASES,
}

__all__ = ["CASES", "Case"]
