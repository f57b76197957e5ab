"""The check of a folder: every article is read, and nothing is changed."""

from collections.abc import Collection
from contextlib import closing
from datetime import UTC, datetime

import msgspec

from feedsvc.index.engines import open_index
from feedsvc.ingest import ingest
from feedsvc.model import Finding
from feedsvc.report import Report
from feedsvc.settings import Settings

__all__ = ["check_folder", "show_json"]


def check_folder(settings: Settings) -> tuple[Report, list[Finding]]:
    """Read every article; return what it came to, and all that is found, refusals among it.

    Raises FolderError where the folder can't be read.
    """
    findings: list[Finding] = []
    with closing(open_index(":memory:", create=True)) as index:
        report = ingest(settings, index, datetime.now(UTC), listen=findings.append)
    return report, sorted(findings + report.refused)


def show_json(findings: list[Finding], refused: Collection[Finding]) -> str:
    """Write findings for programs; which are refusals is said of each."""
    rows = [msgspec.structs.asdict(each) | {"refused": each in refused} for each in findings]
    return msgspec.json.format(msgspec.json.encode(rows)).decode()
