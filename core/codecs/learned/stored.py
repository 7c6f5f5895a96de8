"""What the learned codecs know of the model store, read once for each state of it.

Pages ask for settings and identities all the time. The store is therefore looked at (which cards
there are, and when each was written), but cards are read anew only where that has changed.
"""

from functools import lru_cache

from core.store import places, zoo
from core.store.families import Card

_State = tuple[tuple[str, int, int, int], ...]  # of each card: path, inode, size, time of writing


def cards(family: str) -> list[Card]:
    """The readable cards of one family, by name. They are shared: do not change them."""
    return [card for card in _cards(_state()) if card["family"] == family]


def card(name: str) -> Card:
    """The card of model `name`, shared. Raises ModelError where it is missing or damaged."""
    for found in _cards(_state()):
        if found["name"] == name:
            return found
    return zoo.card(name)  # which says what is wrong with it


@lru_cache(maxsize=4)
def _cards(state: _State) -> tuple[Card, ...]:
    """The cards of the store in the state that it has now."""
    return tuple(zoo.cards())


def _state() -> _State:
    """What changes whenever a model is stored, replaced, amended or removed, by any process."""
    found = []
    for folder in (zoo.root(), places.shipped()):
        if folder is None or not folder.is_dir():
            continue
        for path in sorted(folder.glob(f"*/{zoo.CARD}")):
            try:
                facts = path.stat()
            except OSError:  # removed in between
                continue
            found.append((str(path), facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return tuple(found)
