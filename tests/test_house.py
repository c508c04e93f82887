"""The rules of the house: who imports whom, what is public, what is documented, where data comes from."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys

import dateline
from dateline import MENTION_COLUMNS, PLACE_COLUMNS, kinds
from tests.conftest import ROOT

ENGINE = sorted((ROOT / "dateline").rglob("*.py"))
PANES = sorted((ROOT / "components").glob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_engine_knows_no_screen():
    for path in ENGINE:
        forbidden = {
            name for name in imports(path) if name.split(".")[0] in ("streamlit", "folium", "streamlit_folium", "components", "app", "dask")
        }
        assert not forbidden, f"{path.name} imports {forbidden}"


def test_no_pane_imports_another():
    for path in PANES:
        others = {name for name in imports(path) if name.startswith("components")}
        assert not {name for name in others if not name.startswith(("components.words", "components.protocol"))}, (
            path.name
        )  # these are no panes


def test_no_deep_learning_library_runs_and_only_the_map_knows_folium():
    for path in (*ENGINE, *PANES, ROOT / "app.py"):
        roots = {name.split(".")[0] for name in imports(path)}
        assert not roots & {"spacy", "thinc", "torch", "sklearn", "lightgbm"}, path.name
        assert not roots & {"folium", "streamlit_folium"} or path.name == "map_pane.py"


def test_nothing_that_runs_code_is_loaded():
    for path in (*ENGINE, *PANES, ROOT / "app.py"):
        assert not {n.split(".")[0] for n in imports(path)} & {"pickle", "joblib", "shelve", "marshal", "dill"}, path.name
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        assert not called & {"eval", "exec"}, path.name


def test_the_report_never_goes_through_markdown():
    """st.markdown fetches remote images named in a text; only fixed texts of ours may use it."""
    for path in (*PANES, ROOT / "app.py"):
        assert "st.markdown" not in path.read_text(encoding="utf-8"), path.name


def test_no_module_keeps_changing_state():
    """A mutable global showed one reader's text to another (see design, decisions)."""
    for path in (*ENGINE, *PANES, ROOT / "app.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.List | ast.Dict | ast.Set):
                names = [t.id for t in (node.targets if isinstance(node, ast.Assign) else [node.target]) if isinstance(t, ast.Name)]
                assert all(n.isupper() or n == "__all__" for n in names), f"{path.name}: {names}"


def test_all_is_what_the_door_shows():
    public = {name for name in vars(dateline) if not name.startswith("_") and not inspect.ismodule(vars(dateline)[name])}
    assert public == set(dateline.__all__)
    assert all(
        getattr(dateline, name).__doc__
        for name in dateline.__all__
        if inspect.isroutine(getattr(dateline, name)) or inspect.isclass(getattr(dateline, name))
    )


def test_the_engine_does_not_load_the_screen():
    code = "import dateline, sys; assert not {'streamlit', 'folium', 'streamlit_folium'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_readme_names_every_kind_and_both_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(k.name in readme for k in kinds())
    first_screen = readme[:2500]
    assert "make run" in first_screen
    assert "make test" in first_screen
    assert "docs/" in first_screen


def test_documents_show_pictures_and_link_files_that_exist():
    for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "data/SOURCES.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"


def test_every_column_is_in_the_documentation():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert all(f"`{c.name}`" in text for c in (*MENTION_COLUMNS, *PLACE_COLUMNS))


def test_every_data_file_has_a_source():
    text = (ROOT / "data" / "SOURCES.md").read_text(encoding="utf-8")
    tracked = subprocess.run(
        ["git", "ls-files", "data", "static", "seeds"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    for path in tracked:
        if (path.endswith((".py", ".md", ".js")) and "vendor" not in path) or path.startswith(("data/build/", "data/train/")):
            continue
        folder = path.rsplit("/", 1)[0]
        assert path.rsplit("/", 1)[-1] in text or f"`{folder}/" in text, path


def test_requirements_are_pinned_and_explained():
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            assert version, line
            assert f"`{name}`" in architecture, name


def test_the_configuration_is_fit_for_people_with_sources_to_protect():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert set(config["server"]["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert config["server"]["fileWatcherType"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_changelog_and_version_agree():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
