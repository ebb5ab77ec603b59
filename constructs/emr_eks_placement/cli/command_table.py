"""The commands: what each is for, and its arguments."""

import argparse
from collections.abc import Callable
from importlib import import_module

from emr_eks_placement.cli.options import arguments, job_run_arguments


class Command:
    """A command, which `run` of the module of its name in commands carries out, imported only then: --help answers at once.

    For the same reason it is no dataclass: to import dataclasses takes as long as Python takes to start.
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
        """summary: of one line; description: with the exit statuses."""
        self.name = name
        self.summary = summary
        self.description = description
        self.example = example
        self.add_arguments = add_arguments

    def run(self, options: argparse.Namespace) -> int:
        """The exit status. Raises InputError for input that can't be used."""
        module = import_module(f"emr_eks_placement.cli.commands.{self.name.replace('-', '_')}")
        run: Callable[[argparse.Namespace], int] = module.run
        return run(options)


COMMANDS = (
    Command(
        name="define",
        summary="write StartJobRun definitions and their pod templates as files",
        description="Write the StartJobRun definition of each job and placement of an environment, and the pod templates "
        "they name, as files. What is not deployed yet, or not told, stands as a <placeholder>.",
        example="emr-placement define trip-count fargate -e environments/dev.yaml --outputs cdk-outputs.json",
        add_arguments=arguments.add_define,
    ),
    Command(
        name="start-commands",
        summary="print the AWS CLI command that starts each job of a deployed environment",
        description="Print the AWS CLI commands that start each job of an environment in each of its placements, by what is "
        "deployed of it, and where its definition is deployed. Calls nothing.",
        example="emr-placement start-commands trip-count -e environments/dev.yaml",
        add_arguments=arguments.add_start_commands,
    ),
    Command(
        name="plan",
        summary="say where every pod of StartJobRun requests, or of an environment's jobs, will land, and why",
        description="Say where the submitter, the driver and the executors of each request will land, and why: in what an "
        "environment file describes, in what a synthesized CDK app deploys, or in a live cluster. Without requests: of "
        "each job of the environment file in each of its placements. "
        "Exit status: 0 without errors, 1 with errors, 2 when something can't be planned.",
        example="emr-placement plan job-run.json -e environments/dev.yaml",
        add_arguments=arguments.add_plan,
    ),
    Command(
        name="submit",
        summary="start a job run, if its pods can be placed, and wait for it",
        description="Start a run of a job of a deployed environment, or of any StartJobRun request, after planning it: "
        "an error of the plan stops it. Exit status: 0 when started, with --wait when completed; 1 when a problem stopped "
        "it, with --wait when it failed or was cancelled; 2 when nothing could be submitted.",
        example="emr-placement submit trip-count --mode fargate -e environments/dev.yaml --wait",
        add_arguments=job_run_arguments.add_submit,
    ),
    Command(
        name="submit-many",
        summary="start up to 10,000 job runs, each exactly once",
        description="Start the job runs of a file, each exactly once: interrupted or killed, it goes on where it was when it "
        "is run again. Exit status: 0 when all are started, 1 when some are not or a problem stopped all, 2 when nothing "
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
        summary="say what EMR knows of a job run",
        description="Say what EMR knows of a job run: its state, why, since when.",
        example="emr-placement status 00000003abcdef -e environments/dev.yaml",
        add_arguments=job_run_arguments.add_status,
    ),
    Command(
        name="observe",
        summary="lay where the pods of a job run are beside where its plan says",
        description="Read the pods of a job run from its cluster's Kubernetes API and lay them beside the plan of its request: "
        "node group, node pool or Fargate profile, zone, size, and why a pod is Pending. Exit status: 0 as planned, 1 when a "
        "pod is elsewhere, Pending or not there yet, 2 when that can't be told, as of a run that has ended.",
        example="emr-placement observe 00000003abcdef -e environments/dev.yaml",
        add_arguments=job_run_arguments.add_observe,
    ),
    Command(
        name="logs",
        summary="print the log of a job run's driver, executors or submitter",
        description="Print what a job run has logged to CloudWatch, or else to S3. Exit status: 0 when something was there, "
        "1 when nothing is logged, 2 when there is no such run or log.",
        example="emr-placement logs 00000003abcdef -e environments/dev.yaml --pod driver --follow",
        add_arguments=job_run_arguments.add_logs,
    ),
    Command(
        name="cancel",
        summary="cancel a job run",
        description="Ask EMR to end a job run. Exit status: 0 when it was asked to end or is cancelled, 1 when it has ended "
        "otherwise, 2 when there is no such run.",
        example="emr-placement cancel 00000003abcdef -e environments/dev.yaml --wait",
        add_arguments=job_run_arguments.add_cancel,
    ),
    Command(
        name="check-account",
        summary="say whether an AWS account has what an environment needs before it is deployed",
        description="Check with read-only calls whether the account has what an environment needs before it is "
        "deployed: region, zones, instance types, quotas, roles, the CDK's bootstrap stack. "
        "Exit status: 0 when all is well, 1 when something is not, 2 without usable credentials or environment file.",
        example="emr-placement check-account -e environments/dev.yaml --profile my-profile",
        add_arguments=arguments.add_check_account,
    ),
    Command(
        name="doctor",
        summary="say whether a deployed environment is well and is what its file says",
        description="Check with read-only calls whether a deployed environment works and is what its file says: stacks, "
        "cluster, node groups, Fargate profiles, access, roles, files, addresses, quotas; and say how to fix what is "
        "not. Exit status: 0 when all is well, 1 when something is not, 2 without usable credentials or environment "
        "file.",
        example="emr-placement doctor -e environments/dev.yaml --profile my-profile",
        add_arguments=arguments.add_doctor,
    ),
    Command(
        name="smoke-test",
        summary="run a small job in each placement and say what was not as planned",
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
        "cluster, and wait until they have ended: before the environment is deleted. "
        "Exit status: 0 when no job run is active, 1 when some still are, 2 when nothing could be done.",
        example="emr-placement drain -e environments/dev.yaml --timeout 600",
        add_arguments=arguments.add_drain,
    ),
    Command(
        name="empty-bucket",
        summary="empty the bucket of an environment whose data goes with its stacks",
        description="Delete every object, with all its versions, of the bucket that an environment with retain_data: "
        "false has made: before the environment is deleted, as AWS deletes empty buckets only. A bucket that is to "
        "stay is left alone. Exit status: 0 when nothing is left to empty, 1 when not agreed to, 2 when it could not "
        "be done.",
        example="emr-placement empty-bucket -e environments/dev.yaml",
        add_arguments=arguments.add_empty_bucket,
    ),
    Command(
        name="deployer-policy",
        summary="write the IAM policies that deploying a synthesized app takes",
        description="Write the IAM policies that deploying, changing and deleting the stacks of a synthesized app takes, as "
        "files: execution-*.json for the role that CloudFormation deploys with, caller.json for whoever runs the CDK CLI.",
        example="emr-placement deployer-policy --assembly cdk.out --account 111122223333",
        add_arguments=arguments.add_deployer_policy,
    ),
    Command(
        name="explain",
        summary="say what the code of a problem means and how to fix it",
        description="Say what the code of a problem means that plan found, and how to fix it.",
        example="emr-placement explain FARGATE_VOLUME",
        add_arguments=arguments.add_explain,
    ),
)
"""Every command, in the order in which --help names them."""
