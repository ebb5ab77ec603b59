"""The arguments of each command except those for job runs, and arguments that several commands share."""

import argparse
import os


def path(text: str) -> os.PathLike[str]:
    """Returns a path of the command line as a pathlib.Path. Imports pathlib only here, to keep --help fast.

    Raises ValueError for an empty one, which pathlib takes for the current folder.
    """
    from pathlib import Path

    if not text:
        raise ValueError
    return Path(text)


def environment(text: str) -> os.PathLike[str]:
    """Returns the path of an environment file, or of environments/NAME.yaml for a plain name."""
    from pathlib import Path

    file = Path(path(text))
    is_name = file.name == text and file.suffix not in (".yaml", ".yml") and not file.is_file()
    return Path("environments", f"{text}.yaml") if is_name else file


def add_environment(parser: "argparse._ActionsContainer", meaning: str, *, required: bool = True) -> None:
    """Adds the arguments of commands that read an environment file."""
    parser.add_argument("-e", "--environment", type=environment, required=required, metavar="FILE", help=meaning)


def add_account_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of commands that call AWS."""
    parser.add_argument(
        "--profile", metavar="NAME", help="the AWS profile (default: the standard chain, from AWS_PROFILE on)"
    )
    parser.add_argument(
        "--region",
        metavar="NAME",
        help="the AWS region (default: of the environment file, else of AWS_REGION or of the profile)",
    )


def add_output(
    parser: argparse.ArgumentParser, choices: tuple[str, ...] = ("table", "json"), meaning: str = "what to print"
) -> None:
    """Adds the argument that chooses what a command prints, the first choice by default."""
    parser.add_argument("--output", choices=choices, default=choices[0], help=f"{meaning} (default: %(default)s)")


def add_repeatable(parser: argparse.ArgumentParser, option: str, metavar: str, meaning: str) -> None:
    """Adds an option that may be given several times."""
    parser.add_argument(option, action="append", default=[], metavar=metavar, help=f"{meaning}; repeatable")


def add_fail_on(parser: argparse.ArgumentParser, worst: str, least: str, meaning: str) -> None:
    """Adds the argument that chooses the least finding that counts: a warning, or only the worst kind. least: by default."""
    parser.add_argument(
        "--fail-on", choices=("warning", worst), default=least, help=f"{meaning} (default: %(default)s)"
    )


def add_output_directory(parser: argparse.ArgumentParser, default: str) -> None:
    """Adds -o of the commands that write files. default: the folder."""
    meaning = "where to write (default: %(default)s)"
    parser.add_argument("-o", "--output-directory", type=path, default=default, metavar="DIR", help=meaning)


def _add_job_and_placement(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", nargs="?", metavar="JOB", help="a job of the environment (default: every job)")
    parser.add_argument("placement", nargs="?", metavar="PLACEMENT", help="a placement of the job (default: all)")


def add_problem_options(parser: argparse.ArgumentParser, meaning: str, least: str) -> None:
    """Adds the arguments of commands that plan: which problems count. meaning, least: of --fail-on and its default."""
    add_repeatable(parser, "--ignore", "CODE", "a problem not to report")
    add_fail_on(parser, "error", least, meaning)


def add_placement_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that choose placements of a job."""
    parser.add_argument(
        "--mode", metavar="MODE", help="the placement mode: fargate, fargate-executors, pinned-driver, ec2"
    )
    parser.add_argument("--placement", metavar="NAME", help="a placement of the job, instead of --mode")
    parser.add_argument("--zone", metavar="ZONE", help="the one zone of driver and executors, as us-east-1a")


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the command plan."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE|JOB",
        help="a StartJobRun request, as JSON, YAML or in other forms (FILE#NAME is one of several, - standard input), or a "
        "job of the environment (default: every job)",
    )
    add_placement_options(parser)
    source = parser.add_mutually_exclusive_group(required=True)
    add_environment(source, "plan for an environment file", required=False)
    source.add_argument(
        "--assembly", type=path, metavar="DIR", help="plan for the output of cdk synth, such as cdk.out"
    )
    source.add_argument("--cluster", metavar="NAME", help="plan for a live EKS cluster; makes read-only calls to AWS")
    parser.add_argument(
        "--virtual-cluster",
        metavar="NAME",
        help="name or id of the requests' virtual cluster (default: their virtualClusterId, or the only one)",
    )
    parser.add_argument("--namespace", help="the requests' namespace, instead of their virtual cluster's")
    parser.add_argument(
        "--pod-templates",
        type=path,
        metavar="DIR",
        help="where the pod templates are (default: beside the request, then in S3)",
    )
    parser.add_argument(
        "--fargate-vcpus", type=int, metavar="N", help="the account's quota L-3032A538 (default: of the source, or 6)"
    )
    add_problem_options(parser, "the lowest severity with exit status 1", "error")
    add_output(parser, ("table", "json", "markdown"))
    add_account_options(parser)


def add_check(parser: argparse.ArgumentParser) -> None:
    """Of check."""
    parser.add_argument("files", nargs="+", type=environment, metavar="FILE", help="an environment file")


def add_check_account(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of check-account."""
    _add_checks(parser, "the environment file to be deployed")


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of doctor."""
    _add_checks(parser, "the environment file that was deployed")


def _add_checks(parser: argparse.ArgumentParser, file: str) -> None:
    """Adds the arguments of commands that check an account. file: the meaning of the environment file."""
    add_environment(parser, file)
    parser.add_argument("-v", "--verbose", action="store_true", help="report the checks that are ok, too")
    add_repeatable(parser, "--ignore", "CHECK", "a check not to report")
    meaning = "the lowest severity with exit status 1; what is not checked counts as a warning"
    add_fail_on(parser, "missing", "warning", meaning)
    add_output(parser)
    add_account_options(parser)


def add_drain(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of drain."""
    which = parser.add_mutually_exclusive_group(required=True)
    add_environment(which, "drain the environment of this file", required=False)
    which.add_argument("--virtual-cluster", metavar="ID", help="drain the virtual cluster of this id")
    parser.add_argument(
        "--timeout",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long to wait for the job runs to end (default: %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="cancel without asking")
    add_account_options(parser)


def add_empty_bucket(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of empty-bucket."""
    add_environment(parser, "empty the bucket of this file's environment")
    parser.add_argument("--yes", action="store_true", help="delete without asking")
    add_account_options(parser)


def add_deployer_policy(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of deployer-policy."""
    parser.add_argument(
        "--assembly", type=path, required=True, metavar="DIR", help="the output of cdk synth, such as cdk.out"
    )
    parser.add_argument(
        "--account", metavar="ID", help="the account of the resources (default: the assembly's, or * where it has none)"
    )
    add_output_directory(parser, "deployer-policy")


def add_start_commands(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of start-commands."""
    _add_job_and_placement(parser)
    add_environment(parser, "the environment file that was deployed")
    meaning = "what to print; json has the stack, the SSM parameter and the bucket's object, too"
    add_output(parser, ("shell", "json"), meaning)


def add_define(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of define."""
    _add_job_and_placement(parser)
    add_environment(parser, "the environment file, such as environments/dev.yaml")
    add_output_directory(parser, "definitions")
    parser.add_argument(
        "--prune",
        action="store_true",
        help="remove the files of an earlier run that no longer belong to the environment",
    )
    parser.add_argument(
        "--outputs",
        type=path,
        metavar="FILE",
        help="the stack outputs of the deployed environment: cdk deploy --outputs-file FILE",
    )
    for option, what in (
        ("--virtual-cluster-id", "id of the virtual cluster"),
        ("--execution-role-arn", "ARN of the role that the job's pods run with"),
        ("--bucket", "bucket of the pod templates and uploaded files"),
        ("--log-group-name", "CloudWatch log group of the containers"),
        ("--log-uri", "S3 location of the containers' logs"),
    ):
        parser.add_argument(option, metavar="VALUE", help=f"{what}, instead of the one of --outputs")


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of explain."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code that plan printed (default: every code)")
