"""Late imports: functions whose modules are imported when they are first called.

What starts fast imports no format and no reader before there is something to write or to read.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["import_late"]


def import_late(module: str, name: str) -> Callable[..., Any]:
    """Return a function of a module that is imported when it is called."""

    def call(*values: Any) -> Any:
        return getattr(import_module(module), name)(*values)

    return call
