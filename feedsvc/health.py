"""Health: what an operator is told of a publication, as a whole and check by check.

Whoever only needs to know whether to send readers here asks for the whole: it is well for as long
as there is an edition to go on with.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from feedsvc.errors import FeedsvcError
from feedsvc.publication import Publication
from feedsvc.settings import Settings

__all__ = ["CHECKS", "tell_check", "tell_health"]

CHECKS = ("index", "ingest", "articles", "hubs")
"""What can be asked for alone, in this order."""

MOST_REFUSED = 100
"""Refused articles that are listed; all are counted."""


def tell_health(publication: Publication, now: datetime) -> tuple[bool, dict[str, Any]]:
    """Tell whether there is anything to serve, and all that is known.

    What is wrong but harms no reader, with articles, hubs or whoever ingests, is told as checks
    that fail.
    """
    try:
        told = _describe(publication, now)
    except FeedsvcError as error:
        return publication.holds, {"status": error.what, "checks": {"index": error.what}}
    told["checks"] = {name: _JUDGES[name](told) for name in CHECKS}
    troubled = any(told["checks"][name] for name in ("index", "ingest", "hubs"))
    return True, {"status": "troubled" if troubled else "ok"} | told


def tell_check(publication: Publication, name: str, now: datetime) -> str:
    """Tell what fails one of the CHECKS, "" where it passes."""
    _, told = tell_health(publication, now)
    # What can't be asked for passes nothing.
    return str(told["checks"].get(name, told["status"]))


def _describe(publication: Publication, now: datetime) -> dict[str, Any]:
    """Ask the index. Raises its errors."""
    index, settings = publication.index, publication.renew()
    counts = msgspec.structs.asdict(index.counts())
    ended = datetime.fromtimestamp(counts.pop("time"), UTC)
    del counts["runs"], counts["spent"]
    return {
        "revision": index.revision(),
        "ingested": ended,
        "age": int((now - ended).total_seconds()),
        "stale_after": _tell_patience(settings),
        **counts,
        "articles_refused": [
            msgspec.to_builtins(finding) for finding in index.refused()[:MOST_REFUSED]
        ],
        "trouble": index.trouble().splitlines(),
        "hubs": [
            {"hub": hub.url, "feeds_waiting": hub.waiting, "trouble": hub.trouble}
            for hub in index.hubs(settings.url)
        ],
    }


def _tell_patience(settings: Settings) -> int:
    """Return the seconds after which an ingest is late; 0 where none has to come by itself."""
    rescan, stale = settings.rescan_minutes, settings.stale_minutes
    return 60 * max(stale, 2 * rescan) if rescan and stale else 0


def _judge_ingest(told: dict[str, Any]) -> str:
    stale = told["stale_after"] and told["age"] > told["stale_after"]
    late = f"nobody has ingested for {told['age'] // 60} minutes" if stale else ""
    return "; ".join(filter(None, [*told["trouble"], late]))


def _judge_articles(told: dict[str, Any]) -> str:
    return f"{told['refused']} refused" if told["refused"] else ""


def _judge_hubs(told: dict[str, Any]) -> str:
    return "; ".join(f"{hub['hub']}: {hub['trouble']}" for hub in told["hubs"] if hub["trouble"])


_JUDGES = {
    "index": lambda told: "",
    "ingest": _judge_ingest,
    "articles": _judge_articles,
    "hubs": _judge_hubs,
}
