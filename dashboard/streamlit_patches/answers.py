"""A mend of Streamlit's messages: a file that is dropped as a run begins is not lost.

Streamlit 1.60 drops what waits to be sent when a new run begins, but for the messages about runs.
The answer to "where does this file go?" is dropped too: the browser waits for it for ever. Here it
stays.
"""

import functools
from collections.abc import Callable

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from dashboard.streamlit_patches import check_version

Clear = Callable[[ForwardMsgQueue, bool, list[str] | None], None]


def mend() -> None:
    """Puts the mend in place, for the whole server; further calls change nothing.

    Raises RuntimeError for another release of Streamlit than the tested one.
    """
    check_version()
    if not hasattr(ForwardMsgQueue.clear, "__wrapped__"):
        ForwardMsgQueue.clear = _but_answers(ForwardMsgQueue.clear)  # type: ignore[method-assign, assignment]


def _but_answers(clear: Clear) -> Clear:
    @functools.wraps(clear)
    def cleared(
        self: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        waiting = self._queue if retain_lifecycle_msgs else []
        answers = [msg for msg in waiting if msg.WhichOneof("type") == "file_urls_response"]
        clear(self, retain_lifecycle_msgs, fragment_ids_this_run)
        kept = {id(msg) for msg in self._queue}
        self._queue += [msg for msg in answers if id(msg) not in kept]

    return cleared
