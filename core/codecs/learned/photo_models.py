"""The codec `bls2017` with any stored model of photographs, of all rates or of one λ.

Every `bls2017` decodes its files.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from core.codecs.learned import stored
from core.codecs.learned.bls2017 import MODEL, Bls2017, Bls2017Neural, Bls2017Rounded, photo_coder
from core.learned.photos.card import PhotoCard

if TYPE_CHECKING:
    from core.learned.photos.coder import PhotoCoder


class PhotoModel(Bls2017):
    """The codec with the model of `card`, its latents searched or just rounded.

    Its name carries the model's hash and the choice: results of different ones never mix.
    """

    def __init__(self, card: PhotoCard, search: bool = True):
        self._card, self.search = card, search
        kind = Bls2017 if search else Bls2017Rounded
        options = kind.info.options | {"model": card["name"]}
        if "entropy_model" in card:
            self.coding = "neural"
            options["entropy coder"] = Bls2017Neural.info.options["entropy coder"]
        self.info = replace(
            kind.info,
            name=f"{kind.info.name}-{card['weights_sha256'][:16]}",
            options=options,
        )

    @property
    def card(self) -> PhotoCard:
        return self._card

    def coder(self) -> "PhotoCoder":
        """The model at work: a `core.learned.photos.coder.PhotoCoder`."""
        return photo_coder(self._card["name"])[0]


def cards() -> list[PhotoCard]:
    """The cards of all stored models of colour pictures: the standard one first, then by name."""
    usable = [
        card
        for card in cast(list[PhotoCard], stored.cards("bls2017"))
        if card.get("config", {}).get("colours") == 3 and card.get("lmbda")
    ]
    return sorted(usable, key=lambda card: (card["name"] != MODEL, card["name"]))
