"""Commands: one module per command, one contract: `command` is what click runs.

They compose the rooms below, and write what people read on a terminal.
"""

__all__ = ["COMMANDS"]

COMMANDS = ("serve", "export", "ingest", "ping", "check", "explain", "adopt", "ids", "stats")
"""The names of the commands, which are those of their modules, in the order of the help."""
