"""feedsvc publishes a folder of articles as web feeds: valid, complete and stable."""

from typing import Any

from feedsvc.settings import Settings, load_settings

__all__ = ["Settings", "__version__", "create_app", "load_settings"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import Flask only when the app is asked for: no other command needs it."""
    if name == "create_app":
        from feedsvc.web import create_app

        return create_app
    raise AttributeError(f"module 'feedsvc' has no attribute {name!r}")
