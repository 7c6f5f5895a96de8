"""The answer to "where does this file go?" outlives the beginning of a run."""

import inspect

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from dashboard.streamlit_patches import answers


def waiting() -> ForwardMsgQueue:
    queue = ForwardMsgQueue()
    answer, text = ForwardMsg(), ForwardMsg()
    answer.file_urls_response.response_id = "dropped"
    text.delta.new_element.markdown.body = "of the run before"
    text.metadata.delta_path[:] = [0, 0]
    queue.enqueue(text)
    queue.enqueue(answer)
    return queue


@pytest.mark.parametrize("fragments", [None, ["a fragment"]])
def test_the_answer_about_a_dropped_file_is_kept_once(fragments):
    answers.mend()
    answers.mend()
    queue = waiting()
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    sent = [msg.WhichOneof("type") for msg in queue.flush()]
    assert sent.count("file_urls_response") == 1
    queue = waiting()
    queue.clear()
    assert not queue.flush()


def test_streamlit_alone_drops_it():
    queue = waiting()
    inspect.unwrap(ForwardMsgQueue.clear)(queue, True, None)
    assert not queue.flush()
