"""`python -m core train …`: train models of our own, resumably, with progress and checkpoints on
disk.
"""

import typer

from core.cli.training.digits import mnist, vae
from core.cli.training.entropy import entropy
from core.cli.training.joint import joint
from core.cli.training.photos import bls2017, evaluate, store

app = typer.Typer(
    help="Train a model: resumable, with progress and checkpoints in a run folder.",
    no_args_is_help=True,
)
for command in (mnist, vae, bls2017, entropy, joint, store, evaluate):
    app.command()(command)
