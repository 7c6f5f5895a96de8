"""Every bound of the app in one place: people, work that waits, memory, disk."""

import os

SESSIONS = 60  # people at once; more get a place in the queue
IDLE_S = 600.0  # a session that did nothing for so long makes room when others wait
UNITS_PER_SESSION = 1_500  # pieces of work that one session may have waiting
UNITS = 20_000  # … and all of them together
LEASE_S = 10.0  # a session that has not asked for so long is taken to have left
UNIT_S = 60.0  # the longest that one encode, decode or measurement may take, for a picture of 1 Mpx
UNIT_S_PER_MPX = 20.0  # … and for each further million pixels
RETRIES = 3  # how often a unit is given to another worker when one dies under it

MEMORY_BYTES = 32_000_000  # results that the app's process holds; the disk holds the others
WORKER_BYTES = 3_000_000_000  # memory of one worker, beyond which it is replaced
WORKER_PICTURE_BYTES = 200_000_000  # pictures that one worker remembers
RETURNING_BYTES = 400_000_000  # pixels of uploaded pictures that a reloaded page finds again
RETURNING_S = 3_600.0  # … for so long
STORE_BYTES = int(os.environ.get("RDX_CACHE_BYTES", 2_000_000_000))  # results on disk


def unit_seconds(pixels: int) -> float:
    """The longest that one unit on a picture of so many pixels may take."""
    return UNIT_S + UNIT_S_PER_MPX * max(0.0, pixels / 1e6 - 1)


DECISIONS_RUNNING = 4  # decisions and exports that may run at a time, of all people together
DECISIONS_KEPT_S = 7 * 86_400.0  # how long a decision, its uploads and its exports are kept
DECISIONS_BYTES = int(os.environ.get("RDX_DECISIONS_BYTES", 10_000_000_000))  # … and all of them
UPLOADED_BYTES = 2_000_000_000  # pictures that one person may bring at a time
ADDRESSES = 50  # web addresses that one person may give at a time
