"""What the tests of the laws share: how many cases, and define and plan of a random case."""

import os

from hypothesis import HealthCheck, settings

from emr_eks_placement.common.errors import RuleError
from emr_eks_placement.definition import JobRunDefinition, define
from emr_eks_placement.environment import Environment, capacity_of
from emr_eks_placement.planning import Plan, plan
from tests.strategies import NAMESPACE, VIRTUAL_CLUSTER, Case
from tests.unit.read_back import DEPLOYED

# Always the same cases by default; so many random ones where the variable is set, as by make laws.
EXAMPLES = os.environ.get("ROUND_TRIP_EXAMPLES")
LAW = settings(
    max_examples=int(EXAMPLES or 150),
    derandomize=EXAMPLES is None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def defined(case: Case) -> JobRunDefinition | None:
    """What define gives, None where it refuses."""
    try:
        return define(
            case.job,
            case.placement,
            case.environment,
            virtual_cluster=VIRTUAL_CLUSTER,
            deployed=DEPLOYED,
            node_selection=case.node_selection,
        )
    except RuleError:
        return None


def planned(definition: JobRunDefinition, target: Environment, namespace: str = NAMESPACE) -> Plan:
    templates = {DEPLOYED.uri(template.key): template.content for template in definition.pod_templates}
    return plan(definition.request, templates, capacity_of(target), namespace=namespace)
