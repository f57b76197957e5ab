"""The engines of the index, chosen by the setting `database`."""

from feedsvc.errors import IndexUnusable
from feedsvc.index import Index
from feedsvc.index.sqlite import SqliteIndex

__all__ = ["open_index"]


def open_index(database: str, *, create: bool = False) -> Index:
    """Open the index at a `postgresql://` address, in an SQLite file, or in `:memory:`.

    With `create` it is made where it isn't there. Raises IndexUnusable where the engine isn't
    installed; all else is raised by the first use.
    """
    if "://" not in database:
        return SqliteIndex(database, create=create)
    try:
        from feedsvc.index.postgres import PostgresIndex
    except ImportError as error:
        how = "pip install 'feedsvc[postgres]'"
        raise IndexUnusable("database", "the driver of PostgreSQL is missing", how) from error
    return PostgresIndex(database, create=create)
