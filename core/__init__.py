"""Everything that is true without a browser.

Images, measures, codecs, rate-distortion, learned models, command line; and, for notebooks, the
verbs of `core.api`:

    from core import codec, curves, read

They are imported when they are first used, so that `import core` stays light.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

# Read once, when TensorFlow is first imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's convolutions add up in one order with any number of threads; by default TensorFlow takes
# them only on some processors, and on others its own, which do not.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

# Every model family registers itself with the store when its light module is imported.
from core.learned.digits import family as _digits  # noqa: F401
from core.learned.photos import family as _photos  # noqa: F401

if TYPE_CHECKING:
    from core.api.benches import codec, decode, known_codecs
    from core.api.curves import curves
    from core.api.digits import digit_coder, digits, train_digits
    from core.api.gallery import gallery
    from core.api.photos import photo_coder
    from core.api.pictures import read
    from core.api.svd import svd
    from core.api.sweeps import open_sweep

__all__ = [
    "codec",
    "curves",
    "decode",
    "digit_coder",
    "digits",
    "gallery",
    "known_codecs",
    "open_sweep",
    "photo_coder",
    "read",
    "svd",
    "train_digits",
]

_WHERE = {
    "codec": "benches",
    "known_codecs": "benches",
    "curves": "curves",
    "decode": "benches",
    "digit_coder": "digits",
    "digits": "digits",
    "gallery": "gallery",
    "photo_coder": "photos",
    "read": "pictures",
    "svd": "svd",
    "open_sweep": "sweeps",
    "train_digits": "digits",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"core.api.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
