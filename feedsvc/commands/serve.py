"""`feedsvc serve`: serve the feeds, and ingest what changes."""

from typing import Any

import click

from feedsvc.commands.options import add_options, complain, load_folder
from feedsvc.server import claim_port
from feedsvc.service import serve

__all__ = ["command"]

WILDCARDS = ("0.0.0.0", "::")


@click.command("serve")
@add_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw everything.")
@click.option("--no-ingest", is_flag=True, help="Only serve what is in the index.")
def command(
    folder: str | None,
    host: str,
    port: int,
    workers: int,
    allow_empty: bool,
    no_ingest: bool,
    **options: Any,
) -> None:
    """Serve the feeds of FOLDER until stopped, and ingest what changes in it."""
    if no_ingest and folder is None and options["database"]:
        folder = "."
    settings = load_folder(folder, **options)
    ip, port = claim_port(host, port)
    name = "127.0.0.1" if ip in WILDCARDS else f"[{ip}]" if ":" in ip else host
    served_at = f"http://{name}:{port}/"
    settings = load_folder(folder, served_at=served_at, **options)
    arguments = ["ingest", settings.folder, "--watch", "--served-at", served_at]
    for option, value in options.items():
        arguments += [f"--{option}", value] if value else []
    arguments += ["--allow-empty"] if allow_empty else []
    serve(settings, ip, port, workers, None if no_ingest else arguments, click.echo, complain)
