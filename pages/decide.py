"""Decide: which codec and which quality for one's own pictures, and the files to take home."""

from dashboard.decide import part
from dashboard.teach.head import Head

head = Head(
    "What do I deploy?",
    "Your own pictures, a quality that you have seen, and the codec that keeps it in the fewest "
    "bytes – with the files.",
)
part.show(head)
