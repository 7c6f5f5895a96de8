"""Codec `klt`: a transform coder that learns its transform from the picture, by SVD.

    RGB ─ overlapped patches, DCT ─ own colour axes ─ own patch basis ─ quantise (R + λD)
        ─ context coding ─→ .rdx

The singular vectors of a picture's patches are its Karhunen–Loève transform: no linear transform
packs its energy into fewer numbers. An entropy coder, however, pays for numbers that are not zero,
and there the DCT, which needs no bytes, is a hard rival. So the basis is a rotation of the DCT's,
found in two ways: the KLT itself (an SVD), and the basis that leaves most zeros at this step size
(alternating thresholding and an SVD: the orthogonal Procrustes problem of Sezer, Harmanci and
Guleryuz, "Sparse orthonormal transforms for image compression", ICIP 2008), started from the DCT
and from the KLT. The cheapest, the bytes of the basis included, is sent. The colour axes are the
KLT of the patches' details.

Step sizes are equal in all components, which is reverse water-filling for this nearly orthonormal
transform: a component below the water level quantises to zero and costs next to nothing. Decoding
is arithmetic on whole numbers throughout.
"""

from dataclasses import dataclass

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.lowrank.colour import AXIS, own_axes, to_rgb
from core.coding.adaptive_model import AdaptiveModel, escape_model
from core.coding.coefficients import SHIFTS, code_plane, optimise, quantise, rebuild
from core.coding.container import Container, pack, unpack
from core.coding.magnitude_classes import SYMBOLS
from core.coding.range_coder import Decoder, Encoder, RangeCoder, Trial
from core.linear import patches
from core.linear.basis import SIZES, UNIT, own_basis

_COARSE = 60 * patches.PIXEL  # from this step on patches of 16 × 16 pixels pay, below it 8 × 8


@dataclass
class _Picture:
    """All that a payload says.

    `step` in 1/64 level; `patch` the side of a patch; `colour` (3, 3) and `basis` (n, n) in rows;
    `shifts` (3, 2): see `rebuild`; `q` one array (used, rows, columns) for each of three planes.
    """

    step: int
    patch: int
    colour: np.ndarray
    basis: np.ndarray
    shifts: np.ndarray
    q: list[np.ndarray]


class Klt(Codec):
    """See the module's docstring."""

    info = CodecInfo(
        name="klt",
        title="KLT",
        family="svd",
        suffix=".rdx",
        mime="application/octet-stream",
        about=(
            "The picture's own optimal transform, found by SVD, with context coding: "
            "the bridge from SVD to JPEG."
        ),
        tuned_for="psnr",
        cites=("goyal2001transform",),
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
        height, width = image.shape[:2]
        step = round(patches.PIXEL * 2 ** ((100 - value) * 0.08))
        picture, x = _analyse(image, step)
        shape = patches.grid(height, width, picture.patch)

        trial = Trial()  # its models learn what magnitudes cost
        for p in range(3):
            q, contexts, model = code_plane(
                trial, shape, picture.patch, len(picture.q[p]), picture.q[p]
            )
            picture.q[p], picture.shifts[p] = optimise(q, contexts, model, x[p])

        coder = Encoder()
        _code(coder, (height, width), picture)
        payload = coder.data()
        data = pack(Container(self.name, value, width, height, payload))
        return Encoded(data, payload_bytes=len(payload))

    def decode(self, data: bytes) -> np.ndarray:
        """See `Codec.decode`."""
        file = unpack(data, self.name)
        picture = _code(Decoder(file.payload), (file.height, file.width))
        return _synthesise(picture, file.height, file.width)


def own_vectors(data: bytes) -> int:
    """How many basis vectors of its own a `klt` file carries: 0 where the DCT was cheapest."""
    file = unpack(data, "klt")
    return len(_code_header(Decoder(file.payload)).basis)


def _code(coder: RangeCoder, size: tuple[int, int], given: _Picture | None = None) -> _Picture:
    """Write the payload of a picture of `size` (height, width), or read one."""
    picture = _code_header(coder, given)
    shape = patches.grid(*size, picture.patch)
    frequencies = picture.patch**2
    for p in range(3):
        q = None if given is None else given.q[p]
        count = None if q is None else np.array([len(q)])
        used = int(coder.uniform(np.array([frequencies + 1]), count)[0])
        coded, _, _ = code_plane(coder, shape, picture.patch, used, q)
        picture.q.append(coded)
    return picture


def _code_header(coder: RangeCoder, given: _Picture | None = None) -> _Picture:
    """Write or read everything before the coefficients; `q` is left empty."""
    spans = (0, *SIZES)
    values = None
    if given is not None:
        numbers = [given.step, given.patch // 16, spans.index(len(given.basis))]
        numbers += (given.colour.ravel() + AXIS).tolist()
        numbers += given.shifts.ravel().tolist()
        values = np.array(numbers)
    sizes = [1 << 15, 2, len(spans)]
    sizes += [2 * AXIS + 1] * 9
    sizes += [SHIFTS] * 6
    step, large, span, *rest = coder.uniform(np.array(sizes), values).tolist()
    return _Picture(
        step=step,
        patch=16 if large else 8,
        colour=np.array(rest[:9]).reshape(3, 3) - AXIS,
        basis=_code_basis(coder, spans[span], None if given is None else given.basis),
        shifts=np.array(rest[9:]).reshape(3, 2),
        q=[],
    )


def _code_basis(coder: RangeCoder, n: int, given: np.ndarray | None) -> np.ndarray:
    """Write the basis `given` (n, n), or read one."""
    # Two contexts: entries off the diagonal are mostly zero, those on it are large.
    model = AdaptiveModel.geometric(np.array([60, 20000]), SYMBOLS)
    contexts = np.eye(n, dtype=np.int64).ravel()
    values = None if given is None else given.ravel()
    magnitudes = None if values is None else np.abs(values)
    magnitudes = coder.magnitudes(model, escape_model(), contexts, magnitudes)
    return coder.signed(magnitudes, values).reshape(n, n)


def _analyse(image: np.ndarray, step: int) -> tuple[_Picture, np.ndarray]:
    """Transform `image`: the picture as first quantised, and its coefficients.

    The coefficients are (3, P², rows, columns), in steps.
    """
    patch = 16 if step >= _COARSE else 8
    planes = np.moveaxis(image, -1, 0) - 128.0
    x = patches.forward(planes, patch) * (patches.PIXEL / step)

    details = x[:, 1:].reshape(3, -1)  # all but the patches' means
    colour = own_axes(details)
    x = np.tensordot(np.linalg.inv(colour.T / AXIS), x, 1)

    # The strongest plane alone is worth a basis of its own.
    basis = own_basis(x[0].reshape(patch**2, -1))
    n = len(basis)
    if n:
        to_basis = np.linalg.inv(basis.T / UNIT)
        x[0, 1 : n + 1] = np.tensordot(to_basis, x[0, 1 : n + 1], 1)

    shifts = np.zeros((3, 2), np.int64)
    quantised = [quantise(plane) for plane in x]
    return _Picture(step, patch, colour, basis, shifts, quantised), x


def _synthesise(picture: _Picture, height: int, width: int) -> np.ndarray:
    """The image, uint8 (height, width, 3), of a payload, in whole numbers only."""
    n = len(picture.basis)
    planes = []
    for p in range(3):
        q = picture.q[p]
        y = np.zeros((picture.patch**2, *q.shape[1:]))
        coefficients = rebuild(q, picture.shifts[p], picture.step)
        y[: len(q)] = np.clip(coefficients, -patches.LIMIT, patches.LIMIT)
        if p == 0 and n:
            from_basis = picture.basis.T.astype(float)
            y[1 : n + 1] = patches.rounded(np.tensordot(from_basis, y[1 : n + 1], 1), UNIT)
        whole = patches.backward(y[None], picture.patch)[0]
        planes.append(whole[:height, :width])
    return to_rgb(np.stack(planes), picture.colour, patches.PIXEL)
