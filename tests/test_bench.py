"""The bench: its results are what docs/speed.md shows, and it measures; nobody is timed here."""

import gzip
import statistics
from pathlib import Path
from xml.etree import ElementTree

import pytest

from feedsvc.index.sqlite import SqliteIndex
from feedsvc.ingest import ingest
from tests.bench import building, memory
from tests.bench.__main__ import main
from tests.bench.chart import CHART, PAGE, draw
from tests.bench.client import Answer
from tests.bench.corpus import NOW, load, make_samples, write_corpus
from tests.bench.lines import note, show, sum_up
from tests.bench.report import rewrite_page
from tests.bench.results import keep, read_results
from tests.bench.siege import LONGEST, Readers
from tests.bench.soak import Samples
from tests.bench.targets import TARGETS
from tests.bench.wrk import Load, read_load

WRK = """
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   508.68us    1.20ms  13.14ms   93.14%
    Req/Sec   125.56k     7.31k  135.43k    85.00%
  Latency Distribution
     50%  243.00us
     75%  279.00us
     90%    0.85ms
     99%    6.61ms
  250214 requests in 2.00s, 44.86MB read
Requests/sec: 125070.03
"""


def test_page_and_chart_show_the_results() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewrite_page(page, read_results()) == page
    chart = draw(read_results())
    assert CHART.read_text(encoding="utf-8") == chart
    ElementTree.fromstring(chart)


def test_every_target_was_measured_against() -> None:
    assert {line.work for line in read_results().lines if line.target} == set(TARGETS)


def test_corpus_is_the_same_each_time_and_all_of_it_is_good(tmp_path: Path) -> None:
    write_corpus(tmp_path, 400)
    sizes = [file.stat().st_size for file in tmp_path.glob("*/*.txt")]
    assert len(sizes) == 400
    assert 3000 < statistics.median(sizes) < 4000
    assert min(sizes) < 1000
    assert max(sizes) > 15_000
    shelf = list(make_samples(2000, 1000))
    assert shelf == list(make_samples(2000, 1000))
    assert len({sample.language for sample in shelf}) == 10
    settings = load(tmp_path)
    report = ingest(settings, SqliteIndex(settings.database, create=True), NOW)
    assert (report.new, report.refused) == (400, [])


def test_lines_that_need_no_peer_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("find_hugo", "find_pelican", "find_eleventy"):
        monkeypatch.setattr(building, name, lambda: None)
    monkeypatch.setattr(memory, "REQUESTS", 40)
    lines = "start,build,ingest,export,memory,window"
    file = tmp_path / "results.json"
    main(["--articles", "12", "--rounds", "1", "--lines", lines, "--results", str(file)])
    results = read_results(file)
    assert results.machine
    works = {line.work: line for line in results.lines}
    for work in ("ingest from nothing", "export, nothing new", "nothing changed, new process"):
        assert works[work].ratio
    assert "skipped: Hugo is not installed" in capsys.readouterr().out


def test_unknown_lines_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--lines", "ingest,speed"])
    assert "no lines speed; there are start," in capsys.readouterr().err


def test_a_line_has_the_medians_and_the_ratios_of_its_pairs() -> None:
    line = sum_up("work", 10, "s", [(1, 2), (3, 4), (8, 8)], "walk")
    assert (line.ours, line.peer, line.ratio, line.spread) == (3, 4, 0.75, (0.5, 1))
    assert show(line).endswith("0.75   0.5 to 1, 3")
    alone = sum_up("work", 10, "s", [(1, None), (3, None)])
    assert (alone.ours, alone.peer, alone.ratio, alone.spread) == (2, None, None, (1, 3))


@pytest.mark.parametrize(
    ("work", "pair", "met"),
    [
        ("cold build, home feed", (0.29, 1), "stretch"),
        ("cold build, home feed", (0.5, 1), "yes"),
        ("cold build, home feed", (0.6, 1), "no"),
        ("serving /atom.xml, 304", (0.56, 1), "stretch"),
        ("serving /atom.xml, 304", (0.4, 1), "yes"),
        ("serving /atom.xml, 304", (0.39, 1), "no"),
        ("feedsvc --version", (45, 1), "yes"),
        ("cold build, home feed", (0.5, None), ""),
        ("no target", (1, 1), ""),
    ],
)
def test_a_line_tells_whether_its_target_is_met(
    work: str, pair: tuple[float, float | None], met: str
) -> None:
    assert sum_up(work, 10_000, "", [pair], "Hugo").met == met


def test_a_later_run_replaces_its_own_lines_only(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    first, other, more = (
        sum_up("a", 10, "s", [(1, 2)], "x"),
        sum_up("a", 10, "s", [(1, 3)], "y"),
        sum_up("a", 20, "s", [(1, 4)], "x"),
    )
    keep([more, first, other], "2024-06-01", file)
    later = note("a", 10, "s", "not yet")
    keep([later], "2024-06-02", file)
    results = read_results(file)
    assert results.date == "2024-06-02"
    assert results.lines == (later, more)


def test_what_wrk_says_is_read() -> None:
    assert read_load(WRK) == Load(250214, 125070.03, 0.243, 6.61, "")
    failed = read_load(f"{WRK}  Non-2xx or 3xx responses: 3\n")
    assert failed.failures == "Non-2xx or 3xx responses: 3"


def test_a_sample_that_is_torn_or_of_another_version_is_a_fault() -> None:
    whole = gzip.compress(b"<a/>")
    good = [
        Answer(200, '"1"', "application/atom+xml", b"<a/>"),
        Answer(200, '"1-gzip"', "application/atom+xml", whole),
        Answer(200, '"2"', "application/feed+json", b"{}"),
        Answer(200, '"3"', "text/html; charset=utf-8", b"<p></html>\n"),
        Answer(304, '"1"', "", b""),
    ]
    bad = [
        Answer(500, "", "", b""),
        Answer(304, '"2"', "", b""),
        Answer(200, '"1"', "application/atom+xml", b"<b/>"),
        Answer(200, '"4"', "application/atom+xml", b"<a/>"),
        Answer(200, '"5"', "application/atom+xml", whole[:-4]),
        Answer(200, '"6"', "application/atom+xml", b"<a>"),
        Answer(200, '"7"', "application/feed+json", b"{"),
        Answer(200, '"8"', "text/html", b"<p>"),
    ]
    samples = Samples()
    for answer in good:
        samples.take("/", '"1"', answer)
    assert samples.faults == []
    for number, answer in enumerate(bad, 1):
        samples.take("/", '"1"', answer)
        assert len(samples.faults) == number


def test_readers_fail_where_one_is_refused_or_too_many_wait() -> None:
    readers = Readers(0)
    readers.statuses.update({200: 50, 304: 150})
    readers.times += [1.0] * 198 + [LONGEST, LONGEST]
    assert not readers.failed
    assert readers.rank(50) == 1
    readers.times.append(LONGEST)
    assert readers.failed
    readers.times += [1.0] * 300
    assert not readers.failed
    readers.statuses[503] += 1
    assert readers.failed
