"""`feedsvc serve`: serve the feeds, and ingest what changes."""

import logging
from typing import Any

import click

from feedsvc.commands.options import PATH, add_options, complain, load_folder
from feedsvc.proxies import read_networks
from feedsvc.server import claim_port
from feedsvc.service import serve

__all__ = ["command"]

LEVELS = ("error", "warning", "info", "debug")
WILDCARDS = ("0.0.0.0", "::")


@click.command("serve")
@add_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--allow-empty", is_flag=True, help="Let an empty folder withdraw everything.")
@click.option(
    "--access-log", type=PATH, metavar="FILE|-", help="A line for each request, combined format."
)
@click.option(
    "--trusted-proxy",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy, or a network of them, whose X-Forwarded-For is believed. May be repeated.",
)
@click.option("--no-ingest", is_flag=True, help="Only serve what is in the index.")
@click.option(
    "--log-level",
    type=click.Choice(LEVELS),
    default="error",
    show_default=True,
    help="What the server tells of itself on standard error.",
)
def command(
    folder: str | None,
    host: str,
    port: int,
    workers: int,
    allow_empty: bool,
    access_log: str | None,
    trusted_proxy: tuple[str, ...],
    no_ingest: bool,
    log_level: str,
    **options: Any,
) -> None:
    """Serve the feeds of FOLDER until stopped, and ingest what changes in it."""
    if no_ingest and folder is None and options["database"]:
        folder = "."
    logging.basicConfig(format="%(name)s: %(message)s", level=log_level.upper())
    settings = load_folder(folder, **options)
    trusted = read_networks(trusted_proxy)
    ip, port = claim_port(host, port)
    name = "127.0.0.1" if ip in WILDCARDS else f"[{ip}]" if ":" in ip else host
    served_at = f"http://{name}:{port}/"
    settings = load_folder(folder, served_at=served_at, **options)
    arguments = ["ingest", settings.folder, "--watch", "--served-at", served_at]
    for option, value in options.items():
        arguments += [f"--{option}", value] if value else []
    arguments += ["--allow-empty"] if allow_empty else []
    ingest = None if no_ingest else arguments
    serve(settings, ip, port, workers, ingest, access_log, trusted, click.echo, complain, log_level)
