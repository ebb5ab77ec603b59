"""Gates: what validators of others, and checks of our own, find in synthesized environments.

`GATES` holds each gate by name: synthesized environments in, findings out. explained.yaml beside this has the known
findings with their reasons; tests/infra/test_gates.py allows no other finding, and no reason that is not needed.
"""

from tests.infra.gates.finding import EXPLANATIONS, Explanation, Finding, unexplained, unneeded
from tests.infra.gates.synthesis import synthesize_examined
from tests.infra.gates.table import GATES

__all__ = ["EXPLANATIONS", "GATES", "Explanation", "Finding", "synthesize_examined", "unexplained", "unneeded"]
