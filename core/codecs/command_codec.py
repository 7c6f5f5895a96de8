"""A codec given as two command lines in a TOML file:

    title  = "MozJPEG"
    suffix = ".jpg"
    encode = ["cjpeg", "-quality", "{setting}", "-outfile", "{output}", "{input}"]
    decode = ["djpeg", "-outfile", "{output}", "{input}"]
    input  = "ppm"                    # what `encode` reads: png, ppm or bmp
    output = "ppm"                    # what `decode` writes: png, ppm or bmp
    version = ["cjpeg", "-version"]   # optional: its first line is recorded beside every figure
    [setting]
    name = "quality"
    low = 1
    high = 100
    default = 75
    grid = [10, 25, 40, 55, 70, 80, 90, 95]

The commands run without a shell, in an empty temporary folder, for at most `timeout_s` seconds, and
may write files of at most `max_bytes`. They run with your rights: use only files that you trust.
"""

import io
import re
import tempfile
import tomllib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core import images
from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.commands import CommandError, execute, version_of
from core.errors import BitstreamError, ImageError, SettingError

FORMATS = {"png": "PNG", "ppm": "PPM", "bmp": "BMP"}
_KEYS = {
    "title",
    "about",
    "suffix",
    "mime",
    "encode",
    "decode",
    "input",
    "output",
    "version",
    "timeout_s",
    "max_bytes",
    "setting",
}


class CommandCodec(Codec):
    """A codec whose encoder and decoder are programs. `spec` is the TOML text it was made from."""

    def __init__(self, name: str, spec: str) -> None:
        """Raises SettingError, naming the entry, when `spec` is not a valid description."""
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
            raise SettingError(f"{name!r} cannot name a codec: use 1 to 32 of a–z, 0–9, - and _.")
        try:
            given = tomllib.loads(spec)
        except tomllib.TOMLDecodeError as error:
            raise SettingError(f"codec {name}: this is not TOML: {error}.") from error
        if unknown := set(given) - _KEYS:
            raise SettingError(
                f"codec {name}: unknown {', '.join(sorted(unknown))}; "
                f"known are {', '.join(sorted(_KEYS))}."
            )
        self.spec = spec
        self._name = name
        self._given = given
        self._encoder, self._decoder = (
            _command(name, given, entry) for entry in ("encode", "decode")
        )
        self._reads, self._writes = (_choice(name, given, entry) for entry in ("input", "output"))
        self._timeout, self._limit = (
            float(given.get("timeout_s", 60)),
            int(given.get("max_bytes", 200_000_000)),
        )
        self.setting = _setting(name, given.get("setting"))
        self._suffix = str(given.get("suffix", ".bin"))

    @property
    def name(self) -> str:
        """The codec's name, for which no program is run."""
        return self._name

    @cached_property
    def info(self) -> CodecInfo:  # type: ignore[override]
        """What a page shows. The first access runs the command that tells the version."""
        options = {"encode": " ".join(self._encoder), "decode": " ".join(self._decoder)}
        if self._given.get("version"):
            options["version"] = version_of(list(self._given["version"]))
        return CodecInfo(
            name=self._name,
            title=str(self._given.get("title", self._name)),
            family="external",
            suffix=self._suffix,
            mime=str(self._given.get("mime", "application/octet-stream")),
            about=str(self._given.get("about", "A codec given as two commands.")),
            options=options,
        )

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        out = io.BytesIO()
        Image.fromarray(image).save(out, FORMATS[self._reads])
        try:
            return Encoded(
                self._run(
                    self._encoder, out.getvalue(), self._reads, self._suffix.lstrip("."), value
                )
            )
        except CommandError as error:
            raise ImageError(f"{self.info.title} did not encode the picture: {error}") from error

    def decode(self, data: bytes) -> np.ndarray:
        try:
            return _read(
                self._run(self._decoder, data, self._suffix.lstrip("."), self._writes),
                self._writes,
            )
        except (CommandError, ImageError) as error:
            raise BitstreamError(f"{self.info.title} did not decode the file: {error}") from error

    def _run(
        self,
        command: list[str],
        data: bytes,
        kind_in: str,
        kind_out: str,
        value: float | None = None,
    ) -> bytes:
        with tempfile.TemporaryDirectory(prefix="rdx-codec-") as folder:
            source, target = Path(folder, f"in.{kind_in}"), Path(folder, f"out.{kind_out}")
            source.write_bytes(data)
            filled = {
                "{input}": str(source),
                "{output}": str(target),
                "{setting}": "" if value is None else f"{value:g}",
            }
            execute([_fill(word, filled) for word in command], folder, self._timeout, self._limit)
            if not target.is_file() or target.is_symlink() or target.stat().st_size == 0:
                raise CommandError(f"{command[0]} wrote no output file")
            return target.read_bytes()


def _fill(word: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word


def _read(data: bytes, kind: str) -> np.ndarray:
    if kind != "ppm":
        return images.decode_standard(data, FORMATS[kind])
    try:
        with Image.open(io.BytesIO(data), formats=("PPM",)) as picture:
            if picture.width * picture.height > images.MAX_PIXELS:
                raise ImageError(f"its output has {picture.width} × {picture.height} pixels.")
            return np.array(picture.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError("its output is not a PPM picture.") from error


def _command(name: str, given: dict, entry: str) -> list[str]:
    words = given.get(entry)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise SettingError(
            f"codec {name}: {entry} must be a list of words, "
            'as ["program", "{input}", "{output}"].'
        )
    needed = ("{input}", "{output}") + (("{setting}",) if entry == "encode" else ())
    for placeholder in needed:
        if not any(placeholder in word for word in words):
            raise SettingError(f"codec {name}: {entry} does not mention {placeholder}.")
    return words


def _choice(name: str, given: dict, entry: str) -> str:
    kind = given.get(entry, "png")
    if kind not in FORMATS:
        raise SettingError(
            f"codec {name}: {entry} must be one of {', '.join(FORMATS)}, not {kind!r}."
        )
    return kind


def _setting(name: str, given: object) -> Setting:
    try:
        fields = dict(given)  # type: ignore[call-overload]
        fields["grid"] = tuple(float(value) for value in fields["grid"])
        setting = Setting(**({"name": "setting"} | fields))
        for value in (*setting.grid, setting.default):
            setting.check(value)
    except (TypeError, KeyError, ValueError) as error:
        raise SettingError(
            f"codec {name}: [setting] needs low, high, default and a grid of numbers ({error})."
        ) from error
    if not setting.grid:
        raise SettingError(f"codec {name}: the grid of [setting] is empty.")
    return setting


@lru_cache(maxsize=64)
def parse(name: str, spec: str) -> CommandCodec:
    """The codec `name` that the TOML text `spec` describes. Raises SettingError."""
    return CommandCodec(name, spec)


def load(argument: str) -> CommandCodec:
    """The codec of a command-line argument `NAME=FILE.toml`. Raises SettingError."""
    name, separator, path = argument.partition("=")
    if not separator:
        raise SettingError(f"--codec-cmd takes NAME=FILE.toml, not {argument!r}.")
    try:
        return parse(name, Path(path).read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"Cannot read the codec file {path}: {error}.") from error
