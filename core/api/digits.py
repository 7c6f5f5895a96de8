"""The digit coder: strings, a digit's walk through the model, and what its bits mean."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import numpy as np

from core.codecs.base import Encoded
from core.codecs.learned import digit_tour, mnist
from core.codecs.learned.digit_tour import Compressed, Flipped, Traversal, Walk
from core.datasets.mnist import sample
from core.learned.digits.lab import live_dims
from core.store import zoo

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from core.learned.training.loop import Result

SHOWN_DIMS, SHOWN_PRIORS = 12, 6  # of the figures, as on the page


class DigitBench:
    """A stored model of digits at work. `card` says what it is and what it reaches.

    Digits are uint8 (N, 28, 28, 1), or an index into the shipped ones (`digits()`).
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.card: dict[str, Any] = dict(zoo.card(name))

    @property
    def live(self) -> list[int]:
        """The dimensions that carry information, most bits first."""
        return live_dims(self.card["figures"]["bits_per_dim"])

    def compress(self, chosen: np.ndarray | Sequence[int], search: bool = True) -> Compressed:
        """Digits as strings, with their bits of information and what comes back."""
        return digit_tour.compress(self.name, _many(chosen), search)

    def file(self, chosen: np.ndarray | Sequence[int]) -> Encoded:
        """Digits as one file of the codec `mnist`."""
        return mnist.encode_with(self.name, _many(chosen).reshape(-1, 28, 1))

    def walk(self, digit: np.ndarray | int, seed: int = 0) -> Walk:
        """One digit through analysis, rounding, priors and synthesis; `seed` of the noise."""
        return digit_tour.walk(self.name, _one(digit), seed)

    def flip(self, digit: np.ndarray | int, *positions: int) -> Flipped:
        """A digit's string with the bits at `positions` turned over, decoded."""
        return digit_tour.flip(self.name, _one(digit), positions)

    def traverse(self, digit: np.ndarray | int, dim: int, reach: int = 4) -> Traversal:
        """What changes when one dimension of a digit's latents moves by −reach … +reach."""
        return digit_tour.traverse(self.name, _one(digit), dim, reach)

    def between(
        self, first: np.ndarray | int, last: np.ndarray | int, count: int = 11
    ) -> np.ndarray:
        """`count` pictures on the straight way between the latents of two digits."""
        return digit_tour.between(self.name, np.stack([_one(first), _one(last)]), count)

    def from_random_bits(self, count: int = 24, size: int = 16, seed: int = 0) -> np.ndarray:
        """What the decoder makes of strings of `size` random bytes."""
        return digit_tour.from_random_bits(self.name, count, size, seed)

    def from_prior(self, count: int = 24, temperature: float = 1.0, seed: int = 0) -> np.ndarray:
        """Draws from the model's prior, decoded."""
        return digit_tour.from_prior(self.name, count, temperature, seed)

    def latent_figure(self, walk: Walk) -> "go.Figure":
        """A walk's latents: before rounding, with noise, and rounded."""
        from core.figures import digits

        return digits.latent_chart(walk.y, walk.y_noisy, self.live[:SHOWN_DIMS] or [0])

    def prior_figure(self, walk: Walk) -> "go.Figure":
        """The priors of the dearest dimensions, marked at this digit's values."""
        from core.figures import digits

        return digits.prior_chart(walk.scales, self.live[:SHOWN_PRIORS] or [0], walk.y)

    def length_figure(self) -> "go.Figure":
        """Lengths of the real strings against their information content, over test digits."""
        from core.figures import digits

        return digits.length_chart(self.card["real"]["per_digit"])

    def dimension_figure(self) -> "go.Figure":
        """Mean bits of each dimension."""
        from core.figures import digits

        return digits.dimension_chart(self.card["figures"]["bits_per_dim"], self.live)

    def tradeoff_figure(self, rivals: bool = False) -> "go.Figure":
        """All stored models, their hull, and the line of slope −1/λ through this one.

        `rivals` adds SVD, PNG and WebP, which takes a few seconds.
        """
        from core.figures.tradeoff import tradeoff_chart
        from core.rd import digit_rivals

        comparable = [card for card in mnist.cards() if card["metric"] == "mae"] or mnist.cards()
        vae = max(zoo.cards("vae"), key=lambda card: card["created"], default=None)
        others = digit_rivals.rivals() if rivals else {}
        return tradeoff_chart(comparable, self.card, vae, others, log_x=rivals)


def digits() -> np.ndarray:
    """The 256 test digits of MNIST that ship with the program, uint8 (256, 28, 28, 1)."""
    return sample()


def digit_coder(model: float | str = 2000) -> DigitBench:
    """A stored model of digits, by its λ or by its name. Raises SettingError or ModelError."""
    name = model if isinstance(model, str) else mnist.model_for(float(model))
    return DigitBench(name)


def train_digits(
    lmbda: float,
    epochs: float = 1.0,
    train_set: np.ndarray | None = None,
    test_set: np.ndarray | None = None,
    **settings: Any,
) -> "tuple[Any, Result, list[dict[str, Any]]]":
    """Trains a coder of digits for `lmbda` in this process, and stores nothing.

    Returns (coder, result, events): a `core.learned.digits.coder.DigitCoder`, how the training
    ended, and what it reported. By default over all of MNIST, which is downloaded once (11 MB).
    `settings` are fields of `DigitTraining`. Raises SettingError, DataError.
    """
    from core.datasets.mnist import load
    from core.jobs import read_progress
    from core.learned.digits import model
    from core.learned.digits.coder import DigitCoder
    from core.learned.digits.train import DigitTask, DigitTraining
    from core.learned.training.loop import PROGRESS, train

    config = DigitTraining(lmbda=lmbda, epochs=epochs, **settings)
    training = load("train") if train_set is None else train_set
    testing = load("test") if test_set is None else test_set
    folder = Path(mkdtemp(prefix="rd-explorer-"))
    task = DigitTask(config, training, testing)
    result = train(task, config.plan(len(training)), folder)
    tensors = {key: value.astype(np.float16) for key, value in result.averaged.items()}
    tensors |= model.build_tables(tensors)
    return DigitCoder(tensors), result, read_progress(folder / PROGRESS)


def _one(digit: np.ndarray | int) -> np.ndarray:
    """A digit uint8 (28, 28, 1), by itself or by its index."""
    return digit if isinstance(digit, np.ndarray) else sample()[digit]


def _many(chosen: np.ndarray | Sequence[int]) -> np.ndarray:
    """Digits uint8 (N, 28, 28, 1), by themselves or by their indices."""
    if isinstance(chosen, np.ndarray) and chosen.ndim == 4:
        return chosen
    return sample()[np.asarray(chosen)]
