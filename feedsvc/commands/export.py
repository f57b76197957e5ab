"""`feedsvc export`: write files for any static host."""

from pathlib import Path
from typing import Any

import click

from feedsvc.commands.options import add_effort, add_options, complain, load_folder
from feedsvc.commands.runs import begin_with_ingest
from feedsvc.export import export
from feedsvc.progress import show_progress
from feedsvc.settings import DEFAULT_URL

__all__ = ["command"]


@click.command("export")
@add_options
@add_effort
@click.option("--output", required=True, type=click.Path(path_type=Path), metavar="DIR")
def command(
    folder: str | None,
    output: Path,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Ingest FOLDER, then write its feeds into DIR for any static host."""
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
            f"{output}: {done.written} files written, {done.unchanged} unchanged, "
            f"{done.removed} removed"
        )
