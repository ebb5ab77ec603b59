"""emr-placement map: an environment and the pods of its jobs, as SVG."""

import argparse
import sys

from emr_eks_placement.environment import capacity_of
from emr_eks_placement.environment_file import read_environment
from emr_eks_placement.planning import Plan
from emr_eks_placement.review import Side
from emr_eks_placement.review.picture import map_of
from emr_eks_placement.runs.plan_jobs import JobPlanner

DONE, UNUSABLE = 0, 2


def run(options: argparse.Namespace) -> int:
    """Prints the map; 0, or 2 where something can't be planned, which standard error reports.

    Raises InputError for the environment file, and for a job that it does not have.
    """
    environment, document = read_environment(options.environment)
    planner = JobPlanner(environment, document, capacity_of(environment))
    jobs = list(dict.fromkeys(options.jobs)) or list(environment.jobs)
    outcomes = dict(planner.plan(jobs, {"mode": None, "placement": None, "zone": None}))
    plans = {label: one for label, one in outcomes.items() if isinstance(one, Plan)}
    refused = (one for found in outcomes.values() if not isinstance(found, Plan) for one in found)
    sys.stderr.writelines(dict.fromkeys(f"error: {one}\n" for one in refused))
    sys.stdout.write(map_of(Side(label=environment.name, environment=environment, plans=plans)))
    return DONE if len(plans) == len(outcomes) else UNUSABLE
