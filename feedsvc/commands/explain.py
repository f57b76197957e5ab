"""`feedsvc explain`: tell what became of one file."""

from pathlib import Path

import click

from feedsvc.commands.options import PATH
from feedsvc.explain import find_home, tell_file
from feedsvc.grounds import name_path
from feedsvc.readers import is_article
from feedsvc.settings import CONFIG, load_settings

__all__ = ["command"]


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE[:LINE]")
@click.option(
    "--folder", type=PATH, help="The folder it belongs to; else the nearest with settings."
)
@click.option("--config", type=PATH, metavar="FILE", help=f"Settings, instead of FOLDER/{CONFIG}.")
def command(file: Path, folder: str | None, config: str | None) -> None:
    """Tell what became of FILE: each field, what was left out, and by which rule.

    Of a file that holds many articles, of each; or of that in LINE.
    """
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
