"""Every page draws in a process that never imports TensorFlow: the processes that compute do."""

import ast
import os
import subprocess
import sys

import pytest

from core.compute.cluster import WORKERS
from tests.conftest import ROOT

SCRIPT = """
import sys
from streamlit.testing.v1 import AppTest
from core.images import Picture
from tests.conftest import synthetic

app, titles = AppTest.from_file("dashboard/app.py", default_timeout=500), set()
app.session_state.picture = Picture("waves", synthetic(48, 64))
for page in sys.argv[1:]:
    app.switch_page(f"../pages/{page}").run()
    assert not app.exception, (page, app.exception)
    for name in ("tensorflow", "keras", "tensorflow_compression"):
        assert name not in sys.modules, (page, name)
    titles.add(app.title[0].value)
    print(page, app.title[0].value, flush=True)
assert len(titles) == len(sys.argv) - 1, titles
print("drawn")
"""


def pages() -> list[str]:
    """The files of the app's navigation, read without running it."""
    (listed,) = (
        node.value
        for node in ast.parse((ROOT / "dashboard" / "app.py").read_text("utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
    return [file for file, _ in ast.literal_eval(listed)]


def test_the_navigation_leads_to_every_page():
    assert sorted(pages()) == sorted(path.name for path in (ROOT / "pages").glob("*.py"))


@pytest.mark.slow
def test_no_page_imports_tensorflow():
    """All pages in one session, with a picture so small that the workers are soon done."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *pages()],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), WORKERS: "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "drawn" in done.stdout, done.stdout + done.stderr[-3000:]
