"""`feedsvc adopt`: keep the ids that the entries of a folder had in another feed."""

import os
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from feedsvc.adoption import Adoption, match_traces
from feedsvc.clean import is_iri
from feedsvc.commands.options import PATH, add_options, complain, load_folder
from feedsvc.commands.runs import begin_with_ingest
from feedsvc.errors import ArticleError
from feedsvc.grounds import name_path
from feedsvc.ids import IDS, write_ids
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.inheritance import inherit, list_candidates
from feedsvc.oldfeed import read_old_feed
from feedsvc.readers import part_path
from feedsvc.readers.records.traces import Trace
from feedsvc.report import show_finding

__all__ = ["command"]


@click.command("adopt")
@click.argument("old_feed", type=PATH)
@add_options
@click.option("--dry-run", is_flag=True, help="Only show what would become of it.")
def command(old_feed: str, folder: str | None, dry_run: bool, **options: Any) -> None:
    """Give the articles of FOLDER the ids that they have in OLD_FEED, a file or an address.

    Who follows that feed then sees none of them as new. The ids are kept in FOLDER/feedsvc.ids.
    """
    settings = load_folder(folder, **options)
    traces = list(read_old_feed(old_feed, settings, _warn))
    with closing(open_index(":memory:", create=True)) as index:
        report = ingest(settings, index, datetime.now(UTC))
        candidates = list(list_candidates(settings, index))
        place = name_path(settings.folder, os.path.realpath(old_feed), settings.outer)
        if any(_name(candidate.path) == place for candidate in candidates):
            why = "its entries are published as they are: move it out of the folder"
            raise ArticleError(place, 1, "file", "is among the articles", why)
        adoption = match_traces(traces, candidates, ZoneInfo(settings.timezone))
        identities, kept = inherit(settings, index, adoption.certain)
    for match in adoption.certain:
        click.echo(_show(match.how, match.trace, f"-> {_name(match.path)}"))
    for match in adoption.doubtful:
        others = "another entry" if len(match.paths) == 1 else " or ".join(map(_name, match.paths))
        complain(_show(match.how, match.trace, f"left alone: could be {others}"))
    if dry_run:
        for trace in adoption.traces:
            click.echo(_show("-", trace, "-> no article"))
        for path in adoption.paths:
            click.echo(f"-      no entry for {_name(path)}")
        for finding in report.refused:
            complain(show_finding(settings.folder, finding))
    for match in kept:
        complain(f"{_name(match.path)} keeps the id that {IDS} gives it: not {match.trace.id}")
    click.echo(_tell(adoption))
    if plain := sum(not is_iri(match.trace.id) for match in adoption.certain):
        _warn(f"no IRIs: {plain} of the ids; RSS and JSON Feed have them, Atom others")
    if not adoption.certain:
        raise click.exceptions.Exit(1)
    if not dry_run:
        write_ids(settings.folder, identities)
        with begin_with_ingest(settings, allow_empty=False, jobs=None, quiet=False, lead=True):
            return


def _warn(text: str) -> None:
    complain(f"warning: {text}")


def _show(how: str, trace: Trace, what: str) -> str:
    """Write a line of the table: how an entry was found, its title, its id, what of it."""
    return f"{how:<5}  {trace.title:<40.40}  {trace.id} {what}"


def _name(path: str) -> str:
    """Name the file of an article."""
    return part_path(path)[0]


def _tell(adoption: Adoption) -> str:
    """Tell what was counted."""
    ways = Counter(match.how for match in adoption.certain)
    how = ", ".join(f"{count} by {way}" for way, count in ways.items())
    return (
        f"entries: {len(adoption.certain)} matched{how and f' ({how})'},"
        f" {len(adoption.doubtful)} left alone, {len(adoption.traces)} without an article;"
        f" articles: {len(adoption.paths)} without an entry"
    )
