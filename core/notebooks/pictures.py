"""The cell that reads the page's picture."""

from core.notebooks.cells import Cell, code, text

REACHABLE = ("sample:", "http://", "https://")


def reading(name: str, source: str) -> list[Cell]:
    """Reads the picture of a page from where it came; `name` is the file's, for an upload.

    An uploaded file does not travel with the notebook: it must lie beside it.
    """
    if source.startswith(REACHABLE):
        return [code(f"picture = read({source!r})\ngallery({{picture.name: picture}})")]
    file = name.rsplit("/", 1)[-1]
    return [
        text(f"The picture was uploaded: put the file **{file}** beside this notebook."),
        code(f"picture = read({file!r})\ngallery({{picture.name: picture}})"),
    ]
