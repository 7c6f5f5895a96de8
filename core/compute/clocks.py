"""For how long units have been computed: which take too long, and which nobody has.

A worker has one thread and does its units in the order in which it got them: the first that it has
is being computed, the others wait, and time that a unit waits is not held against it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

FORGOTTEN_S = 10.0  # a unit that no worker has for so long, though one is free, is sent again


class Seen(NamedTuple):
    """What a look has found: names of units that take too long, with the worker that is at each;
    and of units that nobody has.
    """

    late: dict[str, str]
    forgotten: list[str]


class Clocks:
    """The clocks of units on their way."""

    def __init__(self) -> None:
        self._clocks: dict[str, tuple[str, float]] = {}  # unit -> the worker at it, since when

    def look(
        self, limits: Mapping[str, float], busy: Mapping[str, Sequence[str]], now: float
    ) -> Seen:
        """`limits`: unit -> the seconds that it may take, for all on their way. `busy`: worker ->
        the units that it has, in its order. `now` in seconds.

        >>> clocks = Clocks()
        >>> clocks.look({"one": 60, "two": 60}, {"worker": ["one", "two"]}, now=0)
        Seen(late={}, forgotten=[])
        >>> clocks.look({"one": 60, "two": 60}, {"worker": ["one", "two"]}, now=61)
        Seen(late={'one': 'worker'}, forgotten=[])
        """
        running = {names[0]: worker for worker, names in busy.items() if names}
        waiting = {name for names in busy.values() for name in names[1:]}
        idle = any(not names for names in busy.values())
        late, forgotten = {}, []
        self._clocks = {name: c for name, c in self._clocks.items() if name in limits}
        for name, limit_s in limits.items():
            place = running.get(name, "")
            before, since = self._clocks.get(name, ("", now))
            if place != before or name in waiting or not (place or idle):
                since = now
            self._clocks[name] = place, since
            if place and now - since > limit_s:
                late[name] = place
            elif not place and now - since > FORGOTTEN_S:
                forgotten.append(name)
        return Seen(late, forgotten)
