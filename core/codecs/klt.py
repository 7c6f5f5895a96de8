"""Codec `klt`: a transform coder whose transform is learnt from the picture itself by singular value decompositions.

    RGB ─ overlapped patches, DCT ─ own colour axes ─ own patch basis ─ quantise (R + λD) ─ context coding ─→ .rdx

The singular vectors of a picture's patches are its Karhunen–Loève transform: no linear transform packs its energy into fewer
numbers. An entropy coder, however, pays for numbers that are not zero, and there the DCT, which needs no bytes, is a hard
rival. So the basis is a rotation of the DCT's, found in two ways: the KLT itself (an SVD), and the basis that leaves most
zeros at this step size (alternating thresholding and an SVD: the orthogonal Procrustes problem of Sezer, Harmanci and
Guleryuz, "Sparse orthonormal transforms for image compression", ICIP 2008), started from the DCT and from the KLT. The
cheapest, bytes of the basis included, is sent. The colour axes are the KLT of the patches' details.

Step sizes are equal in all components, which is reverse water-filling for this nearly orthonormal transform: a component
below the water level quantises to zero and costs next to nothing. Decoding is arithmetic on whole numbers throughout.
"""

from dataclasses import dataclass

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.coding.coefficients import SHIFTS, SYMBOLS, code_plane, optimise, quantise, rebuild
from core.coding.container import Container, pack, unpack
from core.coding.range_coder import AdaptiveModel, Decoder, Encoder, escape_model
from core.linear import patches
from core.linear.basis import SIZES, UNIT, own_basis

COLOUR = 127  # one, in the colour axes as they are sent
_COARSE = 60 * patches.PIXEL  # from this step on patches of 16 × 16 pixels pay, below it 8 × 8


@dataclass
class _Picture:
    """All that a payload says. `step` in 1/64 level; `colour` (3, 3), `basis` (n, n) in rows; `q` one array a plane."""

    step: int
    patch: int
    colour: np.ndarray
    basis: np.ndarray
    shifts: np.ndarray  # (3, 2): see `rebuild`
    q: list[np.ndarray]  # 3 × (used, rows, columns)


class Klt(Codec):
    """See the module's text."""

    info = CodecInfo(
        name="klt",
        title="KLT",
        family="svd",
        suffix=".rdx",
        mime="application/octet-stream",
        about="The picture's own optimal transform, found by SVD, with context coding: the bridge from SVD to JPEG.",
        options={
            "format": "1",
            "patches": "8 × 8 or 16 × 16, overlapped",
            "colour": "own axes (KLT), 4:4:4",
            "quantiser": "uniform, R + λD",
        },
    )
    setting = Setting(
        "quality", 0, 100, 40, grid=(4, 10, 16, 22, 28, 34, 40, 46, 52, 58, 66, 74), step=0
    )

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        step = round(patches.PIXEL * 2 ** ((100 - value) * 0.08))
        picture, x = _analyse(image, step)
        shape = x.shape[2:]
        trial = Encoder()
        for p in range(3):
            coded = code_plane(trial, shape, picture.patch, len(picture.q[p]), picture.q[p])
            picture.q[p], picture.shifts[p] = optimise(*coded, x[p])
        coder = Encoder()
        _code(coder, shape, picture)
        payload = coder.data()
        height, width = image.shape[:2]
        return Encoded(
            pack(Container(self.name, value, width, height, payload)), payload_bytes=len(payload)
        )

    def decode(self, data: bytes) -> np.ndarray:
        c = unpack(data, self.name)
        coder = Decoder(c.payload)
        return _synthesise(_code(coder, None, None, (c.height, c.width)), c.height, c.width)


def own_vectors(data: bytes) -> int:
    """How many basis vectors of its own a `klt` file carries: 0 where the DCT was cheapest."""
    c = unpack(data, "klt")
    return len(_code_header(Decoder(c.payload), None).basis)


def _code(
    coder: Encoder | Decoder,
    shape: tuple[int, int] | None,
    picture: _Picture | None,
    size: tuple[int, int] | None = None,
) -> _Picture:
    """Write `picture`, or read one of `size` (height, width): one description of the payload for both directions."""
    header = _code_header(coder, picture)
    shape = shape or patches.grid(*size, header.patch)
    for p in range(3):
        given = None if picture is None else picture.q[p]
        used = int(
            coder.uniform(
                np.array([header.patch**2 + 1]), None if given is None else np.array([len(given)])
            )[0]
        )
        header.q.append(code_plane(coder, shape, header.patch, used, given)[0])
    return header


def _code_header(coder: Encoder | Decoder, picture: _Picture | None) -> _Picture:
    """Everything before the coefficients."""
    values = None
    if picture is not None:
        size = (0, *SIZES).index(len(picture.basis))
        values = np.array(
            [
                picture.step,
                picture.patch // 16,
                size,
                *(picture.colour.ravel() + COLOUR),
                *picture.shifts.ravel(),
            ]
        )
    sizes = np.array([1 << 15, 2, 1 + len(SIZES), *[2 * COLOUR + 1] * 9, *[SHIFTS] * 6])
    step, large, size, *rest = coder.uniform(sizes, values)
    n = (0, *SIZES)[size]
    given = None if picture is None else picture.basis.ravel()
    model, escape = AdaptiveModel.geometric(np.array([60, 20000]), SYMBOLS), escape_model()
    entries = coder.magnitudes(
        model, escape, np.eye(n, dtype=np.int64).ravel(), None if given is None else np.abs(given)
    )
    basis = coder.signed(entries, given).reshape(n, n)
    colour, shifts = np.array(rest[:9]).reshape(3, 3) - COLOUR, np.array(rest[9:]).reshape(3, 2)
    return _Picture(int(step), 16 if large else 8, colour, basis, shifts, [])


def _analyse(image: np.ndarray, step: int) -> tuple[_Picture, np.ndarray]:
    """Transform `image`: the picture as first quantised, and its coefficients (3, P², rows, columns) in steps."""
    patch = 16 if step >= _COARSE else 8
    x = patches.forward(np.moveaxis(image, -1, 0) - 128.0, patch) * (patches.PIXEL / step)
    details = x[:, 1:].reshape(3, -1)
    axes = np.linalg.eigh(details @ details.T)[1][:, ::-1].T
    colour = np.round(COLOUR * axes * np.where(axes.sum(axis=1) < 0, -1, 1)[:, None]).astype(
        np.int64
    )
    x = np.tensordot(np.linalg.inv(colour.T / COLOUR), x, 1)
    basis = own_basis(x[0].reshape(len(x[0]), -1))
    n = len(basis)
    if n:
        x[0, 1 : n + 1] = np.tensordot(np.linalg.inv(basis.T / UNIT), x[0, 1 : n + 1], 1)
    return _Picture(
        step, patch, colour, basis, np.zeros((3, 2), np.int64), [quantise(plane) for plane in x]
    ), x


def _synthesise(picture: _Picture, height: int, width: int) -> np.ndarray:
    """The image (height, width, 3) of a payload, in whole numbers only."""
    planes = []
    for q, shifts in zip(picture.q, picture.shifts, strict=True):
        y = np.zeros((picture.patch**2, *q.shape[1:]))
        y[: len(q)] = np.clip(rebuild(q, shifts, picture.step), -patches.LIMIT, patches.LIMIT)
        if not planes and (n := len(picture.basis)):
            y[1 : n + 1] = patches.rounded(
                np.tensordot(picture.basis.T.astype(float), y[1 : n + 1], 1), UNIT
            )
        planes.append(patches.backward(y[None], picture.patch)[0, :height, :width])
    pixels = np.tensordot(picture.colour.T.astype(float), np.stack(planes), 1)
    pixels = np.floor(
        (pixels + (128 * 2 + 1) * COLOUR * patches.PIXEL // 2) / (COLOUR * patches.PIXEL)
    )
    return np.ascontiguousarray(np.moveaxis(np.clip(pixels, 0, 255), 0, -1).astype(np.uint8))
