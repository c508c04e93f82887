"""The documentation is executed: recipes of CONTRIBUTING and the example of README, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from dateline import limits
from dateline.intake.formats import SUFFIXES
from tests.conftest import ROOT

BLOCK = re.compile(r"^```(\w+)(?: (append|create|check)(?: ([\w./-]+))?)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECIPES = {
    part.split("\n", 1)[0]: part
    for part in re.split(r"^### ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
}


@pytest.fixture
def project(tmp_path):
    for folder in ("dateline", "components", "seeds", ".streamlit"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "static").symlink_to(ROOT / "static")
    shutil.copy(ROOT / "app.py", tmp_path)
    return tmp_path


def run(code, folder):
    env = {name: value for name, value in os.environ.items() if name != "DATELINE_REPORTS"} | {"PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_there_are_the_four_recipes():
    assert list(RECIPES) == ["Add a kind", "Add a place", "Add a geocoder", "Add a pane"]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_does_what_it_says(name, project):
    checks = 0
    for _, action, target, body in BLOCK.findall(RECIPES[name]):
        if action == "append":
            with (project / target).open("a", encoding="utf-8") as file:
                file.write("\n" + body if target.endswith(".toml") else body)
        elif action == "create":
            assert not (project / target).exists()
            (project / target).write_text(body, encoding="utf-8")
        elif action == "check":
            run(body, project)
            checks += 1
    assert checks


def test_the_readme_example_runs(project):
    (example,) = [body for language, _, _, body in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")) if language == "python"]
    run(example, project)
    assert "Bakhmut" in (project / "places.geojson").read_text(encoding="utf-8")


def test_the_readme_names_the_limits_as_they_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("### What it reads")[1].split("\n## ")[0]
    for number, unit in (
        (limits.MAX_FILE_MB, "MB a file"), (limits.MAX_HTML_MB, "MB of HTML"), (limits.MAX_PDF_PAGES, "pages of PDF"),
        (limits.MAX_UNPACKED_MB, "MB unpacked"), (f"{limits.MAX_CHARACTERS:,}", "characters"), (f"{limits.EXTRACT_TIMEOUT_S:.0f}", "s and"),
        (limits.EXTRACT_MEMORY_MB, "MB beyond"), (f"{limits.READ_TIMEOUT_S:.0f}", "s and"), (f"{limits.READ_MEMORY_MB:,}", "MB, in"), (f"{limits.MAX_PIECES:,}", "pieces"), (f"{limits.MAX_MENTIONS:,}", "names"), (f"{limits.READ_SECONDS_AT_LEAST:.0f}", "s, of"),
        (f"{limits.FETCH_TIMEOUT_S:.0f}", "s in all"), (limits.FETCH_MAX_REDIRECTS, "redirects"),
    ):  # fmt: skip
        assert f"{number} {unit}" in text, (number, unit)
    assert f"| {limits.MAX_FILES_AT_ONCE} |" in text
    assert all(suffix in text or suffix in (".txt", ".md", ".html", ".htm", ".pdf") for suffix in SUFFIXES)


@pytest.mark.parametrize("page", ["SECURITY.md", "PRIVACY.md"])
def test_every_promise_names_a_test_that_is_there(page):
    named = re.findall(r"`(tests/\w+\.py)(?:::(\w+))?`", (ROOT / page).read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), (file, test)
