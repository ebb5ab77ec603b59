"""emr-placement: its commands, and how their errors are reported."""

import argparse
import os
import sys
from collections.abc import Sequence

from emr_eks_placement.cli.command_table import COMMANDS, Command

_PROGRAM = "emr-placement"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0: done, 1: something is wrong, as the command says, 2: unusable input, told in one line each on
    standard error; 130 and 141: interrupted, and whoever reads its output, head for one, has stopped (128 + SIGINT and
    SIGPIPE, as shells have it).
    """
    asked = sys.argv[1:] if arguments is None else arguments
    command = next((one for one in COMMANDS if asked and one.name == asked[0]), None)
    if command is None:
        overview = _overview()
        if asked and not asked[0].startswith("-"):
            overview.error(_no_command(asked[0]))
        overview.parse_args(asked)
        overview.error("the command comes first")
    options = parser_of(command).parse_args(asked[1:])
    from emr_eks_placement.common.errors import InputError  # imported late: --help answers at once

    try:
        status = command.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Or Python tells of it again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        sys.stderr.write("note: interrupted\n")
        return 130
    except InputError as error:
        for finding in error.findings:
            sys.stderr.write(f"error: {finding}\n")
        return 2
    return status


def _overview() -> argparse.ArgumentParser:
    """For --help, and to say what is wrong without a command."""
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Where each pod of a Spark job on EMR on EKS lands: EC2 node groups, node pools or AWS Fargate.",
        formatter_class=_Help,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        commands.add_parser(command.name, help=command.summary, add_help=False)
    return parser


class _Version(argparse.Action):
    """Prints the package's version, which takes a while to find out."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"{_PROGRAM} {version('emr-eks-placement')}\n")
        parser.exit()


def _no_command(word: str) -> str:
    from difflib import get_close_matches  # slow to import

    near = get_close_matches(word, [command.name for command in COMMANDS], n=1)
    return f"there is no command {word!r}" + (f": did you mean {near[0]}?" if near else "; --help lists the commands")


def parser_of(command: Command) -> argparse.ArgumentParser:
    """Of one command alone: to make those of all takes a while."""
    parser = argparse.ArgumentParser(
        prog=f"{_PROGRAM} {command.name}",
        description=command.description,
        epilog=f"example: {command.example}",
        formatter_class=_Help,
    )
    command.add_arguments(parser)
    return parser


class _Help(argparse.HelpFormatter):
    """As wide as the terminal; argparse would import shutil to find that out, in a third of the time Python takes to start."""

    def __init__(self, prog: str) -> None:
        try:
            columns = os.get_terminal_size().columns
        except OSError:  # no terminal
            columns = 80
        super().__init__(prog, width=columns - 2)


if __name__ == "__main__":
    sys.exit(main())
