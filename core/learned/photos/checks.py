"""What makes a stored model of photographs usable: its shapes and its coding tables.

Needs no TensorFlow.
"""

from core.errors import ModelError
from core.learned.ops.tables import sound_tables
from core.learned.photos.card import PhotoCard
from core.learned.photos.config import PhotoConfig, parameter_shapes
from core.learned.photos.entropy.context_model import context_shapes, sound_context
from core.learned.photos.entropy.neural_layout import CHANNELS
from core.learned.photos.entropy.neural_tensors import has_neural, neural_shapes, sound_neural
from core.store.families import Tensors, check_shapes


def check(card: PhotoCard, tensors: Tensors) -> None:
    """Raise ModelError unless `tensors` are the weights and tables of the model that the card's
    "config" describes.
    """
    try:
        config = PhotoConfig.from_json(card["config"])
        shapes = parameter_shapes(config)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelError(
            f"Model {card['name']!r} has no usable configuration in its card."
        ) from None
    neural = has_neural(tensors)
    expected: dict[str, tuple[int | None, ...]] = {}
    expected |= shapes
    expected["tables/cdf"] = (None,)
    expected["tables/offset"] = (config.levels, config.latents)
    expected |= context_shapes(config.levels, config.latents)
    if neural:
        expected |= neural_shapes(config.levels)
    check_shapes(card, tensors, expected)
    sound = sound_tables(tensors["tables/cdf"], tensors["tables/offset"])
    sound = sound and sound_context(tensors)
    if neural:
        sound = sound and config.latents == CHANNELS and sound_neural(tensors)
    if not sound:
        raise ModelError(f"Model {card['name']!r} is unusable: its coding tables are not valid.")
