"""The recommendation in one sentence, with its reasons; a draw where the intervals say so."""

from dataclasses import dataclass

from core.codecs.registry import CODECS
from core.decide.answer import Answer, Choice, Mode
from core.decide.constraints import Constraints
from core.decide.statistics import CONFIDENCE, FEWEST, Estimate


@dataclass(frozen=True)
class Advice:
    """What to take: the codecs that nothing tells apart, the smallest first, and the words.

    `sentence` recommends; `reasons` are further sentences. One codec is a winner, several are a
    draw, none is left where every one breaks a constraint.
    """

    codecs: tuple[str, ...]
    sentence: str
    reasons: tuple[str, ...]


def advise(answer: Answer, mode: Mode, constraints: Constraints) -> Advice:
    """The recommendation among the codecs that were asked for and respect the constraints."""
    asked = [c for c in answer.decision.question.codecs if c in answer.choices]
    broken = {codec: constraints.broken(answer.choices[codec]) for codec in asked}
    free = [codec for codec in asked if not broken[codec]]
    excluded = _excluded(answer, broken)
    if not free:
        return Advice((), "None of these codecs can be recommended.", excluded)
    free.sort(key=lambda codec: answer.choices[codec].figures(mode).bytes)
    leader = free[0]
    tied = [leader, *(c for c in free[1:] if not _is_ahead(answer, leader, c, mode, len(free)))]
    sentences = [_sampled(answer, answer.choices[codec]) for codec in tied[:1]]
    if len(answer.images) < FEWEST:
        sentence = _of_these(answer, leader, mode)
        return Advice((leader,), sentence, (*filter(None, sentences), *excluded))
    if len(tied) == 1:
        sentence = _winner(answer, leader, free[1:2], mode)
    else:
        sentence = _draw(answer, tied, mode)
    return Advice(tuple(tied), sentence, (*filter(None, sentences), *excluded))


def _is_ahead(answer: Answer, leader: str, other: str, mode: Mode, count: int) -> bool:
    """Whether the leader's bytes are fewer for other pictures too.

    The leader was picked for being the smallest: all its comparisons are to hold together
    (Bonferroni).
    """
    confidence = 1 - (1 - CONFIDENCE) / max(1, count - 1)
    high = answer.ratio(leader, other, mode, confidence).high
    return high is not None and high < 0


def _winner(answer: Answer, leader: str, second: list[str], mode: Mode) -> str:
    choice = answer.choices[leader]
    figures = choice.figures(mode)
    words = f"Take {_at(choice, mode)}: {_size(figures.bytes)} instead of {_size(answer.now)}"
    words += f" ({percent(figures.now)})"
    if second:
        against = answer.ratio(leader, second[0], mode, CONFIDENCE)
        words += f", and {percent(against)} beside {answer.choices[second[0]].title}, the next best"
    return words + "."


def _of_these(answer: Answer, leader: str, mode: Mode) -> str:
    choice = answer.choices[leader]
    figures = choice.figures(mode)
    count = len(answer.images)
    which = "this one picture" if count == 1 else f"these {count} pictures"
    return (
        f"On {which}, {_at(choice, mode)} takes the fewest bytes, {_size(figures.bytes)} instead "
        f"of {_size(answer.now)}; from fewer than {FEWEST} pictures nothing follows for others."
    )


def _draw(answer: Answer, tied: list[str], mode: Mode) -> str:
    first, second = (answer.choices[codec] for codec in tied[:2])
    gap = answer.ratio(first.codec, second.codec, mode, CONFIDENCE)
    names = _listed([answer.choices[codec].title for codec in tied])
    quick = min((answer.choices[codec] for codec in tied), key=lambda choice: choice.encode_s)
    return (
        f"A draw between {names}: the difference between the smallest two, {percent(gap)}, is "
        f"within what {len(answer.images)} pictures can tell. {quick.title} encodes the fastest "
        f"of them, in {quick.encode_s:.2g} s a megapixel."
    )


def _at(choice: Choice, mode: Mode) -> str:
    if mode == "each":
        return f"{choice.title} with a setting for each picture"
    setting = CODECS[choice.codec].setting
    unit = f" {setting.unit}" if setting.unit else ""
    return f"{choice.title} at {setting.name} {choice.setting:.4g}{unit}"


def _sampled(answer: Answer, choice: Choice) -> str:
    """What the promise rests on."""
    decision = answer.decision
    reached = f"{choice.reached} of {choice.count} pictures reach {decision.question.quality}"
    if decision.whole <= choice.count:
        return f"At one setting, {reached}."
    return (
        f"At one setting, {reached}; they are a sample of {decision.whole:,}, of which at least "
        f"{choice.floor:.0%} will (95 % confidence)."
    )


def _excluded(answer: Answer, broken: dict[str, list[str]]) -> tuple[str, ...]:
    found = []
    for codec, reasons in broken.items():
        if reasons:
            found.append(f"{answer.choices[codec].title} is left out: {_listed(reasons)}.")
    for codec in answer.decision.question.codecs:
        if codec not in answer.choices:
            title = answer.decision.title(codec)
            why = next((t.error for t in answer.decision.table[codec].values() if t.error), "")
            found.append(f"{title} is left out: it takes too few of the pictures. {why}".strip())
    return tuple(found)


def percent(estimate: Estimate | None) -> str:
    """A change with its interval: "−31.2 %, 95 % interval −33.0 to −29.5"; "–" without one."""
    if estimate is None:
        return "–"
    words = f"{estimate.value:+.1f} %"
    if estimate.low is not None and estimate.high is not None:
        words += f", 95 % interval {estimate.low:+.1f} to {estimate.high:+.1f}"
    return words.replace("-", "−")


def _size(count: float) -> str:
    if count < 1e6:
        return f"{count / 1e3:.1f} kB"
    return f"{count / 1e6:.2f} MB"


def _listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
