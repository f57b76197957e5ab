"""Readership: each subscriber once, whatever the addresses, feed ids, formats and days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.logs import Request
from feedsvc.readership import Feed, Reader, Readership
from tests.test_useragents import FOUND

NOW = datetime(2024, 6, 9, 12, tzinfo=UTC)
FEEDBIN = "Feedbin feed-id:{} - {} subscribers"
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; {} subscribers; )"
FEEDLY_UNTOLD = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)"
NEWSBOAT = "Newsboat/2.34.0 (Linux x86_64)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def ask(agent: str, target: str = "/atom.xml", ago: float = 0, **fields: Any) -> Request:
    """Make a request of so many days ago."""
    time = NOW - timedelta(days=ago)
    values: dict[str, Any] = {"client": "1.2.3.4", "method": "GET", "status": 200} | fields
    return Request(time=time, target=target, agent=agent, **values)


def count(*requests: Request, days: int = 7) -> dict[str, dict[str, int]]:
    """Return the subscribers by feed and reader."""
    readership = Readership(days)
    for request in requests:
        readership.add(request)
    return {
        feed.path: {reader.name: reader.subscribers for reader in feed.readers}
        for feed in readership.list_feeds()
    }


# Readers that tell a number


def test_last_number_counts_from_whichever_address_it_is_told() -> None:
    told = [ask(FEEDLY.format(9 - hours), client=f"8.8.8.{hours}", ago=hours) for hours in range(5)]
    assert count(*told) == {"/": {"Feedly": 9}}
    assert count(*reversed(told)) == {"/": {"Feedly": 9}}
    assert count(*(ask(FEEDLY.format(n), ago=n / 99) for n in (1, 5, 2))) == {"/": {"Feedly": 1}}


def test_feed_ids_add_up_and_the_last_number_of_each_counts() -> None:
    told = (
        ask(FEEDBIN.format(1, 10), ago=2),
        ask(FEEDBIN.format(2, 5), ago=1),
        ask(FEEDBIN.format(1, 7)),
    )
    assert count(*told) == {"/": {"Feedbin": 12}}


def test_formats_add_up_as_each_has_its_subscribers() -> None:
    told = (
        ask(FEEDLY.format(10)),
        ask(FEEDLY.format(3), "/rss.xml"),
        ask(FEEDLY.format(3), "/rss.xml"),
    )
    assert count(*told) == {"/": {"Feedly": 13}}


def test_number_without_a_feed_id_is_another_word_for_one_with_it() -> None:
    told = (ask("Feedbin - 9 subscribers", ago=1), ask(FEEDBIN.format(1, 10)))
    assert count(*told) == {"/": {"Feedbin": 10}}


def test_reader_that_once_tells_no_number_has_told_it_already() -> None:
    assert count(ask(FEEDLY.format(9), ago=1), ask(FEEDLY_UNTOLD)) == {"/": {"Feedly": 9}}
    elsewhere = ask(FEEDLY.format(9), "/category/a/rss.xml")
    untold = [ask(FEEDLY_UNTOLD, client=f"8.8.8.{number}") for number in range(5)]
    assert count(elsewhere, *untold) == {"/": {"Feedly": 1}, "/category/a/": {"Feedly": 9}}
    assert count(*untold) == {"/": {"Feedly": 1}}


def test_unheard_of_reader_that_has_told_a_number_is_no_more_clients() -> None:
    untold = [ask("New RSS/1.0", client=f"8.8.8.{number}") for number in range(5)]
    assert count(*untold) == {"/": {"New RSS": 5}}
    assert count(*untold, ask("New RSS/1.0 (3 subscribers)", "/category/a/atom.xml"))["/"] == {
        "New RSS": 1
    }


# Readers that tell none


def test_client_is_one_however_often_it_asks_for_whichever_format() -> None:
    asked = (
        ask(NEWSBOAT),
        ask(NEWSBOAT, "/rss.xml", status=304),
        ask(NEWSBOAT, "/feed.json?a=b"),
        ask(NEWSBOAT.replace("34", "35")),
        ask(NEWSBOAT, client="1.2.3.5"),
    )
    assert count(*asked) == {"/": {"Newsboat": 2}}


def test_client_whose_address_changes_is_no_new_one_the_next_day() -> None:
    wandering = [ask(NEWSBOAT, client=f"8.8.8.{day}", ago=day) for day in range(7)]
    assert count(*wandering) == {"/": {"Newsboat": 1}}
    assert count(*wandering, ask(NEWSBOAT, client="9.9.9.9", ago=3)) == {"/": {"Newsboat": 2}}


# What is no reading of a feed


def test_only_newest_documents_that_were_answered_count() -> None:
    asked = (
        ask(NEWSBOAT, "/archive/2024/atom.xml"),
        ask(NEWSBOAT, "/category/a/archive/2024/rss.xml"),
        ask(NEWSBOAT, "/"),
        ask(NEWSBOAT, "/feeds.opml"),
        ask(NEWSBOAT, "/atom.xml/"),
        ask(NEWSBOAT, "/my-atom.xml"),
        ask(NEWSBOAT, "atom.xml"),
        ask(NEWSBOAT, "/?/atom.xml"),
        *(ask(NEWSBOAT, status=status) for status in (206, 301, 404, 429, 500, 503)),
        *(ask(NEWSBOAT, method=method) for method in ("HEAD", "POST", "-", "")),
    )
    assert count(*asked) == {}


def test_who_is_no_reader_is_counted_apart() -> None:
    readership = Readership(7)
    for agent in (FIREFOX, FIREFOX, "curl/8.5.0", "-", NEWSBOAT):
        readership.add(ask(agent))
    readership.add(ask("curl/8.5.0", ago=1))
    assert readership.apart == {"browser": 2, "bot": 2, "other": 1}
    (feed,) = readership.list_feeds()
    assert feed.subscribers == 1


# Feeds


def test_feeds_are_told_by_path_wherever_they_lie() -> None:
    asked = (
        ask(NEWSBOAT, "/feeds/atom.xml?/rss.xml"),
        ask(NEWSBOAT, "https://example.org/feeds/rss.xml"),
        ask(NEWSBOAT, "/category/caf%C3%A9/atom.xml"),
        ask(NEWSBOAT, "/category/café/feed.json"),
        ask(NEWSBOAT, "/archive/rss.xml"),
    )
    assert list(count(*asked)) == ["/archive/", "/category/café/", "/feeds/"]


def test_path_is_fit_to_be_printed() -> None:
    assert list(count(ask(NEWSBOAT, "/%1B[31m%E2%80%AE\x9b/atom.xml"))) == [
        "/\\x1b[31m\\u202e\\x9b/"
    ]


def test_feed_tells_its_formats_and_its_readers_the_largest_first() -> None:
    readership = Readership(7)
    for request in (
        ask(NEWSBOAT, "/feed.json"),
        ask("Reeder/5"),
        ask(FEEDLY.format(9), "/rss.xml"),
    ):
        readership.add(request)
    assert readership.list_feeds() == [
        Feed(
            "/",
            ("atom", "rss", "json"),
            (
                Reader("Feedly", 9, tells=True),
                Reader("Newsboat", 1, tells=False),
                Reader("Reeder", 1, tells=False),
            ),
        )
    ]


# The period


def test_period_ends_with_the_newest_request_and_forgets_what_is_before_it() -> None:
    readership = Readership(2)
    assert (readership.period, readership.list_feeds(), readership.apart) == (None, [], {})
    for ago, agent in ((3, FEEDBIN.format(1, 9)), (2, "curl/8"), (2, FEEDBIN.format(1, 8))):
        readership.add(ask(agent, ago=ago))
    assert readership.period == (date(2024, 6, 6), date(2024, 6, 7))
    readership.add(ask("", "/elsewhere"))  # whatever was asked for shows how late it is
    readership.add(ask(NEWSBOAT, ago=1))
    assert readership.period == (date(2024, 6, 8), date(2024, 6, 9))
    readership.add(ask(FEEDBIN.format(1, 8), ago=2))
    assert readership.apart == {}
    assert [feed.readers for feed in readership.list_feeds()] == [(Reader("Newsboat", 1, False),)]


def test_nothing_of_an_address_is_kept_or_the_same_elsewhere() -> None:
    first, second = Readership(7), Readership(7)
    for readership in (first, second):
        readership.add(ask(NEWSBOAT, client="198.51.100.77"))
    kept = [repr(readership._days) for readership in (first, second)]
    assert "198.51" not in kept[0]
    assert kept[0] != kept[1]


# Real readers


def test_each_real_reader_counts_once() -> None:
    """All forms that were found, each from three addresses on three days."""
    requests = [
        ask(found["user agent"], client=f"10.0.0.{place}", ago=2 - day)
        for found in FOUND
        for day in range(3)
        for place in range(3)
    ]
    counted = count(*requests)["/"]
    told: dict[str, dict[str, int]] = {}
    for found in FOUND:
        if found["subscribers"]:
            ids = told.setdefault(found["name"], {})
            ids[found["feed id"]] = max(int(found["subscribers"]), ids.get(found["feed id"], 0))
    for name, ids in told.items():
        ids.pop("", None) if len(ids) > 1 else None
        assert counted[name] == sum(ids.values()), name
    assert counted["Newsboat"] == 6  # two systems at three addresses
    assert counted["Flipboard"] == 1
    assert set(counted) == {found["name"] for found in FOUND if found["kind"] == "reader"}


requests = st.builds(
    ask,
    agent=st.sampled_from([*(found["user agent"] for found in FOUND), "HanRSS/2", FIREFOX]),
    target=st.sampled_from(["/atom.xml", "/rss.xml", "/category/a/atom.xml", "/x"]),
    ago=st.integers(0, 9),
    client=st.sampled_from(["1.2.3.4", "1.2.3.5", "::1"]),
)


@given(st.lists(requests, max_size=12), st.randoms())
def test_neither_order_nor_repetition_changes_the_count_fuzz(
    asked: list[Request], random: Any
) -> None:
    expected = count(*asked)
    shuffled = asked + asked
    random.shuffle(shuffled)
    assert count(*shuffled) == expected
