"""What an environment costs at rest, and what a run of a job costs in each placement."""

from emr_eks_placement.cost.at_rest import cost_at_rest
from emr_eks_placement.cost.bill import Amount, Bill, Part, monthly
from emr_eks_placement.cost.cheapest import Cheapest, Choice, cheapest
from emr_eks_placement.cost.of_run import RunCost, Usage, cost_of_run
from emr_eks_placement.cost.past_runs import usage_of_runs
from emr_eks_placement.cost.prices import Prices

__all__ = [
    "Amount",
    "Bill",
    "Cheapest",
    "Choice",
    "Part",
    "Prices",
    "RunCost",
    "Usage",
    "cheapest",
    "cost_at_rest",
    "cost_of_run",
    "monthly",
    "usage_of_runs",
]
