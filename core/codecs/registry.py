"""All codecs. A codec listed here appears in every page, in sweeps and on the command line."""

from core.codecs import external
from core.codecs.base import Codec
from core.codecs.classical import heic, standard, tuned, vvc
from core.codecs.learned import bls2017, mnist
from core.codecs.lowrank import klt, svd
from core.errors import SettingError

_OURS: tuple[Codec, ...] = (
    standard.Jpeg(),
    standard.Jpeg444(),
    tuned.JpegPsnr(),
    tuned.JpegEye(),
    standard.Jpeg2000(),
    standard.WebP(),
    tuned.WebPSharp(),
    standard.Avif(),
    tuned.AvifPsnr(),
    tuned.AvifPsnrSlow(),
    standard.JpegXl(),
    heic.Heic(),
    vvc.Vvc(),
    svd.Svd(),
    klt.Klt(),
    bls2017.Bls2017(),
    bls2017.Bls2017Rounded(),
    bls2017.Bls2017Static(),
    bls2017.Bls2017Neural(),
    mnist.Mnist(),
)
# Codecs that this machine cannot run: name -> the sentence that says why, and what to do.
MISSING: dict[str, str] = {codec.name: why for codec in _OURS if (why := codec.missing())}
CODECS: dict[str, Codec] = {codec.name: codec for codec in _OURS if codec.name not in MISSING}

# Codecs from TOML files and installed packages (core/codecs/external.py).
# PROBLEMS says what could not be used.
_found, PROBLEMS = external.installed()
CODECS |= {name: codec for name, codec in _found.items() if name not in CODECS}
PROBLEMS = [*PROBLEMS, *(f"{name}: {why}" for name, why in MISSING.items())]


def get(name: str) -> Codec:
    """The codec called `name`. Raises SettingError with the known names otherwise."""
    if name in MISSING:
        raise SettingError(f"The codec {name} cannot be used here: {MISSING[name]}")
    try:
        return CODECS[name]
    except KeyError:
        raise SettingError(
            f"There is no codec {name!r}. Known codecs: {', '.join(CODECS)}."
        ) from None
