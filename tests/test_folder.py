"""The folder: which files it holds, in which order, and what is refused with which reason."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from feedsvc import readers
from feedsvc.errors import ArticleError, FolderError
from feedsvc.folder import (
    DEEPEST,
    FEW,
    File,
    count,
    find,
    has_article,
    locate,
    open_file,
    read_file,
    walk,
)
from feedsvc.readers.text import read_text
from feedsvc.rules import INDEX, NO_ARTICLE
from feedsvc.sieve import Sieve

NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while: root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def open_folder() -> Iterator[str]:
    """Make a folder that nobody may use as well: pytest's own are root's only."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        try:
            yield os.path.realpath(folder)
        finally:
            for place, _, _ in os.walk(folder):
                os.chmod(place, 0o777)


def write(root: Path | str, *paths: str) -> None:
    for path in paths:
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), "wb") as file:
            file.write(os.fsencode(path))


def look(root: Path | str) -> tuple[list[File], dict[str, int]]:
    ignored: dict[str, int] = {}
    return list(walk(os.path.realpath(root), ignored)), ignored


def is_good(file: File) -> bool:
    return file.fault is None


def faults(root: Path | str) -> dict[str, str]:
    """What is refused, by path, as it is reported."""
    return {file.path: str(file.fault) for file in look(root)[0] if file.fault}


def test_order_is_that_of_the_paths_code_points(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "a/b.txt", "a-b.txt", "a!/x.txt", "a!.txt", "a0.txt", "a/b/c.txt")
    write(tmp_path, "a/b-.txt", "Z.txt", "é.txt", "e\u0301.txt", "日本.txt", "🍞.txt", "\uffee.txt")
    write(tmp_path, "a b.txt", "a/b.TXT", "a.b/c.txt", "a0/c.txt", "_.txt")
    paths = [file.path for file in look(tmp_path)[0]]
    assert paths == sorted(paths)
    assert len(paths) == len(set(paths)) == 19


def test_order_holds_where_a_folder_is_named_like_an_article(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    write(tmp_path, "a.txt.txt", "a.txt-b.txt", "a.txtb.txt")
    paths = [file.path for file in look(tmp_path)[0]]
    assert paths == ["a.txt", "a.txt-b.txt", "a.txt.txt", "a.txtb.txt"]


def test_order_holds_where_a_file_may_hold_many(tmp_path: Path) -> None:
    names = ("a.json", "a.json-b.txt", "a.json.txt", "a.jsonl", "a.json0.txt", "a/b.xml", "b.rss")
    write(tmp_path, *names)
    paths = [file.path for file in look(tmp_path)[0]]
    assert paths == sorted(paths)
    assert [path for path in paths if path[-1] == "/"] == [
        "a.json/",
        "a.jsonl/",
        "a/b.xml/",
        "b.rss/",
    ]


def test_file_that_may_hold_many_and_can_not_be_opened_is_refused_by_its_name(
    tmp_path: Path,
) -> None:
    write(tmp_path, "x.json/inner.txt")
    assert faults(tmp_path) == {"x.json/": "x.json:1: file: not an article: a folder"}


def test_file_comes_with_its_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    os.utime(tmp_path / "a.txt", ns=(1, 1_234_567_890_123_456_789))
    [file], ignored = look(tmp_path)
    assert (file.size, file.mtime, file.fault) == (5, 1_234_567_890_123_456_789, None)
    assert ignored == {}


def sift(root: Path | str, **options: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """What is found by path, and what is left out, each with the rule."""
    told: list[tuple[str, str]] = []
    sieve = Sieve(**options, listen=lambda path, rule: told.append((path, rule)))
    files = [file.path for file in walk(os.path.realpath(root), {}, sieve)]
    return files, told


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, ".a.txt", ".git/a.txt", "b/.c/d.txt", "b/.e.txt", ".txt", ".feedsvc/a.txt")
    hidden = [".a.txt", ".git/", ".txt", "b/.c/", "b/.e.txt"]
    assert sift(tmp_path) == ([], [(path, "hidden") for path in hidden])


def test_other_files_are_counted_by_kind(tmp_path: Path) -> None:
    write(tmp_path, "a.png", "b/c.png", "b/Makefile", "feedsvc.toml", "b/feedsvc.toml", "x/y.txt")
    (tmp_path / "also").symlink_to(tmp_path / "x")
    files, ignored = look(tmp_path)
    assert [file.path for file in files] == ["x/y.txt"]
    assert ignored == {".png": 2, "Makefile": 1, ".toml": 1, "link to a folder": 1}


def test_folder_named_like_an_article_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "x.txt/inner.txt")
    assert faults(tmp_path) == {"x.txt": "x.txt:1: file: not an article: a folder"}


def test_dangling_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").symlink_to("nowhere.txt")
    assert faults(tmp_path)["x.txt"].startswith("x.txt:1: file: can't be read: No such file")


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "in/a.txt", "inside.txt", "in-side/b.txt")
    (tmp_path / "in" / "x.txt").symlink_to("../inside.txt")
    (tmp_path / "in" / "y.txt").symlink_to(tmp_path / "in-side" / "b.txt")
    (tmp_path / "in" / "z.txt").symlink_to("/etc/passwd")
    why = "file: not opened: a link that leads out of the folder; folders may name where"
    assert faults(tmp_path / "in") == {
        f"{name}.txt": f"{name}.txt:1: {why}" for name in ("x", "y", "z")
    }


def test_link_within_the_folder_is_an_article(tmp_path: Path) -> None:
    write(tmp_path, ".drafts/a.txt")
    (tmp_path / "x.txt").symlink_to(".drafts/a.txt")
    [file], _ = look(tmp_path)
    assert (file.path, file.size, file.fault) == ("x.txt", len(".drafts/a.txt"), None)
    assert read_file(str(tmp_path), "x.txt", 99) == b".drafts/a.txt"


def test_link_to_a_folder_within_is_refused_where_it_is_named_like_an_article(
    tmp_path: Path,
) -> None:
    write(tmp_path, "sub/a.txt")
    (tmp_path / "x.txt").symlink_to("sub")
    assert faults(tmp_path) == {"x.txt": "x.txt:1: file: not an article: a folder"}


def test_link_to_itself_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    assert list(faults(tmp_path)) == ["loop.txt"]
    (tmp_path / "loop").symlink_to("loop")
    files, _ = look(tmp_path)
    assert [file.path for file in files] == ["a.txt", "loop.txt"]


def test_pipe_and_socket_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    os.mknod(tmp_path / "socket.txt", stat.S_IFSOCK | 0o600)
    assert faults(tmp_path) == {
        "pipe.txt": "pipe.txt:1: file: not an article: no regular file",
        "socket.txt": "socket.txt:1: file: not an article: no regular file",
    }
    assert read_file(str(tmp_path), "pipe.txt", 99) == b""


def test_name_that_cant_be_shown_is_refused_and_shown_escaped(tmp_path: Path) -> None:
    write(tmp_path, "bell\a.txt", "line\nbreak.txt", os.fsdecode(b"latin-\xe9.txt"))
    shown = sorted(fault.partition(":1: file: ")[::2] for fault in faults(tmp_path).values())
    assert shown == [
        ("bell\\x07.txt", "can't be published: its name holds '\\x07'"),
        ("latin-\\udce9.txt", "can't be published: its name holds '\\udce9'"),
        ("line\\nbreak.txt", "can't be published: its name holds '\\n'"),
    ]


@pytest.mark.parametrize("name", ["bell\a", os.fsdecode(b"latin-\xe9")])
def test_article_in_a_folder_whose_name_cant_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.txt", f"{name}/b.txt", f"{name}/c/d.txt")
    files, _ = look(tmp_path)
    bad = [file.fault for file in files if file.path != "a.txt"]
    assert bad
    assert all(fault and fault.path.isprintable() for fault in bad)


def test_folder_that_cant_be_read_is_refused_and_its_neighbours_are_not() -> None:
    with open_folder() as folder:
        write(folder, "a.txt", "b/c.txt", "d.txt", "e/f/g.txt", "e/h.txt")
        os.chmod(f"{folder}/b", 0o000)
        os.chmod(f"{folder}/e/f", 0o000)
        with unprivileged():
            files, _ = look(folder)
        assert [file.path for file in files if not file.fault] == ["a.txt", "d.txt", "e/h.txt"]
        assert [str(file.fault) for file in files if file.fault] == [
            "b/:1: file: can't be read: Permission denied",
            "e/f/:1: file: can't be read: Permission denied",
        ]


def test_files_that_cant_be_looked_at_are_refused_one_by_one() -> None:
    with open_folder() as folder:
        write(folder, "a/b.txt", "a/c.txt")
        os.chmod(f"{folder}/a", 0o444)
        with unprivileged():
            assert list(faults(folder)) == ["a/b.txt", "a/c.txt"]


def test_link_to_where_nobody_may_look_costs_nothing_else() -> None:
    with open_folder() as folder, open_folder() as secret:
        write(folder, "a.txt")
        write(secret, "inner/x")
        os.symlink(f"{secret}/inner/x", f"{folder}/link")
        os.chmod(secret, 0o000)
        with unprivileged():
            assert [file.path for file in look(folder)[0]] == ["a.txt"]


def test_file_that_may_not_be_read_is_refused() -> None:
    with open_folder() as folder:
        write(folder, "a.txt")
        os.chmod(f"{folder}/a.txt", 0o000)
        with unprivileged(), pytest.raises(ArticleError, match=r"can't be read: Permission"):
            read_file(folder, "a.txt", 99)


def test_folder_itself_that_cant_be_read_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="gone: can't be read: No such file"):
        look(tmp_path / "gone")
    with open_folder() as folder:
        os.chmod(folder, 0o000)
        with unprivileged(), pytest.raises(FolderError, match="can't be read: Permission denied"):
            look(folder)


def test_file_is_read_whole_up_to_the_limit(tmp_path: Path) -> None:
    write(tmp_path, "12345.txt")
    assert read_file(str(tmp_path), "12345.txt", 9) == b"12345.txt"
    message = r"^12345\.txt:1: file: too large: 9 bytes, over max_article_bytes \(8\)$"
    with pytest.raises(ArticleError, match=message):
        read_file(str(tmp_path), "12345.txt", 8)


def test_file_that_vanished_meanwhile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=r"^a\.txt:1: file: can't be read: No such file"):
        read_file(str(tmp_path), "a.txt", 9)


def test_link_out_that_took_a_files_place_meanwhile_is_not_opened(tmp_path: Path) -> None:
    write(tmp_path, "in/x", "secret.txt")
    (tmp_path / "in" / "a.txt").symlink_to("../secret.txt")
    with pytest.raises(ArticleError, match=r"^a\.txt:1: file: not opened"):
        read_file(str(tmp_path / "in"), "a.txt", 99)


def test_folder_that_took_a_files_place_meanwhile_is_refused_and_let_go(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(3):
        with pytest.raises(ArticleError, match=r"^a\.txt:1: file: can't be read: Is a directory"):
            read_file(str(tmp_path), "a.txt", 10**6)
    if before:
        assert len(os.listdir("/proc/self/fd")) == before


def test_folders_too_deep_in_each_other_are_refused(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * (DEEPEST + 3))
    deep.mkdir(parents=True)
    (deep / "a.txt").touch()
    ((path, fault),) = [(file.path, file.fault) for file in walk(str(tmp_path), {})]
    assert path == "d/" * (DEEPEST + 1)
    assert "over 100 folders deep" in str(fault)


def test_article_is_found_wherever_it_is_unless_it_can_not_be_read() -> None:
    with open_folder() as place, unprivileged():
        folder = Path(place)
        (folder / ".hidden.txt").touch()
        (folder / "notes").touch()
        (folder / "a.txt").mkdir()
        (folder / "sub" / "deep").mkdir(parents=True)
        assert not has_article(place, is_good)
        (folder / "sub" / "deep" / "b.txt").touch()
        assert has_article(place, is_good)
        (folder / "sub").chmod(0)
        assert not has_article(place, is_good)
        (folder / "sub").chmod(0o755)


def test_count_is_what_a_walk_finds(tmp_path: Path) -> None:
    for name in ("a.txt", "b.TXT", "c.jpg", ".d.txt", "e/f.txt", "e/g/h.txt", ".i/j.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert count(str(tmp_path)) == len(list(walk(str(tmp_path), {}))) == 4
    assert count(str(tmp_path / "none")) == 0, "who walks it tells"


def test_path_that_no_index_could_sort_is_refused(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["é" * 100] * 9, "a" * 180)
    home.mkdir(parents=True)
    (home / "a.txt").touch()
    (home / f"{'b' * 20}.txt").touch()
    first, second = walk(str(tmp_path), {})
    assert first.fault is None
    assert str(second.fault).endswith("file: can't be published: its path has over 2000 bytes")


def test_path_that_leads_up_is_followed_no_further_than_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").mkdir(parents=True)
    (root / "b.txt").write_text("inside")
    (tmp_path / "c.txt").write_text("outside")
    assert read_file(str(root), "a/../b.txt", 99) == b"inside"
    with pytest.raises(ArticleError, match="leads out of the folder"):
        read_file(str(root), "a/../../c.txt", 99)


# What is left out


def test_what_a_rule_leaves_out_is_told_and_not_entered(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "README.txt", "_drafts/a.txt", "b/_index.txt", "b/c.txt", "b/d.css")
    files, told = sift(tmp_path)
    assert files == ["a.txt", "b/c.txt"]
    assert told == [
        ("README.txt", "README"),
        ("_drafts/", "_drafts/"),
        ("b/_index.txt", INDEX),
        ("b/d.css", NO_ARTICLE),
    ]
    included = sift(tmp_path, include=["README.txt", "/_drafts/*.txt"], exclude=["b/c.*"])
    assert included[0] == ["README.txt", "_drafts/a.txt", "a.txt"]


def test_page_of_a_folder_is_an_article_where_it_is_alone(tmp_path: Path) -> None:
    write(tmp_path, "index.txt", "a/index.txt", "a/b/c/d.txt", "e/index.txt", "e/f/g.jpg")
    write(
        tmp_path, "h/index.txt", "h/_drafts/a.txt", "h/README.txt", "i/index.txt", "i/j/index.txt"
    )
    files, told = sift(tmp_path)
    assert files == ["a/b/c/d.txt", "e/index.txt", "h/index.txt", "i/j/index.txt"]
    pages = [path for path, rule in told if rule == INDEX]
    assert pages == ["a/index.txt", "i/index.txt", "index.txt"]


def test_folder_of_a_site_has_its_articles_where_its_generator_has_them(tmp_path: Path) -> None:
    write(tmp_path, "s/config.toml", "s/content/a.md", "s/templates/b.md", "s/content/c/index.md")
    write(tmp_path, "s/content/c/d.md", "j/_config.yml", "j/_posts/a.md", "j/about.md", "z.txt")
    (tmp_path / "s/config.toml").write_text("# nothing")
    (tmp_path / "j/_config.yml").write_text("")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(readers.READERS, ".md", read_text)
        files, _ = sift(tmp_path)
        assert files == ["j/_posts/a.md", "s/content/a.md", "s/content/c/index.md", "z.txt"]
        assert count(str(tmp_path)) == 4
        for path in files:
            assert locate(str(tmp_path), path) == path
            assert [file.path for file in find(str(tmp_path), path, {})] == [path]


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("_drafts/b/a.txt", "_drafts"),
        ("c/_data/a.txt", "c/_data"),
        ("README.txt", "README.txt"),
        ("c/index.txt", "c/index.txt"),
    ],
)
def test_what_is_left_out_is_not_found_by_its_path(tmp_path: Path, path: str, end: str) -> None:
    write(tmp_path, "_drafts/b/a.txt", "c/_data/a.txt", "README.txt", "c/index.txt", "c/d.txt")
    root, sieve = str(tmp_path), Sieve()
    assert locate(root, path, sieve) == end
    assert list(find(root, end, {}, sieve)) == []
    assert len(sieve.counts) == 1


def test_large_folder_is_looked_at_no_further_than_needed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for number in range(FEW + 50):
        (tmp_path / "a" / f"{number}.txt").touch()
    write(tmp_path, "a/b/c.txt", "a/README.txt", "a/index.txt")
    assert has_article(str(tmp_path), is_good)
    assert count(str(tmp_path)) == FEW + 52  # the page is counted too
    assert len(sift(tmp_path)[0]) == FEW + 51
    assert not has_article(str(tmp_path), is_good, Sieve(exclude=["*.txt"]))
    only = Sieve(exclude=["/a/[0-9]*"])
    assert has_article(str(tmp_path), is_good, only)
    assert sift(tmp_path, exclude=["/a/[0-9]*"])[0] == ["a/b/c.txt"]


def test_nothing_but_what_is_left_out_is_no_article(tmp_path: Path) -> None:
    write(tmp_path, "README.txt", "_drafts/a.txt", "index.txt", ".a.txt")
    assert not has_article(str(tmp_path), is_good)
    assert count(str(tmp_path)) == 0
    write(tmp_path, "a/index.txt")
    assert has_article(str(tmp_path), is_good)


# Several folders


@pytest.fixture
def grounds(tmp_path: Path) -> Path:
    """A folder of settings, with others in it and beside it."""
    write(tmp_path, "home/posts/a.txt", "home/posts-old/b.txt", "home/c.txt", "notes/d.txt")
    write(tmp_path, "notes/x/e.txt", "notes/README.txt", "far/f.txt", "home/-.txt")
    return tmp_path / "home"


def test_files_of_several_folders_come_in_the_order_of_their_paths(grounds: Path) -> None:
    far = str(grounds.parent / "far")
    folders = ("posts-old", "posts", "../notes", far)
    paths, told = sift(grounds, folders=folders)
    assert paths == sorted(paths)
    assert set(paths) == {
        *("posts/a.txt", "posts-old/b.txt", "../notes/d.txt", "../notes/x/e.txt", f"{far}/f.txt")
    }
    assert told == [("../notes/README.txt", "README")]
    assert count(str(grounds), Sieve(folders=folders)) == 5
    whole, _ = sift(grounds, folders=(".", "../notes"))
    assert whole == sorted(whole)
    assert {"-.txt", "c.txt", "posts/a.txt", "../notes/d.txt"} <= set(whole)


def test_files_of_a_folder_out_of_the_settings_are_opened_and_no_others(grounds: Path) -> None:
    far = str(grounds.parent / "far")
    outer = ("../notes", far)
    for path in ("c.txt", "../notes/x/e.txt", f"{far}/f.txt"):
        assert read_file(str(grounds), path, 99, outer).endswith(os.fsencode(path[-5:]))
        with open_file(str(grounds), path, outer) as file:
            assert file.read().endswith(os.fsencode(path[-5:]))
    for path in ("../notes/d.txt", f"{far}/f.txt", "../far/f.txt", "/etc/passwd"):
        with pytest.raises(ArticleError, match="leads out of the folder"):
            read_file(str(grounds), path, 99)
    for path in ("../notes/../far/f.txt", "../far/f.txt", "/etc/passwd"):
        with pytest.raises(ArticleError, match="leads out of the folder"):
            read_file(str(grounds), path, 99, ("../notes",))


def test_links_between_the_folders_are_followed_and_others_are_not(grounds: Path) -> None:
    notes = grounds.parent / "notes"
    (notes / "in.txt").symlink_to(grounds / "c.txt")
    (notes / "out.txt").symlink_to(grounds.parent / "far" / "f.txt")
    files = {file.path: file for file in walk(str(grounds), {}, Sieve(folders=("../notes",)))}
    assert files["../notes/in.txt"].fault is None
    assert read_file(str(grounds), "../notes/in.txt", 99, ("../notes",)) == b"home/c.txt"
    assert "a link that leads out of the folder" in str(files["../notes/out.txt"].fault)
    with pytest.raises(ArticleError, match="leads out of the folder"):
        read_file(str(grounds), "../notes/out.txt", 99, ("../notes",))


def test_folder_that_is_gone_or_a_link_costs_only_itself(grounds: Path) -> None:
    (grounds / "link").symlink_to("posts")
    (grounds.parent / "linked").symlink_to("notes")
    sieve = Sieve(folders=("gone", "link", "../gone", "posts", "../linked"))
    found = list(walk(str(grounds), {}, sieve))
    assert [str(file.fault) for file in found if file.fault] == [
        "../gone/:1: file: can't be read: No such file or directory",
        "gone/:1: file: can't be read: No such file or directory",
        "link/:1: file: not entered: a link; name the folder that it leads to",
    ]
    good = [file.path for file in found if not file.fault]
    assert good == ["../linked/d.txt", "../linked/x/e.txt", "posts/a.txt"]
    assert read_file(str(grounds), "../linked/x/e.txt", 99, ("../linked",))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("posts/a.txt", ["posts/a.txt"]),
        ("posts", ["posts/a.txt"]),
        ("../notes/x", ["../notes/x/e.txt"]),
        ("../notes", ["../notes/d.txt", "../notes/x/e.txt"]),
        ("c.txt", []),
        ("posts-old/b.txt", []),
        ("posts/none.txt", []),
    ],
)
def test_paths_are_found_in_the_folders_that_are_named(
    grounds: Path, path: str, found: list[str]
) -> None:
    sieve = Sieve(folders=("posts", "../notes"))
    assert locate(str(grounds), path, sieve) == path
    assert [file.path for file in find(str(grounds), path, {}, sieve)] == found


def test_articles_are_looked_for_in_all_folders_or_in_one(grounds: Path) -> None:
    sieve = Sieve(folders=("posts", "../empty"))
    assert has_article(str(grounds), is_good, sieve)
    assert has_article(str(grounds), is_good, sieve, "posts")
    assert not has_article(str(grounds), is_good, sieve, "../empty")
