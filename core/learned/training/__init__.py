"""How every model family is trained.

    Task (variables, batches, loss) ─┐
    Plan (steps, rate, seed) ────────┴─ train ─ Result (averaged weights)
                                          │
                          run folder: progress.jsonl, checkpoint, cancel

`loop`: the loop, and exact resumption. `optim`: Adam and its schedule. `checkpoint` and `progress`:
what a run leaves on the disk.
"""
