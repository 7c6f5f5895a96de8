"""The errors a person may cause or meet. Each message says what is wrong with which input, and what
to do about it.

Everything here is shown as one sentence: a page prints it and goes on, the command line prints it
to stderr and exits with 2. Any other exception is a defect of ours.
"""


class RDError(Exception):
    """Base of every expected error."""


class ImageError(RDError):
    """A picture that cannot be read, is too large or too small."""


class SettingError(RDError):
    """A codec's setting, or a target for it, that is outside what the codec can do."""


class BitstreamError(RDError):
    """Bytes that are not a valid file of the codec: wrong magic, cut short, bits flipped, model
    missing.
    """


class ModelError(RDError):
    """A trained model that is missing, damaged or of another kind."""


class DataError(RDError):
    """A data set, archive or results file that cannot be used."""


class ProgramError(RDError):
    """A program or library of others that is missing, fails, or does not answer."""
