"""Every page draws in a process that never imports TensorFlow: the processes that compute do."""

import os
import subprocess
import sys

from tests.conftest import ROOT

SCRIPT = """
import sys
from streamlit.testing.v1 import AppTest

for page in ("compare", "svd", "digits", "photos", "datasets", "train"):
    app = AppTest.from_file(f"pages/{page}.py", default_timeout=500).run()
    assert not app.exception, (page, app.exception)
    for name in ("tensorflow", "keras", "tensorflow_compression"):
        assert name not in sys.modules, (page, name)
print("drawn")
"""


def test_no_page_imports_tensorflow(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "RDX_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "drawn" in done.stdout, done.stderr[-3000:]
