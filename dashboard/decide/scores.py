"""What votes say: Bradley–Terry scores with intervals, and the file of the votes."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.blind import votes as files
from core.blind.bradley_terry import Ranking, rank
from core.blind.votes import Vote
from core.codecs.registry import CODECS
from core.errors import RDError
from core.figures import blind as figures
from core.publish import Sources
from core.publish.bibliography import PAIRED
from dashboard.ui.charts import show_chart
from dashboard.ui.download import download
from dashboard.ui.text import plain, plural, signed


def show(votes: Sequence[Vote], how: Mapping[str, object]) -> None:
    """Scores of one session's votes, and its file."""
    st.subheader("Your votes")
    if not votes:
        st.info("There is no vote: the test was finished at once.")
        return
    _show_ranking(votes)
    download(
        "Votes (.json)", files.write(votes, **how), "votes.json", "application/json", "bli_file"
    )


def offer_merge() -> None:
    """Scores of the votes of several people, from their files."""
    with st.expander("Put the votes of several people together"):
        found = st.file_uploader(
            "Files of votes", ["json"], accept_multiple_files=True, key="bli_files"
        )
        votes: list[Vote] = []
        for file in found:
            try:
                votes += files.read(file.getvalue(), file.name)
            except RDError as error:
                st.error(plain(str(error)), icon=":material/block:")
        if votes:
            _show_ranking(votes)


def _show_ranking(votes: Sequence[Vote]) -> None:
    ranking = rank(votes)
    titles = [title(score.name) for score in ranking.scores]
    st.info(f"**{plain(_sentence(ranking, titles, len(votes)))}**", icon=":material/how_to_vote:")
    fig = figures.scores(ranking, titles)
    codecs = tuple(score.name for score in ranking.scores)
    show_chart(fig, f"bli_chart_{len(votes)}", "votes", Sources(codecs, keys=(PAIRED,)))
    rows = [
        {
            "Codec": name,
            "Score": signed(s.value, "", 2),
            "95 % interval": f"{signed(s.low, '', 2)} to {signed(s.high, '', 2)}",
            "Better": s.wins,
            "Worse": s.losses,
            "No difference": s.draws,
        }
        for name, s in zip(titles, ranking.scores, strict=True)
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    st.caption(
        "Scores of Bradley and Terry with Davidson's draws, their mean 0: a difference of 1 means "
        "odds of 2.7 : 1. A weak prior keeps them finite where one wins always."
    )


def title(name: str) -> str:
    """The codec's name for a person."""
    return CODECS[name].info.title if name in CODECS else name


def _sentence(ranking: Ranking, titles: list[str], count: int) -> str:
    """Who is ahead, or that nobody is."""
    given = f"{count} vote{plural(count)}"
    if len(titles) < 2 or not ranking.apart(0, 1):
        return f"No winner: {given} do not tell the best two apart."
    clear = [t for i, t in enumerate(titles) if i and ranking.apart(0, i)]
    return f"{titles[0]} is preferred to {' and '.join(clear[:2])} in {given}."
