"""The check of a folder: every article is read, and nothing is changed."""

from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime

import msgspec

from feedsvc.errors import ArticleError
from feedsvc.folder import File, show_path, walk
from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.model import Finding
from feedsvc.report import Report
from feedsvc.rules import DATA, tell_rule
from feedsvc.settings import Settings
from feedsvc.sieve import make_sieve
from feedsvc.splits import split_file

__all__ = ["check_folder", "list_left_out", "show_json"]


def check_folder(settings: Settings) -> tuple[Report, list[Finding]]:
    """Read every article; return what it came to, and all that is found, refusals among it.

    Raises FolderError where the folder can't be read.
    """
    findings: list[Finding] = []
    with closing(open_index(":memory:", create=True)) as index:
        report = ingest(settings, index, datetime.now(UTC), listen=findings.append)
    return report, sorted(findings + report.refused)


def list_left_out(settings: Settings) -> list[Finding]:
    """List what no article is made of, each with the rule that says so."""
    told: list[Finding] = []
    sieve = make_sieve(settings, lambda path, rule: told.append(tell_rule(show_path(path), rule)))
    files = [file for file in walk(settings.folder, {}, sieve) if _holds_data(settings, file)]
    return told + [tell_rule(show_path(file.path[:-1]), DATA) for file in files]


def _holds_data(settings: Settings, file: File) -> bool:
    """Whether a file that may hold many articles holds something else."""
    if file.fault or not file.path.endswith("/"):
        return False
    try:
        return split_file(settings, file.path[:-1], first=True) is None
    except ArticleError:  # it is refused
        return False


def show_json(findings: list[Finding], refused: Collection[Finding]) -> str:
    """Write findings for programs; which are refusals is said of each."""
    rows = [msgspec.structs.asdict(each) | {"refused": each in refused} for each in findings]
    return msgspec.json.format(msgspec.json.encode(rows)).decode()
