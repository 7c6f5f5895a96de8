"""A page's present state as a Jupyter notebook that shows the page's figures.

cells      text and code ─► a notebook
pictures   where the page's picture is from ─► the cell that reads it
compare  svd  digits  photos  datasets  decide  training    one page each: its state ─► its notebook

Nothing is computed here: a notebook holds the verbs of `core.api` with the page's choices, and
computes when it is run, wherever the program is installed.
"""
