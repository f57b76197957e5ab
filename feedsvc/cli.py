"""The commands: composition of the rooms below, and what people read on a terminal.

Exit status: 0 all is well, 1 something is refused or can't be done, 2 the command or the
settings are wrong. Rooms that only one command needs are imported by it.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from feedsvc import __version__
from feedsvc.errors import FeedsvcError, FolderError, SettingsError
from feedsvc.report import show_finding
from feedsvc.settings import CONFIG, DEFAULT_URL, Settings, load_settings, locate_file

__all__ = ["main"]

WILDCARDS = ("0.0.0.0", "::")


class _Group(click.Group):
    """Commands whose faults are told in a line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FeedsvcError as error:
            _complain(str(error) if isinstance(error, SettingsError) else f"feedsvc: {error}")
            ctx.exit(2 if isinstance(error, (SettingsError, FolderError)) else 1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on; click ends quietly
                raise
            _complain(f"feedsvc: {error}")
            ctx.exit(1)


def _complain(text: str) -> None:
    click.echo(text, err=True)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command on a folder takes."""
    for decorate in (
        click.option("--config", metavar="FILE", help=f"Settings, instead of FOLDER/{CONFIG}."),
        click.option(
            "--database", metavar="FILE|URL", help="The index, instead of FOLDER/.feedsvc/."
        ),
        click.option("--url", help="Public address of the feeds, which all links begin with."),
        click.argument("folder", required=False),
    ):
        command = decorate(command)
    return command


def _effort(command: Callable[..., None]) -> Callable[..., None]:
    """Add what commands take that may have much to do."""
    for decorate in (
        click.option("--quiet", is_flag=True, help="Tell nothing but what is wrong."),
        click.option("--jobs", type=click.IntRange(1, 64), help="Processes that do the work."),
        click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw all."),
    ):
        command = decorate(command)
    return command


def _load(
    folder: str | None, config: str | None, served_at: str | None = None, **options: Any
) -> Settings:
    """Load the settings; where nobody sets the url, it is that which the feeds are served at."""
    if options.get("database") and "://" not in options["database"]:
        options["database"] = os.path.abspath(options["database"])
    folder = folder or _find_folder()
    settings = load_settings(folder, config=config, **options)
    if served_at and settings.url == DEFAULT_URL:
        return load_settings(folder, config=config, **{**options, "url": served_at})
    return settings


def _find_folder() -> str:
    """Return the folder to publish where none is named: this one, or its `seeds`."""
    if Path(CONFIG).exists():
        return "."
    if Path("seeds").is_dir():
        return "seeds"
    raise click.UsageError(f"no FOLDER given, and here is neither {CONFIG} nor seeds/")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="feedsvc %(version)s")
def main() -> None:
    """Publish a folder of articles as web feeds."""


@main.command()
@_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw everything.")
@click.option("--no-ingest", is_flag=True, help="Only serve what is in the index.")
def serve(
    folder: str | None,
    host: str,
    port: int,
    workers: int,
    allow_empty: bool,
    no_ingest: bool,
    **options: Any,
) -> None:
    """Serve the feeds of FOLDER until stopped, and ingest what changes in it."""
    from feedsvc.server import claim_port
    from feedsvc.service import serve as serve_settings

    if no_ingest and folder is None and options["database"]:
        folder = "."
    settings = _load(folder, **options)
    ip, port = claim_port(host, port)
    name = "127.0.0.1" if ip in WILDCARDS else f"[{ip}]" if ":" in ip else host
    served_at = f"http://{name}:{port}/"
    settings = _load(folder, served_at=served_at, **options)
    arguments = ["ingest", settings.folder, "--watch", "--served-at", served_at]
    for option, value in options.items():
        arguments += [f"--{option}", value] if value else []
    arguments += ["--allow-empty"] if allow_empty else []
    serve_settings(
        settings, ip, port, workers, None if no_ingest else arguments, click.echo, _complain
    )


@main.command()
@_options
@_effort
@click.option("--output", required=True, type=click.Path(path_type=Path), metavar="DIR")
def export(
    folder: str | None,
    output: Path,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Ingest FOLDER, then write its feeds into DIR for any static host."""
    from feedsvc.export import export as export_to
    from feedsvc.progress import show_progress

    settings = _load(folder, **options)
    if settings.url == DEFAULT_URL:
        _complain(f"warning: no url is set: links will point at {DEFAULT_URL}")
    with (
        _ingest(settings, allow_empty, jobs, quiet) as publication,
        show_progress("documents", quiet=quiet) as advance,
    ):
        done = export_to(publication, output, jobs=jobs, listen=advance)
    if not quiet:
        click.echo(
            f"{output}: {done.written} files written, {done.unchanged} unchanged, "
            f"{done.removed} removed"
        )


@main.command("ingest")
@_options
@_effort
@click.option("--watch", is_flag=True, help="Go on until stopped, ingesting what changes.")
@click.option("--served-at", hidden=True)
@click.option("--parent", hidden=True, type=int)
def ingest_command(
    folder: str | None,
    allow_empty: bool,
    jobs: int | None,
    quiet: bool,
    watch: bool,
    parent: int | None,
    **options: Any,
) -> None:
    """Bring the index of FOLDER up to date; a running server shows it at once."""
    if not watch:
        with _ingest(_load(folder, **options), allow_empty, jobs, quiet, lead=True):
            return
    from feedsvc.companion import end_with
    from feedsvc.index.engines import open_index
    from feedsvc.live import Live
    from feedsvc.progress import show_progress
    from feedsvc.scope import count_articles

    if parent:
        end_with(parent)
    load = partial(_load, folder, **options)
    settings = load()
    counted = partial(count_articles, settings)
    with closing(open_index(settings.database, create=True)) as index:
        Live(
            settings,
            index,
            load=load,
            config=locate_file(settings.folder, options["config"]),
            say=(lambda line: None) if quiet else click.echo,
            complain=_complain,
            progress=partial(show_progress, "articles", counted, quiet=quiet),
            allow_empty=allow_empty,
            jobs=jobs,
        ).run()


@contextmanager
def _ingest(
    settings: Settings, allow_empty: bool, jobs: int | None, quiet: bool, *, lead: bool = False
) -> Iterator[Any]:
    """Ingest, tell what became of it, and give the publication for as long as it is used.

    Who is to `lead` does where nobody watches: whoever serves follows its settings.
    """
    from feedsvc.index.engines import open_index
    from feedsvc.ingest import ingest
    from feedsvc.progress import show_progress
    from feedsvc.publication import Publication
    from feedsvc.scope import count_articles

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
            _complain(show_finding(settings.folder, finding))
        if not quiet:
            click.echo(f"{settings.folder}: {report.tell()}")
        for warning in report.warn(settings.folder):
            _complain(f"warning: {warning}")
        yield publication


@main.command()
@_options
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.option("--verbose", is_flag=True, help="Tell each file that no article is made of, too.")
def check(folder: str | None, as_json: bool, verbose: bool, **options: Any) -> None:
    """Read every article of FOLDER and tell what is refused, repaired or doubtful.

    Changes nothing. Exit status 1 where an article is refused.
    """
    from feedsvc.check import check_folder, list_left_out, show_json

    settings = _load(folder, **options)
    report, found = check_folder(settings)
    shown = sorted([*found, *list_left_out(settings)]) if verbose else found
    if as_json:
        click.echo(show_json(shown, report.refused))
    else:
        for finding in shown:
            click.echo(show_finding(settings.folder, finding))
        _complain(f"{settings.folder}: {report.tell_check(len(found))}")
    if report.refused:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE[:LINE]")
@click.option("--folder", help="The folder it belongs to; else the nearest with settings.")
@click.option("--config", metavar="FILE", help=f"Settings, instead of FOLDER/{CONFIG}.")
def explain(file: Path, folder: str | None, config: str | None) -> None:
    """Tell what became of FILE: each field, what was left out, and by which rule.

    Of a file that holds many articles, of each; or of that in LINE.
    """
    from feedsvc.explain import find_home, tell_file
    from feedsvc.grounds import name_path
    from feedsvc.readers import is_article

    name, _, number = file.name.rpartition(":")
    line = int(number) if name and number.isdecimal() and not file.exists() else 0
    file = (file.with_name(name) if line else file).absolute()
    if not file.exists():
        raise click.UsageError(f"{file.name}: no such file")
    settings = load_settings(folder or find_home(file), config=config)
    path = name_path(settings.folder, str(file.parent.resolve() / file.name), settings.outer)
    if not is_article(path):
        raise click.UsageError(f"{file.name} is no article: there is no reader for its suffix")
    for told in tell_file(settings, path, line):
        click.echo(told)
