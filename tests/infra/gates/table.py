"""Every gate by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from tests.infra.gates import own, synthesis, templates
from tests.infra.gates.finding import Finding
from tests.infra.synthesized import Synthesized

Gate = Callable[[Sequence[Synthesized]], Iterator[Finding]]

GATES: Mapping[str, Gate] = {
    **{name: partial(synthesis.reported, name) for name in synthesis.REPORTED},
    "cfn-lint": templates.cfn_lint,
    "checkov": templates.checkov,
    "iam-actions": own.iam_actions,
    "kubectl": own.kubectl,
    "instance-types": own.instance_types,
    "volumes": own.volumes,
    "clusters": own.clusters,
}
