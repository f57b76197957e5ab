"""`python -I -S least.py walk|ingest FOLDER`: the least that the work could take.

It looks at each file; or it reads each, splits off the head, and stores one row and the text.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime


def walk(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield the articles, each looked at."""
    for entry in os.scandir(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)
        else:
            entry.stat()
            yield entry


def ingest(folder: str) -> None:
    """Store all articles."""
    database = os.path.join(folder, ".least")
    if os.path.exists(database):
        os.unlink(database)
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE a (path PRIMARY KEY, size, mtime, published, title, url)")
        connection.execute("CREATE TABLE c (path PRIMARY KEY, text)")
        connection.execute("BEGIN")
        for entry in walk(folder):
            status = entry.stat()
            with open(entry.path, encoding="utf-8") as file:
                title, date, url, body = file.read().split("\n", 3)
            published = datetime.fromisoformat(date).timestamp()
            row = (entry.path, status.st_size, status.st_mtime_ns, published, title, url)
            connection.execute("INSERT INTO a VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO c VALUES (?, ?)", (entry.path, body))
        connection.execute("COMMIT")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["walk", folder]:
            for _ in walk(folder):
                pass
        case ["ingest", folder]:
            ingest(folder)
