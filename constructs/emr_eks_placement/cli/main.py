"""emr-placement: runs its commands and reports their errors."""

import argparse
import os
import sys
from collections.abc import Sequence

from emr_eks_placement.cli.command_table import COMMANDS, Command
from emr_eks_placement.cli.ending import UNUSABLE, prepare_streams, status_of

_PROGRAM = "emr-placement"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command. Returns 0; 1 if something is wrong, as the command defines it; 2 for unusable input, with one
    line for each error on standard error; 70 for a fault of this program; 130 if interrupted, and 141 if the reader of
    its output, such as head, stopped (128 + SIGINT and SIGPIPE, as in shells).
    """
    if not prepare_streams():
        return UNUSABLE
    asked = sys.argv[1:] if arguments is None else arguments
    command = next((one for one in COMMANDS if asked and one.name == asked[0]), None)
    if command is None:
        overview = _overview()
        if asked and not asked[0].startswith("-"):
            overview.error(_no_command(asked[0]))
        overview.parse_args(asked)
        overview.error("the command comes first")
    options = parser_of(command).parse_args(asked[1:])
    try:
        status = command.run(options)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a fault of ours ends in one line and status 70, too
        return status_of(error)
    return status


def _overview() -> argparse.ArgumentParser:
    """Returns the parser for --help, and for errors without a command."""
    parser = _Parser(
        prog=_PROGRAM,
        description="Where each pod of a Spark job on EMR on EKS lands: EC2 node groups, node pools or AWS Fargate.",
        formatter_class=_Help,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        commands.add_parser(command.name, help=command.summary, add_help=False)
    return parser


class _Parser(argparse.ArgumentParser):
    """Repeats no word of the command line that would steer a terminal."""

    def _print_message(self, message: str, file: object = None) -> None:
        lines = message.split("\n")
        if not all(line.isprintable() for line in lines):
            from emr_eks_placement.common.errors import printable

            message = "\n".join(map(printable, lines))
        super()._print_message(message, file)  # type: ignore[arg-type] # its type needs typing, which is slow to import


class _Version(argparse.Action):
    """Prints the package's version, which is slow to look up."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"{_PROGRAM} {version('emr-eks-placement')}\n")
        parser.exit()


def _no_command(word: str) -> str:
    from difflib import get_close_matches  # slow to import

    near = get_close_matches(word, [command.name for command in COMMANDS], n=1)
    return f"there is no command {word!r}" + (f": did you mean {near[0]}?" if near else "; --help lists the commands")


def parser_of(command: Command) -> argparse.ArgumentParser:
    """Returns the parser of one command; building those of all commands is slow."""
    parser = _Parser(
        prog=f"{_PROGRAM} {command.name}",
        description=command.description,
        epilog=f"example: {command.example}",
        formatter_class=_Help,
    )
    command.add_arguments(parser)
    return parser


class _Help(argparse.HelpFormatter):
    """A formatter as wide as the terminal. argparse would import shutil for the width, which takes a third of Python's
    start time."""

    def __init__(self, prog: str) -> None:
        try:
            columns = os.get_terminal_size().columns
        except OSError:  # no terminal
            columns = 80
        super().__init__(prog, width=columns - 2)


if __name__ == "__main__":
    sys.exit(main())
