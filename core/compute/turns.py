"""Whose turn it is: the most urgent work first, and within one urgency sessions take turns.

For the most urgent work, pictures that people wait for, they stand in a line instead: if all took
turns, they would all wait for as long as the last one does. Who has seen nothing yet, or nothing of
what they look at now, stands before the others. Who wants very much takes turns after all.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from itertools import count

GIVEN = 20  # pieces of the most urgent work that a session is given at a time: pictures and table


@dataclass
class _Place:
    """A session's place in the line of the most urgent work."""

    new: bool
    left: int = GIVEN


class Turns:
    """Jobs that wait, each in the line of every session that wants it; small urgencies go first.

    >>> turns = Turns()
    >>> for key in ("a1", "a2", "a3"):
    ...     turns.add(key, "ann", 2)
    >>> turns.add("b1", "bob", 2)
    >>> turns.add("b0", "bob", 0)
    >>> [turns.take() for _ in range(5)]
    ['b0', 'a1', 'b1', 'a2', 'a3']
    """

    def __init__(self) -> None:
        self._lines: dict[int, dict[str, OrderedDict[Hashable, None]]] = {}
        self._places: dict[Hashable, dict[str, int]] = {}  # job -> session -> urgency
        self._served: dict[str, int] = {}
        self._line: dict[str, _Place] = {}  # session -> its place, in the order of the line
        self._clock = count(1)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._places

    def add(self, key: Hashable, owner: str, urgency: int, front: bool = False) -> None:
        """Puts the job into a session's line; one that is there may become more urgent."""
        places = self._places.setdefault(key, {})
        if owner in places:
            if places[owner] <= urgency:
                return
            self._leave(key, owner, places[owner])
        places[owner] = urgency
        self._line.setdefault(owner, _Place(new=True))
        line = self._lines.setdefault(urgency, {}).setdefault(owner, OrderedDict())
        line[key] = None
        if front:
            line.move_to_end(key, last=False)

    def take(self, urgent: bool = False) -> Hashable | None:
        """The job whose turn it is, taken out of all lines; None where nobody waits.

        With `urgent` only one of urgency 0.
        """
        if not self._lines or (urgent and 0 not in self._lines):
            return None
        owners = self._lines[min(self._lines)]
        owner = self._next_in_line(owners) if 0 in self._lines else None
        owner = owner or min(owners, key=lambda name: self._served.get(name, 0))
        key = next(iter(owners[owner]))
        self._served[owner] = next(self._clock)
        self.remove(key)
        return key

    def remove(self, key: Hashable, owner: str | None = None) -> None:
        """Takes the job out of the line of `owner`, or of all."""
        places = self._places.get(key, {})
        for name in [owner] if owner is not None else list(places):
            if name in places:
                self._leave(key, name, places.pop(name))
        if not places:
            self._places.pop(key, None)

    def line_up(self, owner: str, new: bool) -> None:
        """A session goes to the end of the line: as a newcomer, or because it has seen what it
        asked for and now wants something else.
        """
        self._line.pop(owner, None)
        self._line[owner] = _Place(new)

    def forget(self, owner: str) -> None:
        """A session has left: its turn is no longer remembered."""
        self._served.pop(owner, None)
        self._line.pop(owner, None)

    def waiting(self, owner: str) -> int:
        """How many jobs wait in the lines of `owner`."""
        return sum(len(owners.get(owner, ())) for owners in self._lines.values())

    def ahead(self, owner: str) -> int:
        """How many jobs of others are more urgent than all of `owner`'s, or as urgent."""
        mine = [urgency for urgency, owners in self._lines.items() if owner in owners]
        if not mine:
            return 0
        lines: Iterable[tuple[int, dict]] = self._lines.items()
        return sum(
            len(line)
            for urgency, owners in lines
            for name, line in owners.items()
            if urgency <= min(mine) and name != owner
        )

    def _next_in_line(self, waiting: Collection[str]) -> str | None:
        """Whose turn it is of those who wait, in the line's order; it is given one piece."""
        line = [name for name, place in self._line.items() if place.left and name in waiting]
        if not line:
            return None
        owner = min(line, key=lambda name: not self._line[name].new)  # the first of equals
        self._line[owner].left -= 1
        return owner

    def _leave(self, key: Hashable, owner: str, urgency: int) -> None:
        owners = self._lines[urgency]
        del owners[owner][key]
        if not owners[owner]:
            del owners[owner]
        if not owners:
            del self._lines[urgency]
