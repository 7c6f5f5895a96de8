"""All codecs. A codec listed here appears in every page, in sweeps and on the command line."""

from core.codecs import bls2017, classical, external, klt, mnist, svd
from core.codecs.base import Codec
from core.errors import SettingError

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        classical.Jpeg(),
        classical.Jpeg444(),
        classical.Jpeg2000(),
        classical.WebP(),
        classical.Avif(),
        classical.JpegXl(),
        svd.Svd(),
        klt.Klt(),
        bls2017.Bls2017(),
        bls2017.Bls2017Rounded(),
        bls2017.Bls2017Static(),
        mnist.Mnist(),
    )
}

# Codecs from TOML files and installed packages (core/codecs/external.py).
# PROBLEMS says what could not be used.
_found, PROBLEMS = external.installed()
CODECS |= {name: codec for name, codec in _found.items() if name not in CODECS}


def get(name: str) -> Codec:
    """The codec called `name`. Raises SettingError with the known names otherwise."""
    try:
        return CODECS[name]
    except KeyError:
        raise SettingError(
            f"There is no codec {name!r}. Known codecs: {', '.join(CODECS)}."
        ) from None
