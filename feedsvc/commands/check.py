"""`feedsvc check`: tell what is refused, repaired or doubtful."""

from typing import Any

import click

from feedsvc.check import check_folder, list_left_out, show_json
from feedsvc.commands.options import add_options, complain, load_folder
from feedsvc.report import show_finding

__all__ = ["command"]


@click.command("check")
@add_options
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.option("--verbose", is_flag=True, help="Tell each file that no article is made of, too.")
def command(folder: str | None, as_json: bool, verbose: bool, **options: Any) -> None:
    """Read every article of FOLDER and tell what is refused, repaired or doubtful.

    Changes nothing. Exit status 1 where an article is refused.
    """
    settings = load_folder(folder, **options)
    report, found = check_folder(settings)
    shown = sorted([*found, *list_left_out(settings)]) if verbose else found
    if as_json:
        click.echo(show_json(shown, report.refused))
    else:
        for finding in shown:
            click.echo(show_finding(settings.folder, finding))
        complain(f"{settings.folder}: {report.tell_check(len(found))}")
    if report.refused:
        raise click.exceptions.Exit(1)
