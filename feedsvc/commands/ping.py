"""`feedsvc ping`: tell the hubs what they have yet to hear of."""

from contextlib import closing
from typing import Any

import click

from feedsvc.commands.options import add_options, complain, load_folder
from feedsvc.index.engines import open_index
from feedsvc.publication import Publication
from feedsvc.push import Outcome, tell_hubs
from feedsvc.settings import Settings

__all__ = ["announce", "command"]


@click.command("ping")
@add_options
@click.option("--quiet", is_flag=True, help="Tell nothing but what is wrong.")
def command(folder: str | None, quiet: bool, **options: Any) -> None:
    """Tell the hubs of FOLDER which of its feeds have changed, once that is public.

    Ingests nothing. Exit status 1 where a hub has yet to hear of any.
    """
    settings = load_folder(folder, **options)
    if not settings.hubs:
        complain("warning: no hubs are set")
    outcomes = announce(settings, quiet=quiet)
    for hidden in dict.fromkeys(str(outcome.hidden[0]) for outcome in outcomes if outcome.hidden):
        complain(f"feedsvc: {hidden}")
    if any(outcome.waiting for outcome in outcomes):
        raise click.exceptions.Exit(1)


def announce(settings: Settings, *, quiet: bool) -> list[Outcome]:
    """Tell the hubs what they have yet to hear of, and people what became of that."""
    with closing(open_index(settings.database)) as index:
        outcomes = tell_hubs(Publication(settings, index))
    for outcome in outcomes:
        if not quiet:
            click.echo(
                f"{outcome.hub}: documents told: {outcome.told}, feeds waiting: {outcome.waiting}"
            )
        if outcome.trouble:
            complain(f"feedsvc: {outcome.trouble}")
    return outcomes
