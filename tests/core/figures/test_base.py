"""What all figures have in common."""

import subprocess
import sys

from tests.conftest import ROOT

WHILE_IMPORTED = """
import importlib, sys, threading, time
from core.figures.base import add_line, figure

begun = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.api":
            begun.set()
            time.sleep(0.5)

sys.meta_path.insert(0, Slow())
threading.Thread(target=importlib.import_module, args=("pandas",)).start()
begun.wait()
assert "pandas" in sys.modules and not hasattr(sys.modules["pandas"], "Series")
drawn = figure("rate", "quality")
add_line(drawn, [1, 2], [3, 4], "#111111")
print(len(drawn.data))
"""


def test_figures_are_made_while_another_thread_imports_pandas():
    command = [sys.executable, "-c", WHILE_IMPORTED]
    done = subprocess.run(command, cwd=ROOT, check=True, text=True, capture_output=True)
    assert done.stdout == "1\n"
