"""Exposition: what was counted, and what the index tells, in the text form of Prometheus."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from feedsvc.errors import FeedsvcError
from feedsvc.index import Index
from feedsvc.tally import Tally

__all__ = ["render"]


def render(tally: Tally, index: Index, now: int) -> tuple[bytes, str]:
    """Write all of it, as of `now` (seconds); return it with its media type."""
    registry = CollectorRegistry()
    registry.register(_Collector(tally, index, now))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Collector(Collector):
    def __init__(self, tally: Tally, index: Index, now: int) -> None:
        self._tally, self._index, self._now = tally, index, now

    def collect(self) -> Iterator[Metric]:
        tally = self._tally
        asked = CounterMetricFamily("feedsvc_requests", "Requests.", labels=["document", "status"])
        yield _fill(asked, tally.requests)
        sent = CounterMetricFamily("feedsvc_sent_bytes", "Bytes of bodies.", labels=["document"])
        yield _fill(sent, {(document,): size for document, size in tally.sent.items()})
        saved = CounterMetricFamily(
            "feedsvc_saved_bytes", "Bytes of bodies that a 304 did without.", labels=["document"]
        )
        yield _fill(saved, {(document,): size for document, size in tally.saved.items()})
        subscribers = GaugeMetricFamily(
            "feedsvc_subscribers", "Subscribers, as readers tell them.", labels=["path", "reader"]
        )
        yield _fill(subscribers, tally.sum_subscribers(self._now))
        try:
            yield from _describe(self._index)
            up = 1
        except FeedsvcError:
            up = 0
        yield _tell("index_up", "Whether the index can be asked.", up)


def _describe(index: Index) -> list[Metric]:
    """Tell what the index knows of articles and ingests. Raises the index's errors."""
    counts = msgspec.structs.asdict(index.counts())
    ended, runs, spent = (counts.pop(name) for name in ("time", "runs", "spent"))
    articles = GaugeMetricFamily("feedsvc_articles", "Articles by state.", labels=["state"])
    return [
        _fill(articles, {(state,): count for state, count in counts.items()}),
        _tell("revision", "Number of the edition.", index.revision()),
        SummaryMetricFamily(
            "feedsvc_ingest_seconds", "Ingests, and how long they took.", runs, spent / 1000
        ),
        _tell("last_ingest_timestamp_seconds", "When the last ingest ended.", ended),
    ]


def _fill(family: Any, counts: Mapping[Any, int]) -> Metric:
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family  # type: ignore[no-any-return]  # a Metric, with a method of its own


def _tell(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"feedsvc_{name}", text, value=value)
