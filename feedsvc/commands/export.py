"""`feedsvc export`: write files for any static host, or into an object store."""

from typing import Any

import click

from feedsvc.commands.options import PATH, add_effort, add_options, complain, load_folder
from feedsvc.commands.ping import announce
from feedsvc.commands.runs import begin_with_ingest
from feedsvc.export import export
from feedsvc.progress import show_progress
from feedsvc.settings import DEFAULT_URL
from feedsvc.stores import hide_user

__all__ = ["command"]


@click.command("export")
@add_options
@add_effort
@click.option("--no-ping", is_flag=True, help="Don't tell the hubs what is public by now.")
@click.option(
    "--output", type=PATH, metavar="DIR|URL", help="Where to, such as s3://bucket/prefix."
)
def command(
    folder: str | None,
    output: str | None,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    no_ping: bool,
    **options: Any,
) -> None:
    """Ingest FOLDER, then write its feeds into DIR for any static host, or to URL.

    Where only a URL is given, that is where to.
    """
    if output is None and folder and "://" in folder:
        folder, output = None, folder
    if output is None:
        raise click.UsageError("Missing option '--output'.")
    settings = load_folder(folder, **options)
    if settings.url == DEFAULT_URL:
        complain(f"warning: no url is set: links will point at {DEFAULT_URL}")
    with (
        begin_with_ingest(settings, allow_empty, jobs, quiet) as publication,
        show_progress("documents", quiet=quiet) as advance,
    ):
        done = export(publication, output, jobs=jobs, listen=advance)
    if not quiet:
        click.echo(
            f"{hide_user(output)}: {done.written} files written, {done.unchanged} unchanged, "
            f"{done.removed} removed"
        )
    if settings.hubs and not no_ping:
        outcomes = announce(settings, quiet=quiet)
        if not quiet and any(outcome.hidden for outcome in outcomes):
            click.echo("Not all of it is public yet: run feedsvc ping after the upload")
