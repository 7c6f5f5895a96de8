"""Exercises about low-rank approximation, on the picture that the page shows."""

import math

from core.linear import lowrank
from core.linear.lowrank import Factors
from core.teaching.exercise import Exercise, Slip

FACTOR = 0.1


def exercises(f: Factors, rank: int) -> list[Exercise]:
    """The exercises for a picture's decomposition, and the rank that is chosen."""
    return [_rank(f), _break_even(f), _psnr(f, rank), _bytes(f, rank)]


def _rank(f: Factors) -> Exercise:
    m, n = f.shape
    exact = FACTOR * m * n / (m + n + 1)
    rank = lowrank.rank_for_factor(m, n, FACTOR)
    slips = [
        Slip(math.ceil(exact), "That rank costs a little more than the factor allows: round down."),
        Slip(int(FACTOR * m * n / (m + n)), "Each layer also stores its σ: m + n + 1 numbers."),
        Slip(
            math.floor(3 * exact),
            "Three channels store three times as much, and are three times as many pixels.",
        ),
    ]
    return Exercise(
        "rank",
        "A rank for a factor",
        f"Each channel of this picture is a matrix of m × n = {m} × {n}. Which is the largest "
        f"rank whose compression factor is at most {FACTOR:g}?",
        rank,
        0,
        f"A layer stores m + n + 1 = {m + n + 1} numbers, the factor pays for c · m · n = "
        f"{FACTOR * m * n:,.1f}: r = ⌊{exact:.2f}⌋ = {rank}.",
        "Count what one layer σ u vᵀ stores, and how many layers c · m · n numbers pay for.",
        slips=_distinct(slips, rank),
    )


def _distinct(slips: list[Slip], answer: float) -> list[Slip]:
    """Those that are wrong here, the first of each answer."""
    by_answer = {slip.answer: slip for slip in reversed(slips) if slip.answer != answer}
    return [slip for slip in slips if by_answer.get(slip.answer) is slip]


def _break_even(f: Factors) -> Exercise:
    m, n = f.shape
    exact = m * n / (m + n + 1)
    rank = math.floor(exact) + 1
    return Exercise(
        "break-even",
        "More numbers than before",
        f"From which rank on does the decomposition of one {m} × {n} channel store **more** "
        "numbers than the channel itself has?",
        rank,
        0,
        f"r · ({m} + {n} + 1) > {m} · {n} from r = {rank} on: c = 1 lies at {exact:.1f}. The full "
        f"rank {min(m, n)} stores {lowrank.compression_factor(m, n, min(m, n)):.2f} times as much.",
        "Set r · (m + n + 1) against m · n.",
        slips=[Slip(rank - 1, "At this rank it is still no more than the channel has.")],
    )


def _psnr(f: Factors, rank: int) -> Exercise:
    left_out = float(lowrank.squared_errors(f)[rank])
    m, n = f.shape
    samples = f.total.size * m * n
    mse = left_out * 255**2 / samples
    decibels = 10 * math.log10(255**2 / mse) if mse else math.inf
    return Exercise(
        "psnr",
        "Distortion without a picture",
        f"At rank {rank}, the σ² that are left out add up to {left_out:,.2f} (pixels from 0 to 1, "
        f"all three channels together, {samples:,} samples). Which PSNR does that predict?",
        decibels,
        0.05,
        "By Eckart and Young, ‖A − A_r‖² is exactly that sum: MSE = "
        f"{left_out:,.2f} / {samples:,} = {left_out / samples:.3g}, and PSNR = "
        f"10 · log₁₀(1 / MSE) = {decibels:.2f} dB. Measured on the 8-bit picture it differs by "
        "clipping and rounding alone.",
        "Divide by the number of samples to get the MSE; the peak is 1 here.",
        "dB",
        [
            Slip(
                10 * math.log10(255**2 / (mse / 255**2)) if mse else 0.0,
                "Pixels go from 0 to 1 in this sum, so the peak is 1, not 255.",
            ),
            Slip(
                20 * math.log10(255**2 / mse) if mse else 0.0,
                "The MSE is a square already: the factor is 10, not 20.",
            ),
            Slip(
                decibels - 10 * math.log10(3),
                "The sum is over all three channels: divide by 3 · m · n samples.",
            ),
        ],
    )


def _bytes(f: Factors, rank: int) -> Exercise:
    m, n = f.shape
    factor = lowrank.compression_factor(m, n, rank)
    return Exercise(
        "bytes",
        "Elements are not bytes",
        f"At rank {rank} the factor in elements is {factor:.4f}. Kept as float32, how many bytes "
        "is that for each byte of the 8-bit pixels?",
        4 * factor,
        max(0.005, 0.01 * factor),
        f"A float32 has 4 bytes, a pixel's sample one: 4 · {factor:.4f} = {4 * factor:.3f}. "
        "Elements alone are no rate; the codec *svd* quantises and entropy-codes them.",
        "How many bytes has a float32, how many has a sample of the picture?",
        slips=[Slip(factor, "That counts elements: an element and a sample differ in bytes.")],
    )
