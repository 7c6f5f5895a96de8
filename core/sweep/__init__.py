"""Sweeps over data sets: images × codecs × settings -> records, here or on a Dask cluster.

    sources.items  ──►  plan.measurements  ──►  run.run  ──►  journal.Journal  ──►  core.results
    what to measure     with keys               window of     each result at        one file, in the
                                                calls         once, append-only     plan's order
                                                 │ ▲
                                                 ▼ │  pools: this process, local workers, a cluster
                                            task.perform

estimate  how long a sweep will take; runs: the stored sweeps, which are background jobs
"""
