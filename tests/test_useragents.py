"""User agents: the forms in which readers tell who they are and for how many they ask.

`data/useragents.tsv` has each as it was found, and where; the number of PlainFeeder's is ours.
"""

import csv
from pathlib import Path
from typing import get_args

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.useragents import LONGEST, LONGEST_NAME, Agent, Kind, read_agent

KINDS = get_args(Kind)

with (Path(__file__).parent / "data/useragents.tsv").open(encoding="utf-8", newline="") as file:
    FOUND = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("found", FOUND, ids=lambda found: found["user agent"][:60])
def test_each_form_tells_what_it_says(found: dict[str, str]) -> None:
    agent = read_agent(found["user agent"])
    assert (agent.name, agent.kind, agent.feed_id) == (
        *(found["name"], found["kind"], found["feed id"]),
    )
    assert agent.subscribers == (int(found["subscribers"]) if found["subscribers"] else None)


def test_each_form_was_found_somewhere() -> None:
    assert all(found["found at"].startswith(("https://", "http://")) for found in FOUND)


def test_what_fetches_for_many_is_hosted_whether_it_tells_their_number_or_not() -> None:
    feedly = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)"
    assert read_agent(feedly).hosted
    assert read_agent("Unheard-of/1.0 (3 subscribers)").hosted
    assert not read_agent("Newsboat/2.34.0 (Linux x86_64)").hosted


def test_robots_that_others_list_are_no_readers() -> None:
    """But for a few that are, or name one."""
    taken = {
        robot["pattern"]
        for robot in CRAWLER_USER_AGENTS_DATA
        for text in robot["instances"]
        if "feed-reader" not in robot["tags"] and read_agent(text).kind == "reader"
    }
    assert len(CRAWLER_USER_AGENTS_DATA) > 1000
    assert len(taken) < len(CRAWLER_USER_AGENTS_DATA) / 100, taken


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "other"),
        ("-", "other"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "browser"),
        ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", "browser"),
        ("Opera/9.80 (X11; Linux x86_64) Presto/2.12.388 Version/12.16", "browser"),
        ("curl/8.5.0", "bot"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot"),
        ("FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "bot"),
        ("An RSS reader", "reader"),
    ],
)
def test_who_is_no_reader_is_told_apart(text: str, kind: str) -> None:
    agent = read_agent(text)
    assert (agent.kind, agent.subscribers, agent.hosted) == (kind, None, False)


@pytest.mark.parametrize(
    "text",
    [
        *("Reader 2", "RSS/2.2 Readers", "Feed 1234567890123456 subscribers", "Feed subscribers"),
        *(
            "Feed 3.2 subscribers",
            "Feed v2subscribers",
            "Feed ٣ subscribers",
            "RSS unsubscribers 2",
        ),
    ],
)
def test_no_number_is_read_into_what_tells_none(text: str) -> None:
    assert read_agent(text).subscribers is None


def test_large_number_is_read_with_its_commas() -> None:
    told = "NewsBlur Feed Fetcher - 1,234 subscribers - https://newsblur.com"
    assert read_agent(told).subscribers == 1234


def test_name_is_fit_to_be_printed() -> None:
    assert read_agent("Evil\x1b[31m\u202eRSS/1.0").name == "Evil[31mRSS"
    assert len(read_agent("RSS" * 100).name) == LONGEST_NAME


@pytest.mark.parametrize("part", ["(", " ", "; compatible; ", "(Android ", "1 ", "feed-id=", "\n"])
def test_no_text_takes_long(part: str) -> None:
    assert read_agent(part * 100_000).kind in KINDS


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from([found["user agent"] for found in FOUND]),
            st.sampled_from(["subscribers", " 12 ", "feed-id=", "compatible; ", "(", ")", "/"]),
        ),
        max_size=8,
    ).map("".join)
)
def test_any_text_is_an_agent_fuzz(text: str) -> None:
    agent = read_agent(text)
    assert agent.kind in KINDS
    assert agent.name.isprintable()
    assert len(agent.name) <= LONGEST_NAME
    assert len(agent.feed_id) < LONGEST
    assert agent.kind == "reader" or agent == Agent(agent.name, agent.kind)
    assert agent.subscribers is None or 0 <= agent.subscribers < 10**12
