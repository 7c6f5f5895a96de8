"""Whose turn it is: the most urgent work first, and within one urgency sessions take turns.

Who has seen nothing yet, or nothing of what they look at now, comes first, in the order of arrival:
if newcomers took turns, they would all wait for as long as the last one does.
"""

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable
from itertools import count

NEW = 40  # pieces of the most urgent work that a session is given as a newcomer: its first pictures


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
        self._new: dict[str, int] = {}  # session, in the order of arrival -> pieces still given
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
        self._new.setdefault(owner, NEW)
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
        owner = self._newcomer(owners) if 0 in self._lines else None
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

    def welcome(self, owner: str) -> None:
        """A session looks at something new: it is a newcomer, the last to have arrived."""
        self._new.pop(owner, None)
        self._new[owner] = NEW

    def settle(self, owner: str) -> None:
        """A session has seen its first pictures: it is no newcomer any more."""
        self._new[owner] = 0

    def forget(self, owner: str) -> None:
        """A session has left: its turn is no longer remembered."""
        self._served.pop(owner, None)
        self._new.pop(owner, None)

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

    def _newcomer(self, waiting: Collection[str]) -> str | None:
        """The first to arrive of the newcomers among those who wait; it is given one piece."""
        owner = next((name for name, left in self._new.items() if left and name in waiting), None)
        if owner is not None:
            self._new[owner] -= 1
        return owner

    def _leave(self, key: Hashable, owner: str, urgency: int) -> None:
        owners = self._lines[urgency]
        del owners[owner][key]
        if not owners[owner]:
            del owners[owner]
        if not owners:
            del self._lines[urgency]
