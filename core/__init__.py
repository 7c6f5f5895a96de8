"""Everything that is true without a browser.

Images, measures, codecs, rate-distortion, learned models, command line.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is first imported

# Every model family registers itself with the store when its light module is imported.
from core.learned.digits import family as _digits  # noqa: F401
from core.learned.photos import family as _photos  # noqa: F401
