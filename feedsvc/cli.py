"""The command line: which commands there are, and how their faults are told.

Exit status: 0 all is well, 1 something is refused or can't be done, 2 the command or the
settings are wrong. A command is imported when it is asked for.
"""

import errno
from importlib import import_module
from typing import Any

import click

from feedsvc import __version__
from feedsvc.commands import COMMANDS
from feedsvc.commands.options import complain
from feedsvc.errors import FeedsvcError, FolderError, SettingsError

__all__ = ["main"]


class _Group(click.Group):
    """The commands, whose faults are told in a line, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"feedsvc.commands.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FeedsvcError as error:
            complain(str(error) if isinstance(error, SettingsError) else f"feedsvc: {error}")
            ctx.exit(2 if isinstance(error, (SettingsError, FolderError)) else 1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on; click ends quietly
                raise
            complain(f"feedsvc: {error}")
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="feedsvc %(version)s")
def main() -> None:
    """Publish a folder of articles as web feeds."""
