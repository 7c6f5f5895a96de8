"""VVC (H.266) intra frames by libvvenc, the strongest standard codec there is, through ffmpeg.

The file is an `.rdx` whose payload is the plain H.266 stream: the container keeps the size –
the stream's own is even and at least 64 – and its checksum keeps damaged bits from the decoder.
"""

from importlib import util

import numpy as np

from core import ffmpeg
from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.classical import packages
from core.coding.container import Container, pack, unpack
from core.errors import BitstreamError, ProgramError, SettingError

_MIN_SIDE = 64  # libvvenc refuses 8, and ffmpeg has too little room for the headers of small ones
# One way from RGB to 4:2:0 and back, with the same digits on every processor.
_EXACT = "flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
_TO_YUV = f"scale=out_color_matrix=bt709:out_range=tv:{_EXACT},format=yuv420p10le"
_TO_RGB = f"scale=in_color_matrix=bt709:in_range=tv:{_EXACT},format=rgb24"


class Vvc(Codec):
    """VVC (ITU-T H.266), one intra frame of 10 bits, without perceptual tuning.

    Chroma is at half resolution: the libvvenc of ffmpeg takes no 4:4:4.
    """

    setting = Setting(
        "QP",
        5,
        60,
        default=30,
        better="low",
        grid=(53, 49, 46, 43, 40, 37, 34, 31, 28, 25, 22, 19, 16, 12, 7),
    )
    info = CodecInfo(
        "vvc",
        "VVC intra",
        "classical",
        ".rdx",
        "application/octet-stream",
        "The successor of HEVC, a yardstick of the literature; chroma at half resolution.",
        max_side=8192,
        tuned_for="psnr",
        cites=(
            "bross2021vvc",
            "vvenc",
        ),
        options={
            "subsampling": "4:2:0, 10 bit",
            "preset": "fast",
            "perceptual tuning": "off",
            "threads": "1",
            "libvvenc": packages.version("imageio-ffmpeg"),
        },
    )

    def missing(self) -> str:
        # Only looked for, not run: that is for the first encode.
        if util.find_spec("imageio_ffmpeg") is not None:
            return ""
        return ffmpeg.missing()

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        padded = _padded(image)
        arguments = [
            *ffmpeg.raw_input("picture.rgb", padded),
            *("-vf", _TO_YUV, "-c:v", "libvvenc", "-preset", "fast", "-qpa", "0"),
            *("-qp", f"{value:.0f}", "-threads", "1", "-f", "vvc", "picture.266"),
        ]
        pixels = padded.shape[0] * padded.shape[1]
        try:
            written = ffmpeg.run(
                arguments, {"picture.rgb": padded.tobytes()}, ["picture.266"], pixels
            )
        except ProgramError as error:
            if "external library" not in str(error):
                raise
            raise SettingError(
                f"libvvenc cannot write this picture at QP {value:.0f}: ffmpeg leaves it one byte "
                "a pixel. Take a higher QP."
            ) from error
        stream = written["picture.266"]
        height, width = image.shape[:2]
        file = pack(Container(self.name, value, width, height, stream))
        return Encoded(file, payload_bytes=len(stream))

    def decode(self, data: bytes) -> np.ndarray:
        file = unpack(data, self.name)
        height, width = _padded_side(file.height), _padded_side(file.width)
        try:
            raw = ffmpeg.run(
                [
                    *("-f", "vvc", "-i", "picture.266", "-vf", _TO_RGB, "-frames:v", "1"),
                    *("-f", "rawvideo", "picture.rgb"),
                ],
                {"picture.266": file.payload},
                ["picture.rgb"],
                pixels=height * width,
            )["picture.rgb"]
        except ProgramError as error:
            if ffmpeg.missing():
                raise
            raise BitstreamError(f"The VVC stream cannot be decoded: {error}") from error
        if len(raw) != 3 * height * width:
            raise BitstreamError(
                "The VVC stream holds a picture of another size than its file says."
            )
        pixels = np.frombuffer(raw, np.uint8).reshape(height, width, 3)
        return pixels[: file.height, : file.width].copy()


def _padded_side(side: int) -> int:
    return max(_MIN_SIDE, side + side % 2)


def _padded(image: np.ndarray) -> np.ndarray:
    """`image` with its last row and column repeated up to even sides of at least 64."""
    missing = [(0, _padded_side(side) - side) for side in image.shape[:2]]
    return np.ascontiguousarray(np.pad(image, (*missing, (0, 0)), mode="edge"))
