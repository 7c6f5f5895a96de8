"""Exploring sweeps: curves with their spread, BD-rate, best and worst pictures, speed, and every record."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from core.codecs.registry import CODECS
from core.errors import DataError, RDError
from core.metrics import FORMS, Form
from core.rd.bdrate import BDResult
from core.results import analysis, columns
from core.sweep import runs
from dashboard import state
from dashboard.datasets import charts, export, published
from dashboard.datasets.charts import Drawn
from dashboard.datasets.choice import Entry, Shown
from dashboard.ui.charts import chart_config
from dashboard.ui.text import signed

MEANS = {"setting": "Constant setting", "rate": "Constant rate"}
MAX_SINGLES = 200  # thin lines of single pictures that a browser draws with ease
MAX_ROWS = 20_000


def show_curves(shown: Shown, live: bool) -> None:
    """Mean curves, their quartiles and single pictures, published curves beside them."""
    ss = st.session_state
    for key, value in {
        "ds_mean": "setting",
        "ds_log": True,
        "ds_quartiles": True,
        "ds_singles": False,
    }.items():
        ss.setdefault(key, value)
    columns = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
    columns[0].segmented_control(
        "Mean at",
        MEANS,
        format_func=MEANS.get,
        key="ds_mean",
        required=True,
        disabled=live,
        help=(
            "Constant setting averages rate and quality of all pictures at each setting, as published curves do. Constant rate "
            "first interpolates every picture's own curve at the same rates, and averages the qualities there: hard pictures "
            "count at the low quality that a fixed rate leaves them. So this curve lies lower, and ends where the first one ends."
        ),
    )
    columns[1].toggle("Log rate", key="ds_log")
    columns[2].toggle(
        "Quartiles",
        key="ds_quartiles",
        disabled=live or ss.ds_mean != "rate",
        help="The band between the quarter of the pictures that do worst and the quarter that do best.",
    )
    columns[3].toggle(
        "Every picture", key="ds_singles", disabled=live, help="A thin line for each picture."
    )
    drawn = [_drawn(shown, entry, live) for entry in shown.entries]
    others = published.curves(shown.metric)
    st.plotly_chart(
        charts.curves(drawn, others, shown.quality, ss.ds_log, ss.ds_quartiles),
        key="ds_curves",
        config=chart_config("curves"),
    )
    count = len(shown.images) or "their own"
    st.caption(
        f"Means over {count} picture{'s' * (count != 1)}. Rates are lengths of whole files."
        + (" While the sweep runs, only pictures that are complete count." if live else "")
    )
    published.warn(shown.metric)
    published.show(shown.metric)


def _drawn(shown: Shown, entry: Entry, live: bool) -> Drawn:
    ss, images = st.session_state, shown.images_of(entry)
    try:
        curve = analysis.mean_curve(entry.results, entry.codec, shown.metric, images)
    except DataError:
        curve = None
    band = singles = None
    if not live and ss.ds_mean == "rate":
        band = _band(entry.run.stamp, entry.codec, shown.metric, tuple(images), entry)
    if not live and ss.ds_singles:
        singles = {
            i: analysis.image_curve(entry.results, entry.codec, i, shown.metric)
            for i in images[:MAX_SINGLES]
        }
    return Drawn(entry.label, entry.codec, entry.number, curve, band, singles or {})


@st.cache_data(max_entries=64, show_spinner="Interpolating every picture's curve …")
def _band(
    stamp: tuple, codec: str, metric: str, images: tuple[str, ...], _entry: Entry
) -> analysis.Band:
    return analysis.band(_entry.results, codec, metric, images)


def show_bd(shown: Shown, live: bool) -> None:
    """BD-rates: against one anchor in full, between all in a matrix, over quality, and picture by picture."""
    curves = {e.label: _curve(shown, e) for e in shown.entries}
    entries = {e.label: e for e in shown.entries if curves[e.label]}
    others = {f"{c.name} (published)": c for c in published.curves(shown.metric)}
    everything = {label: curves[label] for label in entries} | others
    if not shown.images or len(everything) < 2:
        st.info(shown.warning or "BD-rate compares at least two codecs.")
        return
    anchor = _anchor(list(everything))
    found = analysis.matrix(everything)
    st.dataframe(
        pd.DataFrame(
            [
                _bd_row(label, found[anchor, label], FORMS[shown.metric])
                for label in everything
                if label != anchor
            ]
        ),
        hide_index=True,
        width="stretch",
        key="ds_bd_table",
    )
    st.caption(
        f"Mean difference of bits at equal {shown.quality}; negative: fewer bits than {anchor}. Piecewise cubic (pchip), "
        "Pareto front only, over the range of quality that both curves reach. A small shared range says little."
    )
    published.warn(shown.metric)
    drawn = {
        label: Drawn(label, entries[label].codec, entries[label].number)
        if label in entries
        else Drawn(label, label, 2)
        for label in everything
    }
    lines = [
        (drawn[label], *analysis.relative_difference(everything[anchor], curve))
        for label, curve in everything.items()
        if label != anchor
    ]
    if lines:
        st.plotly_chart(
            charts.differences(lines, anchor, shown.quality),
            key="ds_difference",
            config=chart_config("difference"),
        )
        st.caption("BD-rate is one number for a whole curve; this is where it comes from.")
    with st.expander("All against all"):
        show_matrix(everything, found)
    if not live and anchor in entries and len(entries) > 1:
        _show_distribution(shown, entries, anchor)


def show_matrix(everything: dict, found: dict[tuple[str, str], BDResult]) -> None:
    """The matrix of BD-rates: row against column as the anchor."""

    def cell(test: str, anchor: str) -> str:
        if test == anchor:
            return ""
        percent = found[anchor, test].percent
        return signed(percent, "%")

    table = pd.DataFrame(
        [
            {"Against →": test} | {anchor: cell(test, anchor) for anchor in everything}
            for test in everything
        ]
    )
    st.dataframe(table, hide_index=True, width="stretch", key="ds_matrix")
    for (anchor, test), result in found.items():
        if result.reason:
            st.caption(f":material/info: {test} against {anchor}: {result.reason}")


def _curve(shown: Shown, entry: Entry) -> analysis.Curve | None:
    try:
        return analysis.mean_curve(entry.results, entry.codec, shown.metric, shown.images_of(entry))
    except DataError:
        return None


def _anchor(labels: list[str]) -> str:
    ss = st.session_state
    if ss.get("ds_anchor") not in labels:
        ss.ds_anchor = next((label for label in labels if label.startswith("JPEG")), labels[0])
    return st.selectbox("Anchor", labels, key="ds_anchor")


def _bd_row(label: str, r: BDResult, form: Form) -> dict[str, str]:
    return {
        "Codec": label,
        "BD-rate": signed(r.percent, "%"),
        "At equal rate": signed(r.gain, form.unit, form.decimals),
        "Compared over": f"{r.overlap[0]:.2f} to {r.overlap[1]:.2f} {form.unit}"
        if r.overlap
        else "–",
        "Share of both ranges": f"{r.covered:.0%}",
        "Remark": r.reason and f"Undefined: {r.reason}",
    }


@st.cache_data(max_entries=64, show_spinner="Comparing picture by picture …")
def _per_image(
    stamps: tuple,
    anchor: str,
    codec: str,
    metric: str,
    images: tuple[str, ...],
    _anchor: Entry,
    _test: Entry,
) -> dict[str, float]:
    """image -> BD-rate, where it is defined."""
    found = {
        image: analysis.bd_rate(
            analysis.image_curve(_anchor.results, anchor, image, metric).points,
            analysis.image_curve(_test.results, codec, image, metric).points,
        ).percent
        for image in images
    }
    return {image: percent for image, percent in found.items() if percent is not None}


def _show_distribution(shown: Shown, entries: dict[str, Entry], anchor: str) -> None:
    st.markdown("**Picture by picture**")
    a = entries[anchor]
    values = []
    for label, e in entries.items():
        if label != anchor:
            each = _per_image(
                (a.run.stamp, e.run.stamp),
                a.codec,
                e.codec,
                shown.metric,
                tuple(shown.images),
                a,
                e,
            )
            values.append((Drawn(label, e.codec, e.number), each))
    st.plotly_chart(
        charts.distribution(values, anchor), key="ds_boxes", config=chart_config("pictures")
    )
    st.caption(
        "Each point is one picture. A codec whose box crosses zero wins on some pictures and loses on others."
    )
    _show_extremes(
        shown,
        entries,
        dict(zip([d.label for d, _ in values], [each for _, each in values], strict=True)),
        anchor,
    )


def _show_extremes(
    shown: Shown, entries: dict[str, Entry], values: dict[str, dict[str, float]], anchor: str
) -> None:
    """The pictures on which a codec does best and worst, each with a way into Compare."""
    labels = [label for label, each in values.items() if each]
    if not labels:
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    label = left.selectbox("Best and worst pictures of", labels, key="ds_extremes")
    right.caption(
        f"By BD-rate against {anchor}. A click opens the picture in Compare with both codecs."
    )
    ranked = sorted(values[label].items(), key=lambda pair: pair[1])
    for title, some in (("Best", ranked[:3]), ("Worst", ranked[-3:][::-1])):
        columns = st.columns([1, 3, 3, 3], vertical_alignment="center")
        columns[0].markdown(f"**{title}**")
        for column, (image, percent) in zip(columns[1:], some, strict=False):
            if column.button(
                f"{image} · {signed(percent, '%')}", key=f"ds_open_{title}_{image}", width="stretch"
            ):
                _open(entries[label], image, [entries[anchor].codec, entries[label].codec])


def _open(entry: Entry, image: str, codecs: list[str]) -> None:
    """Shows a picture of a run in Compare."""
    try:
        state.set_picture(runs.picture(entry.run, image))
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        return
    st.session_state.cmp_codecs = [codec for codec in dict.fromkeys(codecs) if codec in CODECS]
    st.switch_page("../pages/compare.py")


def show_speed(shown: Shown, live: bool) -> None:
    """Encode or decode time per megapixel against the rate at one quality."""
    curves = [c for e in shown.entries if (c := _curve(shown, e))]
    low = max((min(c.quality) for c in curves), default=0)
    high = min((max(c.quality) for c in curves), default=0)
    if not low < high:
        st.info("The shown codecs share no quality at which their speeds could be compared.")
        return
    st.session_state.setdefault("ds_side", "encode")
    left, right = st.columns(2, vertical_alignment="bottom")
    side = left.segmented_control("Time to", ("encode", "decode"), key="ds_side", required=True)
    level = right.slider(
        f"At a mean {shown.quality} of",
        float(np.ceil(low)),
        float(np.floor(max(high, np.ceil(low) + 1))),
        float(np.round((low + high) / 2)),
        0.5,
        key="ds_level",
    )
    points = [
        (Drawn(e.label, e.codec, e.number), found)
        for e in shown.entries
        if (found := analysis.speed(e.results, e.codec, level, shown.metric, shown.images_of(e)))
    ]
    st.plotly_chart(
        charts.speed(points, side, f"{level:g} {FORMS[shown.metric].unit}".strip()),
        key="ds_speed",
        config=chart_config("speed"),
    )
    st.caption(
        "Medians over the pictures, one thread per process, all processes of the sweep at work at once: compare codecs "
        "with each other, not with another machine. Low and left is best."
    )


def show_table(shown: Shown, live: bool) -> None:
    """Every record, to sort and to filter."""
    records = [
        record
        for entry in shown.entries
        for settings in entry.results.table[entry.codec].values()
        for record in settings.values()
    ]
    rows = pd.DataFrame(records)
    left, right = st.columns(2)
    pictures = left.multiselect(
        "Pictures", sorted(rows["image"].unique()), key="ds_table_images", placeholder="all"
    )
    if pictures:
        rows = rows[rows["image"].isin(pictures)]
    low, high = float(rows["bpp"].min()), float(rows["bpp"].max())
    if low < high:
        span = right.slider("Rate, bpp", low, high, (low, high), key="ds_table_rate", format="%.2f")
        rows = rows[rows["bpp"].between(*span)]
    there = [column for column in columns(records) if column in rows]
    most = 1000 if live else MAX_ROWS
    st.dataframe(
        rows[there].head(most), hide_index=True, width="stretch", height=460, key="ds_records"
    )
    st.caption(
        f"{len(rows):,} records" + (f", the first {most:,} are shown" if len(rows) > most else "")
    )
    failures = [
        f for e in {e.run.id: e for e in shown.entries}.values() for f in e.results.failures()
    ]
    if failures:
        st.markdown(f"**{len(failures)} failures**")
        st.dataframe(pd.DataFrame(failures), hide_index=True, width="stretch", key="ds_failures")


SECTIONS: dict[str, Callable[[Shown, bool], None]] = {
    "Curves": show_curves,
    "BD-rate": show_bd,
    "Speed": show_speed,
    "Table": show_table,
    "Take away": export.show,
}


def show(shown: Shown, live: bool) -> None:
    """The section that the person chose. `live`: a run is still measuring, so what is dear to compute waits."""
    if shown.warning:
        st.warning(shown.warning, icon=":material/info:")
    st.session_state.setdefault("ds_section", "Curves")
    section = st.segmented_control(
        "Section", list(SECTIONS), key="ds_section", required=True, label_visibility="collapsed"
    )
    SECTIONS[section](shown, live)
