"""`python -m core models`: list, verify, remove, export and import trained models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import Json
from core.errors import DataError, ModelError
from core.learned.photos.complexity import complexity
from core.store import exchange, zoo

app = typer.Typer(
    help="The stored models: list, verify, remove, export, import.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="A model's name, as `models list` shows it.")]


@app.command("list")
def list_models(as_json: Json = False) -> None:
    """List the stored models; with --json their cards."""
    cards = zoo.cards()
    if as_json:
        print(json.dumps(cards, ensure_ascii=False))
        return
    for card in cards:
        size = f"{card['weights_bytes'] / 1e6:5.2f} MB"
        told = f"{card.get('title', '')}{_figures(card)}{_cost(card)}"
        print(f"{card['name']:<24} {card['family']:<8} {size}  {told}")


def _cost(card: Mapping[str, Any]) -> str:
    """What a photo coder's transforms cost, in words; empty for other families."""
    config = card.get("config", {})
    if not {"filters", "latents"} <= set(config):
        return ""
    cost = complexity(config)
    if network := card.get("entropy_model"):
        cost = cost.with_entropy_model(network)
    each = f"{cost.encode:.1f} kMAC a pixel to encode, {cost.decode:.1f} to decode"
    return f"; {each}, {cost.parameters / 1e6:.2f} M parameters"


def _figures(card: Mapping[str, Any]) -> str:
    """A card's figures in words: of plain rounding, and of searched rounding."""
    told = ""
    for name, words in (("figures", ": "), ("searched", "; searched: ")):
        figures = card.get(name)
        if not isinstance(figures, dict) or not {"rate", "mae", "loss"} <= set(figures):
            continue
        told += f"{words}{figures['rate']:.2f} bits, MAE {figures['mae']:.4f}"
        told += f", R + λD {figures['loss']:.2f}"
    return told


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Models to verify; all by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check weights against their SHA-256, shapes and coding tables. Exit status 2 when a model is
    unusable.
    """
    found: dict[str, str | None] = {}
    for name in names or zoo.names():
        try:
            zoo.load(name)
            found[name] = None
        except ModelError as error:
            found[name] = str(error)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for name, fault in found.items():
            print(f"{name:<24} {fault or 'sound'}")
    if bad := [name for name, fault in found.items() if fault]:
        raise ModelError(f"Unusable: {', '.join(bad)}.")


@app.command()
def remove(name: Name) -> None:
    """Take a model, sound or damaged, out of the store."""
    zoo.remove(name)


@app.command()
def export(
    name: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="The zip file to write.")],
) -> None:
    """Write a model as one zip file."""
    data = exchange.export(name)
    try:
        output.write_bytes(data)
    except OSError as error:
        raise DataError(f"Cannot write {output}: {error.strerror}.") from None


@app.command("import")
def import_model(
    file: Annotated[Path, typer.Argument(help="A file that `models export` wrote.")],
    name: Annotated[str, typer.Option(help="Store it under this name instead of its own.")] = "",
    as_json: Json = False,
) -> None:
    """Store a model from a zip file."""
    try:
        with file.open("rb") as source:
            data = source.read(exchange.max_file() + 1)
    except OSError as error:
        raise DataError(f"Cannot read {file}: {error.strerror}.") from None
    card = exchange.import_file(data, name or None)
    if as_json:
        print(json.dumps(card, ensure_ascii=False))
    else:
        print(f"stored {card['name']} ({card['family']}, {card['weights_bytes'] / 1e6:.2f} MB)")
