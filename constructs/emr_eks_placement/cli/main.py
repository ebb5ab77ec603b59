"""emr-placement: its commands, and how their errors are reported."""

import argparse
import sys
from collections.abc import Sequence

from emr_eks_placement.cli.commands import COMMANDS, Command


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0: done, 1: something is wrong, as the command says, 2: unusable input, told in one line each on
    standard error.
    """
    options = _parser().parse_args(arguments)
    command: Command = options.command
    from emr_eks_placement.errors import InputError  # imported late: --help answers at once

    try:
        return command.run(options)
    except InputError as error:
        for finding in error.findings:
            sys.stderr.write(f"error: {finding}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emr-placement",
        description="Where each pod of a Spark job on EMR on EKS lands: EC2 node groups, node pools or AWS Fargate.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(
            command.name,
            help=command.summary,
            description=command.description,
            epilog=f"example: {command.example}",
        )
        own.set_defaults(command=command)
        command.add_arguments(own)
    return parser


if __name__ == "__main__":
    sys.exit(main())
