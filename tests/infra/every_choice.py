"""Every environment, and dev.yaml with every choice that brings other resources."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from stacks import EnvironmentStacks
from tests.changed_environment import changed_environment
from tests.infra.conftest import NAMES, Synthesize
from tests.infra.synthesized import Synthesized, cli_context
from tests.infra.test_consumers import CONSUMERS
from tests.infra.test_core_dns import NO_NODES
from tests.infra.test_existing import GIVEN
from tests.infra.test_network_choices import CHOICES
from tests.infra.test_node_pools import POOLS

_OF_ALL: dict[str, dict[str, Any]] = {
    **CHOICES,
    "encrypted": {"encryption": {"customer_managed_key": True}, **CHOICES["routed"]},
    "existing": GIVEN,
    "consumers": CONSUMERS,
    "pooled": {"node_pools": POOLS},
    "without-nodes": NO_NODES,
    "by-the-handler": {"cluster": {"emr_access": "handler"}},
}


def every_choice(synthesize: Synthesize, folder: Path) -> Iterator[Synthesized]:
    """All of them, synthesized; below the folder those that are not in environments/."""
    yield from map(synthesize, NAMES)
    for name, parts in _OF_ALL.items():
        (folder / name).mkdir()
        environment = changed_environment(folder / name, **parts)
        app = cdk.App(outdir=str(folder / name / "cdk.out"), context=cli_context(), analytics_reporting=False)
        stacks = EnvironmentStacks(app, environment)
        app.synth()
        yield Synthesized(environment, stacks, folder / name / "cdk.out")
