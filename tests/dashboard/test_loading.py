"""Loading in the background: a failure is forgotten, so that it is tried again; runs leave
`sys.path` alone.
"""

import sys
from concurrent.futures import Future

import pytest
from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

from core.errors import ModelError
from dashboard import loading
from dashboard.streamlit_patches import imports


@pytest.mark.parametrize("error", [ModelError("damaged"), ModuleNotFoundError("six")])
def test_what_failed_is_tried_again(error):
    future, forgotten = Future(), []
    assert loading.result(future, lambda: forgotten.append(0)) is None and not forgotten
    future.set_exception(error)
    with pytest.raises(type(error)):
        loading.result(future, lambda: forgotten.append(0))
    assert forgotten


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
