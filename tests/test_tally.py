"""The tally: numbers that add up."""

from feedsvc.tally import DAY, MOST_READERS, Tally, read_tally

NOW = 1_700_000_000


def test_tally_comes_back_as_it_was_packed() -> None:
    tally = Tally()
    tally.count("atom", "200", sent=7)
    tally.count("atom", "304", saved=9)
    tally.note("/atom.xml", "Feedly", "7", 3, NOW)
    assert read_tally(tally.pack()) == tally


def test_tallies_of_several_processes_add_up() -> None:
    one, other = Tally(), Tally()
    one.count("atom", "200", sent=7)
    other.count("atom", "200", sent=5)
    other.count("rss", "304", saved=2)
    one.add(other)
    assert one.requests == {("atom", "200"): 2, ("rss", "304"): 1}
    assert (one.sent, one.saved) == ({"atom": 12}, {"rss": 2})


def test_of_what_a_reader_told_several_processes_the_latest_holds() -> None:
    one, other = Tally(), Tally()
    one.note("/atom.xml", "Feedly", "", 3, NOW)
    other.note("/atom.xml", "Feedly", "", 4, NOW + 60)
    other.note("/rss.xml", "Feedly", "", 1, NOW)
    for first, second in ((Tally(), one), (Tally(), other)):
        first.add(second)
        first.add(other if second is one else one)
        assert first.sum_subscribers(NOW + 61) == {
            ("/atom.xml", "Feedly"): 4,
            ("/rss.xml", "Feedly"): 1,
        }


def test_a_readers_several_numbers_of_one_feed_add_up_for_a_day() -> None:
    tally = Tally()
    tally.note("/atom.xml", "Feedly", "7", 3, NOW)
    tally.note("/atom.xml", "Feedly", "8", 2, NOW + 10)
    assert tally.sum_subscribers(NOW + 10) == {("/atom.xml", "Feedly"): 5}
    assert tally.sum_subscribers(NOW + DAY) == {("/atom.xml", "Feedly"): 2}


def test_who_was_heard_of_last_is_kept() -> None:
    tally = Tally()
    for number in range(MOST_READERS + 1):
        tally.note("/atom.xml", f"Reader {number}", "", 1, NOW)
        tally.note("/atom.xml", "Feedly", "", 1, NOW)
    names = {name for _, name, _ in tally.subscribers}
    assert len(names) == MOST_READERS
    assert {"Feedly", f"Reader {MOST_READERS}"} < names
    assert "Reader 0" not in names
