"""feedsvc publishes a folder of articles as web feeds: valid, complete and stable."""

from importlib import import_module
from typing import Any

__all__ = ["Settings", "__version__", "create_app", "load_settings"]
__version__ = "0.1.0"

_ROOMS = {"Settings": "settings", "create_app": "web", "load_settings": "settings"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no room before: a command needs few of them."""
    if name in _ROOMS:
        return getattr(import_module(f"feedsvc.{_ROOMS[name]}"), name)
    raise AttributeError(f"module 'feedsvc' has no attribute {name!r}")
