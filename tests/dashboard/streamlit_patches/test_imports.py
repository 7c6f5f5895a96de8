"""The mend of imports: runs leave `sys.path` alone."""

import sys

from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

from dashboard.streamlit_patches import imports


def test_runs_take_nothing_out_of_the_path_before_other_entries(monkeypatch):
    monkeypatch.setattr(modified_sys_path, "__exit__", modified_sys_path.__exit__)
    monkeypatch.setattr(sys, "path", ["/a", "/b"])
    with modified_sys_path("/x/app.py"):
        assert sys.path == ["/x/app.py", "/a", "/b"]
        imports.mend()
        imports.mend()
        assert sys.path == ["/a", "/b", "/x/app.py"]
    assert sys.path == ["/a", "/b"]
    for _ in range(2):
        with modified_sys_path("/x/app.py"):
            pass
        assert sys.path == ["/x/app.py", "/a", "/b"]
