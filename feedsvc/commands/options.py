"""Options: what commands on a folder have in common, and the settings that come of them."""

import os
from collections.abc import Callable
from typing import Any

import click

from feedsvc.settings import CONFIG, DEFAULT_URL, Settings, find_folder, load_settings

__all__ = ["PATH", "add_effort", "add_options", "complain", "load_folder"]


PATH = click.Path(readable=False)
"""What shells complete by the names of files. Whoever opens it looks whether it is good."""


def complain(text: str) -> None:
    """Tell what is wrong."""
    click.echo(text, err=True)


def add_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command on a folder takes."""
    for decorate in (
        click.option(
            "--config", type=PATH, metavar="FILE", help=f"Settings, instead of FOLDER/{CONFIG}."
        ),
        click.option(
            "--database",
            type=PATH,
            metavar="FILE|URL",
            help="The index, instead of FOLDER/.feedsvc/.",
        ),
        click.option("--url", help="Public address of the feeds, which all links begin with."),
        click.argument("folder", type=PATH, required=False),
    ):
        command = decorate(command)
    return command


def add_effort(command: Callable[..., None]) -> Callable[..., None]:
    """Add what commands take that may have much to do."""
    for decorate in (
        click.option("--quiet", is_flag=True, help="Tell nothing but what is wrong."),
        click.option("--jobs", type=click.IntRange(1, 64), help="Processes that do the work."),
        click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw all."),
    ):
        command = decorate(command)
    return command


def load_folder(
    folder: str | None, config: str | None, served_at: str | None = None, **options: Any
) -> Settings:
    """Load the settings; where nobody sets the url, it is that which the feeds are served at."""
    if options.get("database") and "://" not in options["database"]:
        options["database"] = os.path.abspath(options["database"])
    folder = folder or find_folder()
    if folder is None:
        raise click.UsageError(f"no FOLDER given, and here is neither {CONFIG} nor seeds/")
    settings = load_settings(folder, config=config, **options)
    if served_at and settings.url == DEFAULT_URL:
        return load_settings(folder, config=config, **{**options, "url": served_at})
    return settings
