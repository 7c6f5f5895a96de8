"""Which variant of a format to compare by: the measure picks the tuning, or a person does."""

from collections.abc import Iterable
from typing import Literal, get_args

from core.codecs.registry import CODECS
from core.errors import SettingError
from core.metrics import named

Aim = Literal["measure", "psnr", "eye"]
LABELS: dict[str, str] = {"measure": "the measure", "psnr": "PSNR", "eye": "the eye"}

# Format -> its variant for PSNR, its variant for the eye.
_VARIANTS = {
    "jpeg": ("jpeg-psnr", "jpeg-eye"),
    "avif": ("avif-psnr", "avif"),
}
# Measures of plain squared or absolute error.
_OF_ERROR = {"psnr", "psnr_y", "psnr_611", "mse", "mae"}


def aim_for(measure: str) -> Literal["psnr", "eye"]:
    """What a codec should be tuned for to be judged fairly by `measure`. Raises SettingError."""
    return "psnr" if named(measure).name in _OF_ERROR else "eye"


def variants(codecs: Iterable[str], aim: str, measure: str) -> list[str]:
    """`codecs` with each format in the variant for `aim`, each once and in the given order.

    `aim`: "psnr", "eye", or "measure" for what `measure` asks for. Codecs of one tuning stay, as do
    variants that this machine cannot run. Raises SettingError for another aim.
    """
    if aim not in get_args(Aim):
        raise SettingError(f"There is no tuning {aim!r}; choose one of {', '.join(LABELS)}.")
    wanted = aim_for(measure) if aim == "measure" else aim
    chosen: dict[str, None] = {}
    for name in codecs:
        better = _variant(name, wanted)
        chosen[better if better in CODECS else name] = None
    return list(chosen)


def _variant(name: str, aim: str) -> str:
    for form, (for_psnr, for_eye) in _VARIANTS.items():
        if name in (form, for_psnr, for_eye):
            return for_psnr if aim == "psnr" else for_eye
    return name


def warning(codecs: Iterable[str], measure: str) -> str:
    """A sentence where `measure` judges codecs that were tuned for something else; else empty."""
    wanted = aim_for(measure)
    other = "eye" if wanted == "psnr" else "psnr"
    titles = [
        CODECS[name].info.title
        for name in codecs
        if name in CODECS and CODECS[name].info.tuned_for == other
    ]
    if not titles:
        return ""
    listed = ", ".join(titles)
    are = "is" if len(titles) == 1 else "are"
    return (
        f"{listed} {are} tuned for {LABELS[other]}: {named(measure).short} does not show "
        f"{'it' if len(titles) == 1 else 'them'} at {'its' if len(titles) == 1 else 'their'} best."
    )
