"""Runs: what commands begin with that publish a folder."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

import click

from feedsvc.commands.options import complain
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.keeping import keep_ids
from feedsvc.progress import show_progress
from feedsvc.publication import Publication
from feedsvc.report import show_finding
from feedsvc.scope import count_articles
from feedsvc.settings import Settings

__all__ = ["begin_with_ingest"]


@contextmanager
def begin_with_ingest(
    settings: Settings, allow_empty: bool, jobs: int | None, quiet: bool, *, lead: bool = False
) -> Iterator[Publication]:
    """Ingest, tell what became of it, and give the publication for as long as it is used.

    Who is to `lead` does where nobody watches: whoever serves follows its settings.
    """
    with closing(open_index(settings.database, create=True)) as index:
        now = datetime.now(UTC)
        with (
            index.lead() if lead else nullcontext(False) as leads,
            show_progress("articles", partial(count_articles, settings), quiet=quiet) as advance,
        ):
            report = ingest(
                settings,
                index,
                now,
                allow_empty=allow_empty,
                lead=leads,
                advance=advance,
                jobs=jobs,
            )
        publication = Publication(settings, index)
        publication.settle(now)
        for finding in report.refused:
            complain(show_finding(settings.folder, finding))
        if not quiet:
            click.echo(f"{settings.folder}: {report.tell()}")
        for warning in (*report.warn(settings.folder), keep_ids(settings.folder, index)):
            if warning:
                complain(f"warning: {warning}")
        yield publication
