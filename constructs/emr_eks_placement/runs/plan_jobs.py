"""Plans an environment's jobs as `define` would define them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from emr_eks_placement.common.errors import InputError, RuleError, finding
from emr_eks_placement.common.yaml_document import YamlDocument
from emr_eks_placement.definition import placeholders_of
from emr_eks_placement.definition.job_run import check_job_run
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.environment_file import finding_in
from emr_eks_placement.planning import plan
from emr_eks_placement.runs.prepared import at_option, check_chosen
from emr_eks_placement.runs.source import Outcome
from emr_eks_placement.scheduling.capacity import Capacity
from emr_eks_placement.submission.choose import ChosenPlacement, choose_placement


@dataclass(frozen=True)
class JobPlanner:
    """Plans jobs of an environment. document: of its file; capacity: after its deployment."""

    environment: Environment
    document: YamlDocument
    capacity: Capacity

    @cached_property
    def _own(self) -> Capacity:
        """The capacity that the placements are checked with, whatever the options set."""
        return capacity_of(self.environment)

    def plan(self, jobs: Sequence[str], asked: dict[str, str | None]) -> Iterator[tuple[str, Outcome]]:
        """Yields the plan of each job in each of its placements, by JOB/PLACEMENT, or why there is none.

        asked: the placement, mode and zone of the options, as `choose_placement` takes them. Raises InputError, at the
        option, for a job or a placement that the environment does not have.
        """
        for job, chosen in [(name, chosen) for name in jobs for chosen in self._chosen(name, asked)]:
            yield f"{job}/{chosen.name}", self._outcome(job, chosen)

    def _chosen(self, job: str, asked: dict[str, str | None]) -> list[ChosenPlacement]:
        if job in self.environment.jobs and not any(asked.values()):
            placements = self.environment.jobs[job].placements
            return [ChosenPlacement(name, choice, is_deployed=True) for name, choice in placements.items()]
        try:
            return [choose_placement(self.environment, job, **asked)]
        except RuleError as broken:
            raise InputError([at_option(broken, self.document.file)]) from None

    def _outcome(self, job: str, chosen: ChosenPlacement) -> Outcome:
        try:
            if chosen.is_deployed:
                checked = check_job_run(self.environment, job, chosen.name, capacity=self._own)
            else:
                checked = check_chosen(self.environment, job, chosen, capacity=self._own)
        except RuleError as broken:
            if chosen.is_deployed:
                return (finding_in(self.document, broken),)
            return (finding("--zone", broken, path=()),)  # no placement of the file has it
        if self.capacity == self._own:
            return checked.plan
        definition = checked.definition(placeholders_of(self.environment.jobs[job].virtual_cluster))
        return plan(definition.request, definition.templates, self.capacity, namespace=checked.settings.namespace)
