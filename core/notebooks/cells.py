"""Text and code as the cells of a Jupyter notebook."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

_FOOT = """
*Made by RD Explorer {version}. To run it: an environment with the program and Jupyter, for instance
`pip install rd-explorer jupyterlab`. Every figure is computed anew, from real files.*
"""


@dataclass(frozen=True)
class Cell:
    """One cell: Markdown, or code."""

    source: str
    is_code: bool


def text(source: str) -> Cell:
    """A cell of Markdown."""
    return Cell(dedent(source).strip(), is_code=False)


def code(source: str) -> Cell:
    """A cell of code."""
    return Cell(dedent(source).strip(), is_code=True)


def notebook(title: str, cells: Iterable[Cell]) -> "NotebookNode":
    """The notebook of `cells` under a heading; equal cells give an equal notebook."""
    from nbformat import v4

    heading = escape(" ".join(title.split()), quote=False)
    first = text(f"# {heading}\n\n{_FOOT.format(version=_version()).strip()}")
    nodes = []
    for number, cell in enumerate([first, *cells]):
        make = v4.new_code_cell if cell.is_code else v4.new_markdown_cell
        node = make(cell.source)
        node.id = f"cell-{number}"
        nodes.append(node)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(
        cells=nodes, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def as_file(made: "NotebookNode") -> str:
    """The notebook as the text of an .ipynb file."""
    import nbformat

    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def _version() -> str:
    try:
        return version("rd-explorer")
    except PackageNotFoundError:
        return "from source"
