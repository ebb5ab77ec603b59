"""Every job run that an environment defines, planned."""

from collections.abc import Iterator

from emr_eks_placement.definition import define_job_run
from emr_eks_placement.definition.deployed import placeholders_of
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.planning import Plan, plan


def planned_runs(environment: Environment) -> Iterator[tuple[str, Plan]]:
    """Each job in each of its placements, by `JOB in PLACEMENT`. Raises RuleError as `define_job_run` does."""
    capacity = capacity_of(environment)
    for job, settings in environment.jobs.items():
        for placement in settings.placements:
            deployed = placeholders_of(settings.virtual_cluster)
            definition = define_job_run(environment, job, placement, deployed, capacity=capacity)
            templates = {deployed.uri(one.key): one.content for one in definition.pod_templates}
            namespace = environment.virtual_clusters[settings.virtual_cluster].namespace
            yield f"{job} in {placement}", plan(definition.request, templates, capacity, namespace=namespace)
