"""The answer: a sentence, a chart, a table, and the pictures that fall short."""

import pandas as pd
import streamlit as st

from core.codecs.registry import CODECS
from core.decide.advice import Advice, advise, percent
from core.decide.answer import Answer, Choice, Mode
from core.decide.decision import Decision
from core.figures import decide as figures
from core.metrics import FORMS
from core.publish import Sources
from dashboard.decide import codecs
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.take_home import take_home
from dashboard.ui.text import plain, plural, seconds_text, size_text

MODES: dict[Mode, str] = {"one": "One setting for all", "each": "A setting for each picture"}
MODE: Slot[Mode] = Slot("dec_mode", "one")
WORST = 10  # pictures that are named


@st.cache_data(max_entries=4, show_spinner=False)
def _answer(job_id: str, _decision: Decision) -> Answer:
    return Answer(_decision)


def show(job_id: str, decision: Decision) -> tuple[Answer, Advice]:
    """Draws the answer and returns it with the recommendation."""
    answer = _answer(job_id, decision)
    mode = one_of("Settings", MODES, MODE, label_visibility="collapsed")
    advice = advise(answer, mode, codecs.constraints())
    icon = ":material/check_circle:" if len(advice.codecs) == 1 else ":material/balance:"
    st.info(f"**{plain(advice.sentence)}**", icon=icon if advice.codecs else ":material/block:")
    for reason in advice.reasons:
        st.markdown(f"- {plain(reason)}")
    for name, why in list(decision.unreadable.items())[:WORST]:
        st.caption(f":material/block: {plain(name)} was left out. {plain(why)}")
    choices = sorted(answer.choices.values(), key=lambda c: c.figures(mode).bytes)
    if not choices:
        return answer, advice
    fig = figures.changes(choices, mode)
    show_chart(fig, "dec_chart", "decision", _sources(decision, choices))
    _explain(answer)
    _table(answer, choices, mode)
    _short(answer, choices)
    return answer, advice


def _sources(decision: Decision, choices: list[Choice]) -> Sources:
    """What chart and table are made of."""
    return Sources(tuple(choice.codec for choice in choices), (decision.question.measure,))


def _explain(answer: Answer) -> None:
    decision, count = answer.decision, len(answer.images)
    of = ""
    if decision.whole > len(decision.images):
        of = f" of {decision.whole:,}, drawn by chance"
    st.caption(
        f"{count} picture{plural(count)}{of}; {size_text(answer.now)} as they are. Dot: all "
        "pictures together, with the 95 % interval for other pictures of the kind (bootstrap); "
        "line: from the 10th to the 90th percentile of single pictures."
    )


def _table(answer: Answer, choices: list[Choice], mode: Mode) -> None:
    decision = answer.decision
    broken = {c.codec: codecs.constraints().broken(c) for c in choices}
    rows = [_row(choice, mode, answer, broken[choice.codec]) for choice in choices]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="dec_table")
    take_home("dec_rows", "decision-table", rows=lambda: rows, sources=_sources(decision, choices))
    baseline = decision.title(decision.question.baseline)
    st.caption(
        f"All at {decision.question.quality}. “Beyond” is what each picture's own setting saves "
        f"beyond the one setting. Savings are against the files as they are and against {baseline} "
        "in the same mode. Times are medians of one process, with all processes at work."
    )


def _row(choice: Choice, mode: Mode, answer: Answer, broken: list[str]) -> dict[str, str]:
    found, setting = choice.figures(mode), CODECS[choice.codec].setting
    spread = found.files
    sizes = " / ".join(size_text(v) for v in (spread.low, spread.middle, spread.high))
    reached = f"{choice.reached} of {choice.count}"
    if mode == "each":
        reached = f"{choice.count - choice.unmet - choice.refused} of {choice.count}"
    return {
        "Codec": choice.title,
        "Setting": f"{setting.name} {choice.setting:.4g}" if mode == "one" else "own",
        "Reach it": reached,
        "All": size_text(found.bytes),
        "Against now": percent(found.now),
        "Against baseline": percent(found.baseline),
        "A file: 10th / 50th / 90th percentile": sizes,
        "Beyond": f"{choice.beyond:+.1f} %".replace("-", "−"),
        "Encode": f"{seconds_text(choice.encode_s)}/Mpx",
        "Decode": f"{seconds_text(choice.decode_s)}/Mpx",
        "Cannot be taken": "; ".join(broken),
    }


def _short(answer: Answer, choices: list[Choice]) -> None:
    """The pictures that one setting leaves below the quality."""
    decision = answer.decision
    q, form = decision.question, FORMS[decision.question.measure]
    rows = []
    for choice in choices:
        for image, tried in decision.table[choice.codec].items():
            probe = tried.at(choice.setting)
            if probe is None or probe.quality < q.target:
                got = f"{probe.quality:.{form.decimals}f}" if probe else plain(tried.error)
                needs = "–" if tried.required is None else f"{tried.required:.4g}"
                rows.append(
                    {"Picture": image, "Codec": choice.title, form.short: got, "It needs": needs}
                )
    if not rows:
        return
    with st.expander(f"{len(rows)} below the quality at the one setting"):
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="dec_short")
