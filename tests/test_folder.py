"""The folder: which files it holds, in which order, and what is refused with which reason."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feedsvc.errors import ArticleError, FolderError
from feedsvc.folder import DEEPEST, File, count, has_article, read_file, walk

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


def test_file_comes_with_its_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    os.utime(tmp_path / "a.txt", ns=(1, 1_234_567_890_123_456_789))
    [file], ignored = look(tmp_path)
    assert (file.size, file.mtime, file.fault) == (5, 1_234_567_890_123_456_789, None)
    assert ignored == {}


def test_hidden_files_and_folders_are_left_out_without_a_word(tmp_path: Path) -> None:
    write(tmp_path, ".a.txt", ".git/a.txt", "b/.c/d.txt", "b/.e.txt", ".txt")
    assert look(tmp_path) == ([], {})


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
    why = "file: not opened: a link that leads out of the folder"
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
        assert not has_article(place)
        (folder / "sub" / "deep" / "b.txt").touch()
        assert has_article(place)
        (folder / "sub").chmod(0)
        assert not has_article(place)
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
