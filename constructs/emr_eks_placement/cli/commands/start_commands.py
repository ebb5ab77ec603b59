"""emr-placement start-commands: prints the AWS CLI commands that start the deployed definitions of an environment."""

import argparse
import json
import sys

from emr_eks_placement.cli.commands.define import check_named
from emr_eks_placement.cli.output.terminal import folded, number_of, styled, terminal_width, wrapped
from emr_eks_placement.common.errors import printable
from emr_eks_placement.definition.ready_command import ReadyCommand, ready_commands
from emr_eks_placement.environment_file import load_environment


def run(options: argparse.Namespace) -> int:
    """Prints the commands and returns 0. Calls nothing. Raises InputError for an unusable file, and for an unknown job
    or placement."""
    environment = load_environment(options.environment)
    check_named(environment, options.job, options.placement)
    commands = [
        one
        for one in ready_commands(environment)
        if options.job in (None, one.job) and options.placement in (None, one.placement)
    ]
    if options.output == "json":
        sys.stdout.write(json.dumps([one.as_json() for one in commands], indent=2) + "\n")
    else:
        lines = [line for one in commands for line in _lines(one, terminal_width())]
        sys.stdout.write(
            "".join(f"{line}\n" for line in (*lines, styled(f"# {number_of(len(commands), 'definition')}", "quiet")))
        )
    return 0


def _lines(command: ReadyCommand, width: int) -> list[str]:
    """Formats the commands for a shell, each below a comment; with a state machine, also the command that starts it."""
    name = wrapped(printable(f"# {command.job} in placement {command.placement}"), width, below="#     ")
    by_state_machine = f"# or by its state machine: {command.execute}"
    return [
        styled(name, "quiet"),
        folded(command.start, width),
        *([folded(by_state_machine, width, below="#     ")] if command.execute else []),
    ]
