"""What the Photos page shows now, as its notebook."""

from functools import partial

import streamlit as st

from core.codecs.learned.photo_models import PhotoModel
from core.images import Picture
from core.notebooks.photos import PhotosState, photos
from dashboard.teach.head import Build


def notebook(picture: Picture, codec: PhotoModel, level: int) -> Build:
    """The picture at the chosen level, and all sections.

    Noise against rounding takes long: it is there if the page has measured it.
    """
    ss = st.session_state
    asked = ss.get("pho_relaxed") == f"{picture.sha256}:{codec.name}"
    levels = range(1, len(codec.card["lmbda"]) + 1) if asked else ()
    state = PhotosState(
        picture=picture.name,
        source=picture.source,
        model=codec.card["name"],
        level=level,
        search=codec.search,
        axis=ss.get("pho_axis") or "psnr",
        log_rate=bool(ss.get("pho_log")),
        over=ss.get("pho_over", True),
        side=ss.get("pho_side") or "analysis",
        levels=tuple(levels),
    )
    return partial(photos, state)
