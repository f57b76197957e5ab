"""`feedsvc ingest`: bring the index up to date, once or for as long as it runs."""

from contextlib import closing
from functools import partial
from typing import Any

import click

from feedsvc.commands.options import add_effort, add_options, complain, load_folder
from feedsvc.commands.runs import begin_with_ingest
from feedsvc.index.engines import open_index
from feedsvc.progress import show_progress
from feedsvc.scope import count_articles
from feedsvc.settings import locate_file

__all__ = ["command"]


@click.command("ingest")
@add_options
@add_effort
@click.option("--watch", is_flag=True, help="Go on until stopped, ingesting what changes.")
@click.option("--served-at", hidden=True)
@click.option("--parent", hidden=True, type=int)
def command(
    folder: str | None,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    watch: bool,
    served_at: str | None,
    parent: int | None,
    **options: Any,
) -> None:
    """Bring the index of FOLDER up to date; a running server shows it at once."""
    if not watch:
        with begin_with_ingest(load_folder(folder, **options), allow_empty, jobs, quiet, lead=True):
            return
    from feedsvc.companion import end_with
    from feedsvc.live import Live
    from feedsvc.push import Push

    if parent:
        end_with(parent)
    load = partial(load_folder, folder, served_at=served_at, **options)
    settings = load()
    counted = partial(count_articles, settings)
    with (
        closing(open_index(settings.database, create=True)) as index,
        closing(Push(index, served_at, complain)) as push,
    ):
        Live(
            settings,
            index,
            load=load,
            config=locate_file(settings.folder, options["config"]),
            say=(lambda line: None) if quiet else click.echo,
            complain=complain,
            progress=partial(show_progress, "articles", counted, quiet=quiet),
            announce=push.announce,
            allow_empty=allow_empty,
            jobs=jobs,
        ).run()
