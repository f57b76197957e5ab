"""Debian's Chromium, as the tests start it, and axe-core, which they put into its pages."""

import shutil
import sys
from pathlib import Path

__all__ = ["AXE", "CHROMIUM", "QUIET"]

CHROMIUM = shutil.which("chromium")
AXE = Path(sys.prefix) / "node_modules" / "axe-core" / "axe.min.js"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
