"""Sweeps over data sets: images × codecs × settings -> records, on one machine or a Dask cluster.

sources.items  ──►  plan.jobs  ──►  engine.run  ──►  store.Journal  ──►  core.results
what to measure     with keys       task.measure     every result at     one file, sorted
                                    on the workers   once, append-only
"""
