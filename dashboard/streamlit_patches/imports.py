"""A mend of Streamlit's runs: imports in background threads are not disturbed by them.

Streamlit 1.60 puts the script's path in front of `sys.path` for every run and takes it away at the
end. An import in another thread that is walking along the path just then skips an entry, and does
not find what lies there. Here the entry stays.
"""

import sys

from streamlit.runtime.scriptrunner.exec_code import modified_sys_path

from dashboard.streamlit_patches import check_version


def mend() -> None:
    """Puts the mend in place, for the whole server; further calls change nothing.

    To be called before any thread is started. Raises RuntimeError for another release of Streamlit
    than the tested one.
    """
    check_version()
    if modified_sys_path.__exit__ is _stay:
        return
    modified_sys_path.__exit__ = _stay  # type: ignore[method-assign, assignment]
    for script in [entry for entry in sys.path if entry.endswith(".py")]:
        # The run under way still takes its entry away: from the end, where nothing moves up.
        sys.path.remove(script)
        sys.path.append(script)


def _stay(self: modified_sys_path, *_: object) -> bool:
    return False
