"""Gates: what validators of others, and checks of our own, find in synthesized environments.

`GATES` holds each gate by name: synthesized environments in, findings out. What stands in explained.yaml beside this is
known and has its reason; tests/infra/test_gates.py lets nothing else pass, and no reason that nothing needs.
"""

from tests.infra.gates.finding import EXPLANATIONS, Explanation, Finding, unexplained, unneeded
from tests.infra.gates.synthesis import synthesize_examined
from tests.infra.gates.table import GATES

__all__ = ["EXPLANATIONS", "GATES", "Explanation", "Finding", "synthesize_examined", "unexplained", "unneeded"]
