"""Targets: the store that an export names."""

from feedsvc.errors import ExportError
from feedsvc.stores import Store
from feedsvc.stores.folder import Folder

__all__ = ["open_store"]


def open_store(target: str) -> Store:
    """Open the folder, or what is at the address, that is the target.

    Raises ExportError where what opens such an address isn't installed.
    """
    if "://" not in target:
        return Folder(target)
    try:
        from feedsvc.stores.objects import Objects
    except ImportError as error:
        how = "pip install 'feedsvc[s3]'"
        raise ExportError(target.partition("://")[0], "fsspec is missing", how) from error
    return Objects(target)
