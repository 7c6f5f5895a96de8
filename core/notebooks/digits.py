"""The page Digits as a notebook."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.notebooks.cells import Cell, code, notebook, text

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class DigitsState:
    """What the page shows: a stored model, a test digit, and the choices of the sections."""

    model: str
    lmbda: float
    digit: int = 0
    search: bool = True
    noise: int = 0
    temperature: float = 1.0
    seed: int = 0
    wide: bool = False


def digits(state: DigitsState) -> "NotebookNode":
    """The notebook of the page Digits."""
    return notebook(f"Digits in a few bytes: {state.model}", _cells(state))


def _cells(state: DigitsState) -> list[Cell]:
    return [
        code(
            f"""
            import numpy as np

            from core import digit_coder, digits, gallery
            from core.learned.digits.lab import tile

            coder = digit_coder({state.model!r})
            index = {state.digit}
            digit = digits()[index]
            """
        ),
        text(
            f"""
            ## Compress

            Sixteen test digits as strings, at λ = {state.lmbda:g}: on the left the original, on the
            right what its string gives back.
            """
        ),
        code(
            f"""
            sixteen = (index + np.arange(16)) % len(digits())
            sent = coder.compress(sixteen, search={state.search})
            pairs = np.stack([digits()[sixteen], sent.pictures], axis=1).reshape(-1, 28, 28, 1)
            print(f"{{sent.bits.sum() / 8:.1f}} bytes of information,")
            print(f"{{sum(map(len, sent.strings))}} bytes as sixteen strings,")
            print(f"{{sent.stream_bytes}} bytes as one stream")
            gallery({{"pairs": tile(pairs, columns=8)}}, width=480)
            """
        ),
        text("## Step by step"),
        code(
            f"""
            walk = coder.walk(index, seed={state.noise})
            print(f"{{walk.bits:.1f}} bits of information, a string of {{walk.string_bits}} bits")
            coder.latent_figure(walk)
            """
        ),
        code("coder.prior_figure(walk)"),
        code(
            """
            gallery(
                {
                    "x, original": digit,
                    "untrained": walk.untrained_picture,
                    "from y + noise": walk.noisy_picture,
                    "from ŷ": walk.picture,
                },
                width=140,
            )
            """
        ),
        text("## One bit turned over"),
        code(
            """
            flipped = coder.flip(index, 0)
            print(flipped.string.hex(" "), "→", flipped.damaged.hex(" "))
            gallery({"whole": flipped.picture, "damaged": flipped.damaged_picture}, width=140)
            """
        ),
        text(
            f"""
            ## Trade-off

            The dotted line joins all pairs of equal R + λ · D at λ = {state.lmbda:g}; its slope
            is −1/λ.
            """
        ),
        code(f"coder.tradeoff_figure(rivals={state.wide})"),
        code("coder.length_figure()"),
        text("## Latent space"),
        code("coder.dimension_figure()"),
        code(
            """
            if coder.live:
                moved = coder.traverse(index, coder.live[0])
                shown = {f"{value:.0f}": one for value, one in zip(moved.values, moved.pictures)}
            else:
                shown = {"every digit": coder.flip(index).picture}
            gallery(shown, width=72)
            """
        ),
        text("## Generate: draws from the prior"),
        code(
            f"""
            drawn = coder.from_prior(24, temperature={state.temperature!r}, seed={state.seed})
            gallery({{"draws": tile(drawn, columns=12)}}, width=480)
            """
        ),
    ]
