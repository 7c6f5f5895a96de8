"""Training of the digits' transform coder: rate + λ · distortion, as a task of the common loop, up to the stored model."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.datasets import mnist as data
from core.errors import ModelError, SettingError
from core.learned.digits import model as mnist
from core.learned.digits.runs import DATA, Epochs, Shuffled, check_ranges, first_weights, session
from core.learned.training.loop import Result, train
from core.learned.training.optim import Adam
from core.store import zoo
from core.store.modelfile import StoredModel

SEARCHED = 2000  # test digits that the search is measured on: it costs some twenty decodings each
# the prior's log scales travel several units; at the kernels' rate that would take many epochs
PRIOR_RATE = 10


@dataclass(frozen=True)
class DigitTraining(Epochs):
    """What is trained. `lmbda` weighs the distortion: mean |x − x̂|, mean (x − x̂)² (x in 0..1) or 1 − SSIM, per digit.

    `init`: the stored model whose weights training starts from, "" for random ones. `hard`: the share of the steps, at the
    end, whose distortion is that of truly rounded latents (gradients straight through), while the rate keeps the noise
    (Minnen & Singh, "Channel-wise autoregressive entropy models", 2020, section 3.3).
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

    def __post_init__(self):
        if self.metric not in mnist.METRICS:
            raise SettingError(
                f"The metric must be one of {', '.join(mnist.METRICS)}, not {self.metric!r}."
            )
        check_ranges(
            self,
            {
                "lmbda": (1e-3, 1e6),
                "epochs": (1e-3, 1000),
                "latent_dims": (1, 256),
                "batch": (1, 4096),
                "lr": (1e-7, 1),
                "hard": (0, 1),
            },
        )


class DigitTask:
    """The digits' transform coder for `training.train`."""

    def __init__(self, config: DigitTraining, train_set: np.ndarray, test_set: np.ndarray):
        self.config, self.test_set = config, test_set
        self.batches = Shuffled(train_set, config.batch, config.seed)
        self.first_hard = round((1 - config.hard) * config.plan(len(train_set)).steps)
        start = first_weights(mnist.parameter_shapes(config.latent_dims), config.seed)
        if config.init:
            start = warm_start(start, zoo.load(config.init, "mnist"), config.lmbda)
        self.variables = {name: tf.Variable(value) for name, value in start.items()}
        self.model = mnist.DigitTransforms(self.variables)

    def optimisers(self) -> list:
        prior = {"prior/log_scale": self.variables["prior/log_scale"]}
        return [
            Adam({k: v for k, v in self.variables.items() if k not in prior}),
            Adam(prior, scale=PRIOR_RATE),
        ]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        return {"digits": self.batches(step), "hard": np.float32(step >= self.first_hard)}

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        x = tf.cast(batch["digits"], tf.float32) / 255
        y = self.model.analysis(x)
        noise = tf.random.stateless_uniform(tf.shape(y), seed, -0.5, 0.5)
        rate = tf.reduce_mean(tf.reduce_sum(self.model.bits(y + noise), 1))
        y_hat = y + tf.where(batch["hard"] > 0, tf.stop_gradient(tf.round(y) - y), noise)
        distortion = tf.reduce_mean(
            mnist.distortion(self.config.metric, x, self.model.synthesis(y_hat))
        )
        return rate + self.config.lmbda * distortion, {"rate": rate, "distortion": distortion}

    def validate(self) -> dict[str, float]:
        figures = evaluate(self.model, self.test_set, self.config.metric, self.config.lmbda)
        return {name: figures[name] for name in ("loss", "rate", "distortion")}


def warm_start(
    fresh: dict[str, np.ndarray], stored: StoredModel, lmbda: float
) -> dict[str, np.ndarray]:
    """The weights of a stored model to start from, float32. A larger λ than its own affords more dimensions: its dead ones
    then get the `fresh` weights. Raises ModelError when the latent spaces differ in size.
    """
    if stored.tensors["prior/log_scale"].shape != fresh["prior/log_scale"].shape:
        raise ModelError(
            f"Model {stored.name!r} does not have {fresh['prior/log_scale'].size} latent "
            "dimensions."
        )
    start = {name: stored.tensors[name].astype(np.float32) for name in fresh}
    if lmbda > stored.card["lmbda"]:
        dead = np.array(stored.card["figures"]["bits_per_dim"]) < 0.05
        for name, at in (
            ("analysis/dense2/kernel", np.s_[:, dead]),
            ("analysis/dense2/bias", np.s_[dead]),
            ("synthesis/dense1/kernel", np.s_[dead]),
            ("prior/log_scale", np.s_[dead]),
        ):
            start[name][at] = fresh[name][at]
    return start


def evaluate(model: mnist.DigitTransforms, digits: np.ndarray, metric: str, lmbda: float) -> dict:
    """Figures over `digits`, uint8 (N, 28, 28, 1), with rounded latents and 8-bit reconstructions.

    rate: mean information content in bits; distortion in `metric`; loss = rate + λ · distortion; mae, mse (0..1);
    bits_per_dim: (latent_dims,) means.
    """
    sums = None
    for at in range(0, len(digits), 500):
        x = tf.cast(digits[at : at + 500], tf.float32) / 255
        y_hat = tf.round(model.analysis(x))
        x_hat = tf.round(tf.clip_by_value(model.synthesis(y_hat), 0, 1) * 255) / 255
        part = [tf.reduce_sum(model.bits(y_hat), 0).numpy().astype(np.float64)]
        part += [
            float(tf.reduce_sum(mnist.distortion(name, x, x_hat)))
            for name in (metric, "mae", "mse")
        ]
        sums = part if sums is None else [a + b for a, b in zip(sums, part, strict=True)]
    bits, distortion, mae, mse = (value / len(digits) for value in sums)
    rate = float(bits.sum())
    return {
        "loss": rate + lmbda * distortion,
        "rate": rate,
        "distortion": distortion,
        "mae": mae,
        "mse": mse,
        "bits_per_dim": [round(float(b), 4) for b in bits],
    }


def evaluate_search(coder: mnist.DigitCoder, digits: np.ndarray, metric: str, lmbda: float) -> dict:
    """loss, rate, distortion and mae like `evaluate`, with latents as `DigitCoder.searched` chooses them."""
    y_hat = coder.searched(digits, lmbda, metric)
    x = digits.astype(np.float32) / 255
    x_hat = (
        np.concatenate(
            [coder.pictures(y_hat[at : at + 500]) for at in range(0, len(y_hat), 500)]
        ).astype(np.float32)
        / 255
    )
    rate = float(coder.bits(y_hat).sum(1).mean())
    found = float(np.mean(mnist.distortion(metric, x, x_hat)))
    return {
        "digits": len(digits),
        "loss": rate + lmbda * found,
        "rate": rate,
        "distortion": found,
        "mae": float(np.abs(x - x_hat).mean()),
    }


def real_rates(coder: mnist.DigitCoder, digits: np.ndarray) -> dict:
    """What the range coder makes of `digits`, beside their information content: per digit and as one stream."""
    y_hat = coder.quantised(digits)
    bits = coder.bits(y_hat).sum(1)
    lengths = np.array([len(string) for string in coder.strings(y_hat)])
    thousand = y_hat[:1000]
    return {
        "string_bytes": float(lengths.mean()),
        "string_excess_bytes": float((lengths - bits / 8).mean()),
        "stream_digits": len(thousand),
        "stream_bytes": len(coder.stream(thousand)),
        "stream_information_bytes": float(bits[:1000].sum() / 8),
        "per_digit": {
            "bits": [round(float(b), 2) for b in bits[:256]],
            "bytes": lengths[:256].tolist(),
        },
    }


def run(
    config: DigitTraining,
    name: str,
    folder: Path,
    resume: bool = False,
    replace_model: bool = False,
) -> tuple[Result, dict | None]:
    """Train in run folder `folder` and store the model as `name`. Returns how it ended, and the card of a finished model.

    Raises DataError without MNIST, ModelError when `name` is taken or `config.init` is missing, SettingError.
    """
    zoo.check_free(name, replace_model)
    train_set, test_set = data.load("train"), data.load("test")
    started = time.time()
    result = train(
        DigitTask(config, train_set, test_set), config.plan(len(train_set)), folder, resume=resume
    )
    if result.event != "done":
        return result, None
    tensors = {key: value.astype(np.float16) for key, value in result.averaged.items()}
    tensors |= mnist.build_tables(tensors)
    coder = mnist.DigitCoder(tensors)
    figures = evaluate(coder.model, test_set, config.metric, config.lmbda)
    probe = test_set[:64]
    wanted = coder.strings(coder.quantised(probe))

    def same_bytes(stored: StoredModel) -> dict:
        again = mnist.DigitCoder(stored.tensors)
        strings = again.strings(again.quantised(probe))
        if strings != wanted or not np.array_equal(
            again.from_strings(strings), coder.quantised(probe)
        ):
            raise ModelError(
                f"Model {name!r} does not write the same bytes after reloading; it was not stored."
            )
        return {"digits": len(probe), "same_bytes_after_reload": True}

    card = {
        "title": f"Digits, λ = {config.lmbda:g}",
        **asdict(config),
        "steps": result.step,
        **session(started),
        "data": DATA,
        "figures": figures,
        "searched": evaluate_search(coder, test_set[:SEARCHED], config.metric, config.lmbda),
        "real": real_rates(coder, test_set),
    }
    return result, zoo.store(name, "mnist", tensors, card, proof=same_bytes, replace=replace_model)
