"""`feedsvc ids`: the identities of a folder's entries, shown or written into it."""

from typing import Any

import click

from feedsvc.commands.options import add_effort, add_options, load_folder
from feedsvc.commands.runs import begin_with_ingest
from feedsvc.errors import IndexUnusable
from feedsvc.ids import IDS, show_ids
from feedsvc.keeping import keep_ids, list_identities

__all__ = ["command"]


@click.command("ids")
@add_options
@add_effort
@click.option("--write", is_flag=True, help=f"Write them into FOLDER/{IDS}, made if need be.")
def command(
    folder: str | None,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    write: bool,
    **options: Any,
) -> None:
    """Ingest FOLDER, and show what feedsvc keeps of each entry: its id, dates and page."""
    settings = load_folder(folder, **options)
    with begin_with_ingest(settings, allow_empty, jobs, quiet or not write) as publication:
        if not write:
            for chunk in show_ids(list_identities(publication.index)):
                click.echo(chunk, nl=False)
        elif fault := keep_ids(settings.folder, publication.index, make=True):
            raise IndexUnusable(settings.folder, fault)
