"""Plans of an environment's jobs, as `define` would define them."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.definition import JobRunDefinition, define, define_job_run, placeholders_of
from emr_eks_placement.environment import Environment
from emr_eks_placement.environment_file import finding_in
from emr_eks_placement.planning import Plan
from emr_eks_placement.pod_template.text import parse_template
from emr_eks_placement.runs.planned import Outcome, plan_request
from emr_eks_placement.runs.prepared import at_option
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.choose import ChosenPlacement, choose_placement


@dataclass(frozen=True)
class JobPlanner:
    """Plans jobs of an environment; document: of its file; capacity: what it has once it is deployed."""

    environment: Environment
    document: YamlDocument
    capacity: Capacity

    def plan(self, jobs: Sequence[str], options: argparse.Namespace) -> Iterator[tuple[str, Outcome]]:
        """The plan of each job in each of its placements, or in that of the options, by JOB/PLACEMENT; or why there is none.

        Raises InputError, at the option, for a job or a placement that the environment does not have.
        """
        for job, chosen in [(name, chosen) for name in jobs for chosen in self._chosen(name, options)]:
            yield f"{job}/{chosen.name}", self._outcome(job, chosen)

    def _chosen(self, job: str, options: argparse.Namespace) -> list[ChosenPlacement]:
        asked = {"placement": options.placement, "mode": options.mode, "zone": options.zone}
        if job in self.environment.jobs and not any(asked.values()):
            placements = self.environment.jobs[job].placements
            return [ChosenPlacement(name, choice, is_deployed=True) for name, choice in placements.items()]
        try:
            return [choose_placement(self.environment, job, **asked)]
        except RuleError as broken:
            raise InputError([at_option(broken, self.document.file)]) from None

    def _outcome(self, job: str, chosen: ChosenPlacement) -> Outcome:
        try:
            definition = self._defined(job, chosen)
        except RuleError as broken:
            if chosen.is_deployed:
                return (finding_in(self.document, broken),)
            return (finding("--zone", broken, path=()),)  # which no placement of the file has
        return self._plan(job, chosen, definition)

    def _defined(self, job: str, chosen: ChosenPlacement) -> JobRunDefinition:
        if chosen.is_deployed:
            return define_job_run(self.environment, job, chosen.name)
        settings = self.environment.jobs[job]
        return define(
            settings,
            chosen.choice.placement,
            self.environment,
            virtual_cluster=settings.virtual_cluster,
            execution_role=settings.execution_role,
            node_selection=chosen.choice.node_selection,
        )

    def _plan(self, job: str, chosen: ChosenPlacement, definition: JobRunDefinition) -> Plan:
        virtual_cluster = self.environment.jobs[job].virtual_cluster
        deployed = placeholders_of(virtual_cluster)
        templates = {deployed.uri(one.key): parse_template(one.text, one.key) for one in definition.pod_templates}
        namespace = self.environment.virtual_clusters[virtual_cluster].namespace
        return plan_request(f"{job}/{chosen.name}", definition.request, templates, self.capacity, namespace)
