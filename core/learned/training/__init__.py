"""How every model family is trained.

    Task (variables, batches, loss) ─┐
    Plan (steps, rate, seed) ────────┴─ train ─ Result (averaged weights)
                                          │
                          run folder: progress.jsonl, checkpoint, cancel

`task`: what a family tells the loop. `loop`: the loop, and exact resumption; `step`: one step.
`optim`: Adam and its schedule. `checkpoint` and `progress`: what a run leaves on the disk.
"""
