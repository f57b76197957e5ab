"""The commands: composition of the rooms below, and what people read on a terminal.

Exit status: 0 all is well, 1 something is refused or can't be done, 2 the command or the
settings are wrong. Rooms that only one command needs are imported by it.
"""

import errno
import html
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from feedsvc import __version__
from feedsvc.errors import FeedsvcError, FolderError, SettingsError
from feedsvc.model import Finding, Reading
from feedsvc.settings import CONFIG, DEFAULT_URL, Settings, load_settings

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
        click.option("--database", metavar="FILE", help="The index, instead of FOLDER/.feedsvc/."),
        click.option("--url", help="Public address of the feeds, which all links begin with."),
        click.argument("folder", required=False),
    ):
        command = decorate(command)
    return command


def _load(folder: str | None, config: str | None, **options: Any) -> Settings:
    if options.get("database") and "://" not in options["database"]:
        options["database"] = os.path.abspath(options["database"])
    return load_settings(folder or _find_folder(), config=config, **options)


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
def serve(
    folder: str | None, host: str, port: int, workers: int, allow_empty: bool, **options: Any
) -> None:
    """Ingest FOLDER, then serve its feeds until stopped."""
    from feedsvc.server import DOWNLOADS, claim_port, run
    from feedsvc.web import create_app

    settings = _load(folder, **options)
    ip, port = claim_port(host, port)
    if settings.url == DEFAULT_URL:
        name = "127.0.0.1" if ip in WILDCARDS else f"[{ip}]" if ":" in ip else host
        settings = _load(folder, **{**options, "url": f"http://{name}:{port}/"})
    with _ingest(settings, allow_empty) as publication:
        downloads = DOWNLOADS if publication.index.media_names("", 1) else 0

    def announce() -> None:
        for name in ("", "atom.xml", "rss.xml", "feed.json", "feeds.opml"):
            click.echo(f"  {settings.url}{name}")
        click.echo("Press Ctrl-C to stop.")

    make_app = partial(create_app, settings, downloads=downloads)
    run(make_app, ip, port, workers, announce, downloads)


@main.command()
@_options
@click.option("--output", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw everything.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="Processes that write; as many as there are processors, where that is worth it.",
)
def export(
    folder: str | None, output: Path, allow_empty: bool, jobs: int | None, **options: Any
) -> None:
    """Ingest FOLDER, then write its feeds into DIR for any static host."""
    from feedsvc.export import export as export_to

    settings = _load(folder, **options)
    if settings.url == DEFAULT_URL:
        _complain(f"warning: no url is set: links will point at {DEFAULT_URL}")
    with _ingest(settings, allow_empty) as publication:
        done = export_to(publication, output, jobs=jobs)
    click.echo(
        f"{output}: {done.written} files written, {done.unchanged} unchanged, "
        f"{done.removed} removed"
    )


@main.command("ingest")
@_options
@click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw everything.")
def ingest_command(folder: str | None, allow_empty: bool, **options: Any) -> None:
    """Bring the index of FOLDER up to date; a running server shows it at once."""
    with _ingest(_load(folder, **options), allow_empty):
        pass


@contextmanager
def _ingest(settings: Settings, allow_empty: bool) -> Iterator[Any]:
    """Ingest, tell what became of it, and give the publication for as long as it is used."""
    from feedsvc.index.sqlite import SqliteIndex
    from feedsvc.ingest import ingest
    from feedsvc.publication import Publication

    with closing(SqliteIndex(settings.database, create=True)) as index:
        now = datetime.now(UTC)
        report = ingest(settings, index, now, allow_empty=allow_empty)
        publication = Publication(settings, index)
        publication.settle(now)
        for finding in report.refused:
            _complain(_show(settings, finding))
        click.echo(
            f"{settings.folder}: {report.new} new, {report.changed} changed, "
            f"{report.unchanged} unchanged, {report.withdrawn} withdrawn, "
            f"{report.waiting} waiting, {report.hidden} hidden, {len(report.refused)} refused"
        )
        if report.kept:
            _complain(
                f"warning: {settings.folder} has no articles; the {report.kept} published stay"
                " (--allow-empty withdraws them)"
            )
        yield publication


def _show(settings: Settings, finding: Finding) -> str:
    """Write a finding with its path as it is reached from here."""
    return str(replace(finding, path=os.path.relpath(os.path.join(settings.folder, finding.path))))


@main.command()
@_options
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
def check(folder: str | None, as_json: bool, **options: Any) -> None:
    """Read every article of FOLDER and tell what is refused, repaired or doubtful.

    Changes nothing. Exit status 1 where an article is refused.
    """
    import msgspec

    from feedsvc.index.sqlite import SqliteIndex
    from feedsvc.ingest import ingest

    settings = _load(folder, **options)
    findings: list[Finding] = []
    with closing(SqliteIndex(":memory:", create=True)) as index:
        report = ingest(
            settings,
            index,
            datetime.now(UTC),
            listen=lambda reading: findings.extend(reading.findings),
        )
    found = [(finding, True) for finding in report.refused]
    found = sorted(found + [(finding, False) for finding in findings])
    if as_json:
        rows = [msgspec.structs.asdict(finding) | {"refused": bad} for finding, bad in found]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)))
    else:
        for finding, _ in found:
            click.echo(_show(settings, finding))
        others = ", ".join(f"{count} {kind}" for kind, count in sorted(report.ignored.items()))
        _complain(
            f"{settings.folder}: {report.new} articles, {len(report.refused)} refused, "
            f"{len(findings)} other findings" + (f"; not articles: {others}" if others else "")
        )
    if report.refused:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--folder", help="The folder it belongs to; else the nearest with settings.")
@click.option("--config", metavar="FILE", help=f"Settings, instead of FOLDER/{CONFIG}.")
def explain(file: Path, folder: str | None, config: str | None) -> None:
    """Tell what became of FILE: each field, what was left out, and by which rule."""
    from feedsvc import readers
    from feedsvc.folder import look, read_file
    from feedsvc.media import Finder, Library

    file = file.absolute()
    homes = [home for home in file.parents if (home / CONFIG).exists()]
    settings = load_settings(folder or (homes or [file.parent])[0], config=config)
    path = os.path.relpath(file.parent.resolve() / file.name, settings.folder)
    if not readers.is_article(path):
        raise click.UsageError(f"{file.name} is no article: there is no reader for its suffix")
    if fault := look(settings.folder, path).fault:
        raise fault
    data = read_file(settings.folder, path, settings.max_article_bytes)
    reading = readers.read(path, data, settings, Finder(Library(settings), path))
    for name, value in _tell_fields(reading, settings):
        click.echo(f"{name:<11} {value}")
    for finding in sorted(reading.findings + reading.rules):
        click.echo(_show(settings, finding))


def _tell_fields(reading: Reading, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each field of an article, paragraphs last."""
    article = reading.article
    published = article.published.isoformat() if article.published else "when first seen"
    authors = ", ".join(person.name for person in article.authors)
    yield "title", article.title
    yield "published", published
    yield "url", article.url or "none"
    yield "language", article.language or f"{settings.language} (the feed's)"
    yield "author", authors or f"{settings.author.name} (the feed's)"
    yield "categories", ", ".join(article.categories) or "none"
    yield "summary", article.summary or "none"
    if article.updated:
        yield "updated", article.updated.isoformat()
    if article.id:
        yield "id", article.id
    if article.image:
        yield "image", f"{article.image.url} {article.image.alt}".strip()
    for file in article.enclosures:
        yield "enclosure", f"{file.url} {file.type}" + (f" {file.length}" if file.length else "")
    chosen = reading.selection
    yield from ((mark, "yes") for mark in ("draft", "unlisted") if getattr(chosen, mark))
    if chosen.expires:
        yield "expires", chosen.expires.isoformat()
    paragraphs = article.content.splitlines()
    for number, paragraph in enumerate(paragraphs, 1):
        text = html.unescape(re.sub(r"</?p>", "", paragraph))
        yield f"text {number}/{len(paragraphs)}", text
