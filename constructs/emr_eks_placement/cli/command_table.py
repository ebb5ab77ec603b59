"""The commands: the purpose and arguments of each."""

import argparse
from collections.abc import Callable
from importlib import import_module

from emr_eks_placement.cli.options import arguments, job_run_arguments, review_arguments


class Command:
    """A command. `run` of the module of its name in commands carries it out; the module is imported only then, to keep
    --help fast.

    For the same reason this is no dataclass: importing dataclasses takes as long as starting Python.
    """

    def __init__(
        self,
        *,
        name: str,
        summary: str,
        description: str,
        example: str,
        add_arguments: Callable[[argparse.ArgumentParser], None],
    ) -> None:
        """summary: one line; description: includes the exit statuses."""
        self.name = name
        self.summary = summary
        self.description = description
        self.example = example
        self.add_arguments = add_arguments

    def run(self, options: argparse.Namespace) -> int:
        """Returns the exit status. Raises InputError for unusable input."""
        module = import_module(f"emr_eks_placement.cli.commands.{self.name.replace('-', '_')}")
        run: Callable[[argparse.Namespace], int] = module.run
        return run(options)


COMMANDS = (
    Command(
        name="define",
        summary="write StartJobRun definitions and their pod templates as files",
        description="Write the StartJobRun definition of each job and placement of an environment, and the pod templates "
        "they name, as files. Values that are not known before the deployment are <placeholders>.",
        example="emr-placement define trip-count fargate -e environments/dev.yaml --outputs cdk-outputs.json",
        add_arguments=arguments.add_define,
    ),
    Command(
        name="start-commands",
        summary="print the AWS CLI command that starts each job of a deployed environment",
        description="Print the AWS CLI commands that start each job of a deployed environment in each of its placements, and "
        "where its definitions are. Makes no calls to AWS.",
        example="emr-placement start-commands trip-count -e environments/dev.yaml",
        add_arguments=arguments.add_start_commands,
    ),
    Command(
        name="plan",
        summary="show where each pod of a job will land, and why",
        description="Show where the submitter, the driver and the executors of each StartJobRun request will land, and why: "
        "in the environment of a file, in what a synthesized CDK app deploys, or in a live cluster. Without requests, plan "
        "each job of the environment file in each of its placements. "
        "Exit status: 0 without errors, 1 with errors, 2 when something can't be planned.",
        example="emr-placement plan job-run.json -e environments/dev.yaml",
        add_arguments=arguments.add_plan,
    ),
    Command(
        name="check",
        summary="check environment files",
        description="Check environment files: every setting, and every placement of every job. Print each error with its line "
        "and fix. Makes no calls to AWS. Exit status: 0 without errors, 2 with errors.",
        example="emr-placement check environments/dev.yaml environments/prod.yaml",
        add_arguments=arguments.add_check,
    ),
    Command(
        name="cost",
        summary="show what an environment costs at rest, and a run of each job",
        description="Show what an environment costs while no job runs, and what a run of each job costs in each of its "
        "placements, by list prices. EC2 nodes are a range: from the share of them that the pods take to whole nodes. It lists "
        "what is not included. Exit status: 0, or 2 when something can't be planned.",
        example="emr-placement cost trip-count -e environments/dev.yaml --duration 45m",
        add_arguments=review_arguments.add_cost,
    ),
    Command(
        name="review",
        summary="show what a change of an environment does to resources, pods and costs",
        description="Show what a change of an environment does: which resources are added, updated, replaced and removed, where "
        "the pods of every job move, which problems come and go, and what it costs. With one file, review it by itself. "
        "Exit status: 0, 1 by --fail-on, 2 for what can't be reviewed.",
        example="emr-placement review main:environments/dev.yaml environments/dev.yaml --output markdown",
        add_arguments=review_arguments.add_review,
    ),
    Command(
        name="map",
        summary="draw an environment and the pods of its jobs as SVG",
        description="Draw an environment as one SVG file on standard output: its VPC, zones, node groups, node pools, Fargate "
        "profiles and namespaces, and the pods of each job and placement in them. Makes no calls to AWS. "
        "Exit status: 0, or 2 when something can't be planned; the map has the rest.",
        example="emr-placement map -e environments/dev.yaml > map.svg",
        add_arguments=review_arguments.add_map,
    ),
    Command(
        name="prices",
        summary="read the prices of a region from AWS",
        description="Read the prices of a region from AWS's price list and from the history of Spot prices, and write them as "
        "DIR/REGION.json, which cost reads. Needs pricing:GetProducts and ec2:DescribeSpotPriceHistory.",
        example="emr-placement prices refresh --region eu-west-1 -o environments/prices",
        add_arguments=review_arguments.add_prices,
    ),
    Command(
        name="submit",
        summary="start a job run, if its pods can be placed, and wait for it",
        description="Plan a job of a deployed environment, or any StartJobRun request, and start a run of it. An error of "
        "the plan stops it. Exit status: 0 when started, with --wait when completed; 1 when a problem stopped "
        "it, with --wait when it failed or was cancelled; 2 when nothing could be submitted.",
        example="emr-placement submit trip-count --mode fargate -e environments/dev.yaml --wait",
        add_arguments=job_run_arguments.add_submit,
    ),
    Command(
        name="submit-many",
        summary="start up to 10,000 job runs, each exactly once",
        description="Start the job runs of a file, each exactly once. After an interrupt or a kill, the same command continues "
        "where it was. Exit status: 0 when all are started, 1 when some are not or a problem stopped all, 2 when nothing "
        "more could be submitted.",
        example="emr-placement submit-many nightly.jsonl -e environments/dev.yaml --spread round-robin",
        add_arguments=job_run_arguments.add_submit_many,
    ),
    Command(
        name="list",
        summary="list the job runs of an environment or a virtual cluster",
        description="List the job runs of an environment's deployed virtual clusters, or of one, the newest first.",
        example="emr-placement list -e environments/dev.yaml --active",
        add_arguments=job_run_arguments.add_list,
    ),
    Command(
        name="status",
        summary="show the state of a job run",
        description="Show what EMR reports of a job run: its state, the reason, and its times.",
        example="emr-placement status 00000003abcdef -e environments/dev.yaml",
        add_arguments=job_run_arguments.add_status,
    ),
    Command(
        name="observe",
        summary="compare the pods of a job run with its plan",
        description="Read the pods of a job run from its cluster's Kubernetes API and compare them with the plan of its "
        "request: node group, node pool or Fargate profile, zone, size, and why a pod is Pending. Exit status: 0 as planned, "
        "1 when a pod is elsewhere, Pending or not there yet, 2 when that is not known, such as for a run that has ended.",
        example="emr-placement observe 00000003abcdef -e environments/dev.yaml",
        add_arguments=job_run_arguments.add_observe,
    ),
    Command(
        name="logs",
        summary="print the log of a job run's driver, executors or submitter",
        description="Print the log of a job run from CloudWatch, or else from S3. Exit status: 0 when there was a log, 1 when "
        "it is empty, 2 when there is no such run or log.",
        example="emr-placement logs 00000003abcdef -e environments/dev.yaml --pod driver --follow",
        add_arguments=job_run_arguments.add_logs,
    ),
    Command(
        name="cancel",
        summary="cancel a job run",
        description="Cancel a job run. Exit status: 0 when EMR accepted the request or the run is cancelled, 1 when it has "
        "ended otherwise, 2 when there is no such run.",
        example="emr-placement cancel 00000003abcdef -e environments/dev.yaml --wait",
        add_arguments=job_run_arguments.add_cancel,
    ),
    Command(
        name="check-account",
        summary="check whether an AWS account has what an environment needs",
        description="Check an AWS account before the deployment of an environment, with read-only calls: region, zones, "
        "instance types, quotas, roles, the CDK's bootstrap stack. "
        "Exit status: 0 when everything is ok, 1 when something is not, 2 without usable credentials or environment file.",
        example="emr-placement check-account -e environments/dev.yaml --profile my-profile",
        add_arguments=arguments.add_check_account,
    ),
    Command(
        name="doctor",
        summary="check a deployed environment",
        description="Check with read-only calls whether a deployed environment works and agrees with its file: stacks, cluster, "
        "node groups, Fargate profiles, access, roles, files, addresses, quotas. Print a fix for each finding. Exit status: 0 "
        "when everything is ok, 1 when something is not, 2 without usable credentials or environment file.",
        example="emr-placement doctor -e environments/dev.yaml --profile my-profile",
        add_arguments=arguments.add_doctor,
    ),
    Command(
        name="smoke-test",
        summary="run a small job in each placement and report differences from the plan",
        description="Run a small job once in each placement that the jobs of a deployed environment have, compare its pods, "
        "their nodes, their requests and their logs with the plan, and clean up. "
        "Exit status: 0 when all agreed, 1 when something differed, 2 when nothing could be tried.",
        example="emr-placement smoke-test -e environments/dev.yaml --placement fargate --output json",
        add_arguments=job_run_arguments.add_smoke_test,
    ),
    Command(
        name="drain",
        summary="cancel the active job runs of an environment and wait until they have ended",
        description="Cancel every active job run of an environment's deployed virtual clusters, or of one virtual "
        "cluster, and wait until they have ended. Run it before you delete the environment. "
        "Exit status: 0 when no job run is active, 1 when some still are, 2 when nothing could be done.",
        example="emr-placement drain -e environments/dev.yaml --timeout 600",
        add_arguments=arguments.add_drain,
    ),
    Command(
        name="empty-bucket",
        summary="empty the bucket of an environment before you delete it",
        description="Delete every object, with all its versions, of the bucket that an environment with retain_data: false "
        "created. Run it before you delete the environment: AWS deletes only empty buckets. Other buckets are left alone. "
        "Exit status: 0 when nothing is left to empty, 1 when you answered no, 2 when it could not be done.",
        example="emr-placement empty-bucket -e environments/dev.yaml",
        add_arguments=arguments.add_empty_bucket,
    ),
    Command(
        name="deployer-policy",
        summary="write IAM policies for a deployment with least privilege",
        description="Write IAM policies with the permissions to deploy, change and delete the stacks of a synthesized app: "
        "execution-*.json for the role that CloudFormation uses, caller.json for the user of the CDK CLI.",
        example="emr-placement deployer-policy --assembly cdk.out --account 111122223333",
        add_arguments=arguments.add_deployer_policy,
    ),
    Command(
        name="explain",
        summary="explain a problem's code and how to fix it",
        description="Explain the code of a problem that plan reports, and how to fix it.",
        example="emr-placement explain FARGATE_VOLUME",
        add_arguments=arguments.add_explain,
    ),
)
"""Every command, in the order of --help."""
