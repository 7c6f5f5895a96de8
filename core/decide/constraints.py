"""What a codec must respect to be recommended: who reads its files, and how long it may take."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.codecs import tuning
from core.codecs.registry import CODECS
from core.decide.answer import Choice

BROWSERS = (".jpg", ".webp", ".avif")  # what current browsers open


@dataclass(frozen=True)
class Constraints:
    """`formats` are suffixes of files that can be read, empty for any. Times are in seconds per
    megapixel, None for any.
    """

    formats: tuple[str, ...] = ()
    encode_s: float | None = None
    decode_s: float | None = None

    def broken(self, choice: Choice) -> list[str]:
        """Why a codec cannot be taken, as clauses; empty where it can."""
        reasons = []
        suffix = CODECS[choice.codec].info.suffix
        if self.formats and suffix not in self.formats:
            reasons.append(f"{suffix} files cannot be read where they must be")
        if self.encode_s is not None and choice.encode_s > self.encode_s:
            reasons.append(f"encoding takes {choice.encode_s:.2g} s a megapixel")
        if self.decode_s is not None and choice.decode_s > self.decode_s:
            reasons.append(f"decoding takes {choice.decode_s:.2g} s a megapixel")
        if not choice.able:
            reasons.append(
                f"only {choice.reached} of {choice.count} pictures reach the quality at one setting"
            )
        return reasons


def formats(codecs: Iterable[str] = CODECS) -> dict[str, str]:
    """Suffix -> name of the format, of all that `codecs` write: the first codec's title."""
    found: dict[str, str] = {}
    for name in codecs:
        info = CODECS[name].info
        own = info.suffix == ".rdx"
        found.setdefault(info.suffix, "our own (.rdx)" if own else info.title)
    return found


def deployable(readable: Iterable[str], measure: str) -> list[str]:
    """What to compare where nobody says: one codec for each suffix that can be read.

    The first of its format, in the variant that `measure` asks for; none of the laboratory's own.
    """
    wanted = set(readable) - {".rdx"}
    first: dict[str, str] = {}
    for name, codec in CODECS.items():
        first.setdefault(codec.info.suffix, name)
    found = [name for suffix, name in first.items() if suffix in wanted]
    return tuning.variants(found, "measure", measure)
