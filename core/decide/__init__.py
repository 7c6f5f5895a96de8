"""Which codec, and which setting, for a set of pictures: measured on them, at a quality that holds.

    question  ──►  run  ──►  decision  ──►  answer  ──►  advice
    what is asked  searches  the probes     figures      one sentence, or "a draw"

run        for each picture × codec the smallest file of the quality (task), then the one setting
           that keeps the promised share of all pictures above it; work: jobs in a pool, journalled
statistics resamples pictures: intervals; constraints: what a codec must respect
stored     decisions as background jobs, each with the pictures that were uploaded for it
"""
