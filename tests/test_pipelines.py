"""The examples of continuous integration in deploy/: their own steps build what is published."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploying import DEPLOY


class Pipeline:
    """What an example runs, and what of it is kept for the next time, or published."""

    def __init__(self, name: str) -> None:
        # In YAML 1.1 `on` is a truth; nothing here needs it.
        self.told: dict[Any, Any] = yaml.safe_load((DEPLOY / name).read_text())
        if name == "github-actions.yml":
            steps = self.told["jobs"]["publish"]["steps"]
            used = {
                step["uses"].partition("@")[0]: step["with"] for step in steps if "with" in step
            }
            self.environment = self.told["env"]
            self.commands = [step["run"] for step in steps if "run" in step]
            self.kept = used["actions/cache"]["path"].split()
            self.published = used["actions/upload-pages-artifact"]["path"]
        else:
            shared, pages, ping = (self.told[name] for name in ("default", "pages", "ping"))
            self.environment = self.told["variables"]
            self.commands = [*shared["before_script"], *pages["script"], *ping["script"]]
            self.kept = shared["cache"]["paths"]
            (self.published,) = pages["artifacts"]["paths"]

    def run(self, folder: Path) -> str:
        """Run it as a shell does, but for the installation; return what it tells."""
        assert self.commands[0] == "pip install feedsvc"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join(self.commands[1:])],
            cwd=folder,
            env=os.environ | {"PATH": path} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(params=["github-actions.yml", "gitlab-ci.yml"])
def pipeline(request: pytest.FixtureRequest) -> Pipeline:
    return Pipeline(request.param)


def check_out(folder: Path) -> Path:
    """Put there what is committed; every file has the date of now."""
    (folder / "articles").mkdir(parents=True)
    for number in range(3):
        text = f"Article {number}\n2024-05-0{number + 1}T10:00:00Z\n\nA paragraph."
        (folder / "articles" / f"{number}.txt").write_text(text)
    return folder


def test_pipeline_publishes_the_folder_and_goes_on_with_what_it_kept(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    first = check_out(tmp_path / "first")
    pipeline.run(first)
    feed = first / pipeline.published / "atom.xml"
    assert 'href="https://example.org/atom.xml"' in feed.read_text(encoding="utf-8")
    assert feed.with_name("atom.xml.gz").exists() == (
        pipeline.environment["FEEDSVC_ENCODINGS"] > ""
    )
    second = check_out(tmp_path / "second")
    for path in pipeline.kept:
        shutil.copytree(first / path, second / path)
    assert re.search(r"\b0 files written, \d+ unchanged, 0 removed", pipeline.run(second))


def test_hubs_are_told_once_all_is_public(pipeline: Pipeline) -> None:
    assert pipeline.commands[-1] == "feedsvc ping articles"
    assert "--no-ping" in pipeline.commands[-2]
