"""`feedsvc`, or `python -m feedsvc`: the commands, and without them the version."""

import sys

from feedsvc import __version__

__all__ = ["main"]


def main() -> None:
    """Run the command that the arguments are; for the version alone, nothing is imported."""
    if sys.argv[1:] == ["--version"]:
        print(f"feedsvc {__version__}")
        return
    from feedsvc.cli import main as run

    run(prog_name="feedsvc")


if __name__ == "__main__":
    main()
