"""Bytes -> image: any usual picture as uint8 (H, W, 3) sRGB, with notes on what that took.

Uploads are hostile until read: formats are allow-listed, the size is checked before a pixel is
decoded, only the first frame is touched, and every failure of a decoder ends in one ImageError.
"""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

from core.errors import ImageError
from core.images.jxl_header import is_jxl, jxl_size
from core.images.srgb import on_white, to_srgb

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "JPEG2000", "JXL")
SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".avif",
    ".tif",
    ".tiff",
    ".bmp",
    ".gif",
    ".jp2",
    ".jxl",
)
MAX_PIXELS = 50_000_000
MAX_BYTES = 200_000_000
MIN_SIDE = 2
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow's own guard as a second line behind ours


@dataclass(frozen=True)
class Picture:
    """A picture ready to be coded.

    `image` is uint8 (H, W, 3) sRGB; `notes` say what was done on the way in.
    """

    name: str
    image: np.ndarray
    notes: tuple[str, ...] = ()
    source: str = ""
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", fingerprint(self.image))
        self.image.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the pixels take."""
        return self.image.nbytes

    @property
    def height(self) -> int:
        return self.image.shape[0]

    @property
    def width(self) -> int:
        return self.image.shape[1]


def fingerprint(image: np.ndarray) -> str:
    """SHA-256 of shape and pixels: the key of every cache."""
    return hashlib.sha256(
        repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()
    ).hexdigest()


def load(path: str | Path) -> Picture:
    """The picture in a file. Raises ImageError, also when the file cannot be read."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImageError(
                f"{path.name} has {path.stat().st_size:,} bytes; at most {MAX_BYTES:,} are read."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ImageError(f"Cannot read {path}: {error.strerror}.") from error
    return read(data, path.name)


def read(data: bytes, name: str = "picture") -> Picture:
    """The picture in `data`.

    Raises ImageError when it is no picture of FORMATS, damaged, too large or too small.
    """
    if not data:
        raise ImageError(f"{name} is empty.")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    try:
        image, notes, kind = _read_jxl(data) if is_jxl(data) else _read_pillow(data, FORMATS)
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from error
    height, width = image.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ImageError(
            f"{name} is {width} × {height} pixels; "
            f"every codec here takes pictures from {MIN_SIDE} × {MIN_SIDE} on."
        )
    return Picture(name, image, tuple(notes), kind)


def decode_standard(data: bytes, kind: str) -> np.ndarray:
    """The pixels of a standard file of one format (of FORMATS), of any size from 1×1.

    Raises ImageError.
    """
    if kind == "JXL":
        if not is_jxl(data):
            raise ImageError("This is not a JPEG XL file.")
        return _read_jxl(data)[0]
    return _read_pillow(data, (kind,))[0]


def png(image: np.ndarray, level: int = 6) -> bytes:
    """`image`, uint8 (H, W, 3), (H, W, 1) or (H, W), as a PNG file.

    `level` is zlib's, 1 (fast) to 9 (small).
    """
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    out = io.BytesIO()
    Image.fromarray(image).save(out, "PNG", compress_level=level)
    return out.getvalue()


def quick_png(image: np.ndarray) -> bytes:
    """`image`, uint8 (H, W, 4), (H, W, 3) or (H, W), as a PNG file that is soon made.

    One filter, and runs instead of repetitions: half the time of `png` at level 1. Photographs take
    about as many bytes, grey ones half as many again.
    """
    runs, paeth = imagecodecs.PNG.STRATEGY.RLE, imagecodecs.PNG.FILTER.PAETH
    pixels = np.ascontiguousarray(image)
    return bytes(imagecodecs.png_encode(pixels, level=1, strategy=runs, filter=paeth))


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise ImageError(f"the picture is {width} × {height} pixels; there is nothing to see.")
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"the picture has {width} × {height} = {width * height / 1e6:.1f} Mpx; "
            f"at most {MAX_PIXELS / 1e6:.0f} Mpx are read. Scale it down first."
        )


def _read_jxl(data: bytes) -> tuple[np.ndarray, list[str], str]:
    _check_size(*jxl_size(data))
    try:
        image = imagecodecs.jpegxl_decode(data, index=0, numthreads=1)
    except Exception as error:
        raise ImageError("the JPEG XL data are damaged or cut short.") from error
    notes = []
    if image.ndim == 2:
        image = image[..., None]
    if image.dtype == np.uint16:
        image, notes = (image >> 8).astype(np.uint8), ["16-bit values were reduced to 8 bits."]
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] > 4:
        raise ImageError(
            f"JPEG XL with {image.dtype} values of shape {image.shape} is not supported; "
            "save it with 8 bits."
        )
    if image.shape[2] in (2, 4):
        image = np.asarray(
            on_white(Image.fromarray(image, "LA" if image.shape[2] == 2 else "RGBA"))
        )
        notes.append("Transparency was composited on white.")
    return np.ascontiguousarray(np.broadcast_to(image, (*image.shape[:2], 3))), notes, "JXL"


def _read_pillow(data: bytes, formats: tuple[str, ...]) -> tuple[np.ndarray, list[str], str]:
    allowed = [f for f in formats if f != "JXL"]
    try:
        picture = Image.open(io.BytesIO(data), formats=allowed)
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"the picture has more than {MAX_PIXELS / 1e6:.0f} Mpx. Scale it down first."
        ) from error
    except Exception as error:
        known = ", ".join(
            f.replace("JXL", "JPEG XL").replace("JPEG2000", "JPEG 2000") for f in formats
        )
        raise ImageError(
            f"this is not a picture that can be read here ({known}), or its header is damaged."
        ) from error
    _check_size(*picture.size)
    kind = picture.format or ""
    try:
        notes = ["Only the first frame is used."] if getattr(picture, "is_animated", False) else []
        picture.seek(0)
        picture.load()
        image, more = to_srgb(picture)
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(f"the {kind} data are damaged or cut short.") from error
    return np.array(image), notes + more, kind
