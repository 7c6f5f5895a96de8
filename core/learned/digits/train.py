"""Training of the digits' transform coder: rate + λ · distortion, as a task of the common loop, up
to the stored model.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import tensorflow as tf

from core.errors import ModelError, SettingError
from core.learned.digits import model as mnist
from core.learned.digits.card import DigitCard
from core.learned.digits.coder import DigitCoder
from core.learned.digits.figures import evaluate, evaluate_search, real_rates
from core.learned.digits.runs import (
    Epochs,
    Finished,
    Recipe,
    Shuffled,
    check_ranges,
    first_weights,
    train_and_store,
)
from core.learned.digits.shapes import METRICS, coder_shapes
from core.learned.training.loop import Result
from core.learned.training.optim import Adam
from core.store import zoo
from core.store.families import Card, Tensors
from core.store.modelfile import StoredModel

SEARCHED = 2000  # test digits that the search is measured on: it costs some twenty decodings each
# The prior's log scales travel several units: at the kernels' rate that would take many epochs.
PRIOR_RATE = 10
DEAD = 0.05  # bits per digit: a dimension below is not used


@dataclass(frozen=True)
class DigitTraining(Epochs):
    """What is trained.

    `lmbda` weighs the distortion: mean |x − x̂|, mean (x − x̂)² (x in 0..1) or 1 − SSIM, per digit.
    `init`: the stored model whose weights training starts from, "" for random ones. `hard`: the
    share of the steps, at the end, whose distortion is that of truly rounded latents (gradients
    straight through), while the rate keeps the noise (Minnen & Singh, "Channel-wise autoregressive
    entropy models", 2020, section 3.3).
    """

    lmbda: float
    epochs: float = 15
    metric: str = "mae"
    latent_dims: int = 50
    batch: int = 128
    lr: float = 1e-3
    hard: float = 0.0
    seed: int = 0
    init: str = ""

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            known = ", ".join(METRICS)
            raise SettingError(f"The metric must be one of {known}, not {self.metric!r}.")
        ranges = {
            "lmbda": (1e-3, 1e6),
            "epochs": (1e-3, 1000),
            "latent_dims": (1, 256),
            "batch": (1, 4096),
            "lr": (1e-7, 1),
            "hard": (0, 1),
        }
        check_ranges(self, ranges)


class DigitTask:
    """The digits' transform coder for the training loop."""

    def __init__(
        self,
        config: DigitTraining,
        train_set: np.ndarray,
        test_set: np.ndarray,
    ) -> None:
        self.config = config
        self.test_set = test_set
        self.batches = Shuffled(train_set, config.batch, config.seed)
        steps = config.plan(len(train_set)).steps
        self.first_hard = round((1 - config.hard) * steps)
        shapes = coder_shapes(config.latent_dims)
        start = first_weights(shapes, config.seed)
        if config.init:
            stored = zoo.load(config.init, "mnist")
            start = warm_start(start, stored, config.lmbda)
        self.variables = {name: tf.Variable(value) for name, value in start.items()}
        self.model = mnist.DigitTransforms(self.variables)

    def optimisers(self) -> list[Adam]:
        others = dict(self.variables)
        prior = {"prior/log_scale": others.pop("prior/log_scale")}
        return [
            Adam(others),
            Adam(prior, scale=PRIOR_RATE),
        ]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        hard = np.array(step >= self.first_hard, np.float32)
        return {"digits": self.batches(step), "hard": hard}

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        x = tf.cast(batch["digits"], tf.float32) / 255
        y = self.model.analysis(x)
        noise = tf.random.stateless_uniform(tf.shape(y), seed, -0.5, 0.5)
        bits = tf.reduce_sum(self.model.bits(y + noise), 1)
        rate = tf.reduce_mean(bits)
        # In the last steps the synthesis sees what the decoder will; the gradient passes through.
        rounding = tf.stop_gradient(tf.round(y) - y)
        y_hat = y + tf.where(batch["hard"] > 0, rounding, noise)
        x_hat = self.model.synthesis(y_hat)
        each = mnist.distortion(self.config.metric, x, x_hat)
        distortion = tf.reduce_mean(each)
        return rate + self.config.lmbda * distortion, {"rate": rate, "distortion": distortion}

    def validate(self) -> dict[str, float]:
        figures = evaluate(self.model, self.test_set, self.config.metric, self.config.lmbda)
        return {name: figures[name] for name in ("loss", "rate", "distortion")}


def warm_start(fresh: Tensors, stored: StoredModel, lmbda: float) -> Tensors:
    """The weights of a stored model to start from, float32.

    A larger λ than its own affords more dimensions: its dead ones then get the `fresh` weights.
    Raises ModelError when the latent spaces differ in size.
    """
    wanted = fresh["prior/log_scale"].shape
    if stored.tensors["prior/log_scale"].shape != wanted:
        raise ModelError(f"Model {stored.name!r} does not have {wanted[0]} latent dimensions.")
    start = {name: stored.tensors[name].astype(np.float32) for name in fresh}
    card = cast(DigitCard, stored.card)
    if lmbda <= card["lmbda"]:
        return start
    dead = np.array(card["figures"]["bits_per_dim"]) < DEAD
    # Where each parameter that is a dimension's own has it.
    own: dict[str, Any] = {
        "analysis/dense2/kernel": np.s_[:, dead],
        "analysis/dense2/bias": np.s_[dead],
        "synthesis/dense1/kernel": np.s_[dead],
        "prior/log_scale": np.s_[dead],
    }
    for name, place in own.items():
        start[name][place] = fresh[name][place]
    return start


def run(
    config: DigitTraining,
    name: str,
    folder: Path,
    resume: bool = False,
    replace_model: bool = False,
) -> tuple[Result, Card | None]:
    """`runs.train_and_store`; raises ModelError also when `config.init` is missing or unfit."""
    recipe = Recipe("mnist", partial(DigitTask, config), partial(_finish, config))
    return train_and_store(config, recipe, name, folder, resume, replace_model)


def _finish(config: DigitTraining, weights: Tensors, test_set: np.ndarray) -> Finished:
    """The model with its coding tables and figures; it is proved by writing the same bytes."""
    tensors = weights | mnist.build_tables(weights)
    coder = DigitCoder(tensors)
    probe = test_set[:64]
    latents = coder.quantised(probe)
    wanted = coder.strings(latents)

    def same_bytes(stored: StoredModel) -> dict[str, Any]:
        again = DigitCoder(stored.tensors)
        strings = again.strings(again.quantised(probe))
        decoded = again.from_strings(strings)
        if strings != wanted or not np.array_equal(decoded, latents):
            raise ModelError(
                f"Model {stored.name!r} does not write the same bytes after reloading; it was not "
                "stored."
            )
        return {"digits": len(probe), "same_bytes_after_reload": True}

    goal = config.metric, config.lmbda
    figures = {
        "figures": evaluate(coder.model, test_set, *goal),
        "searched": evaluate_search(coder, test_set[:SEARCHED], *goal),
        "real": real_rates(coder, test_set),
    }
    return Finished(f"Digits, λ = {config.lmbda:g}", tensors, same_bytes, figures)
