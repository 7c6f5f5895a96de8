"""Everything that is true without a browser: images, measures, codecs, rate-distortion, learned models, command line."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read once, when TensorFlow is first imported
