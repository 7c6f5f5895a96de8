"""The blind test: which of two results looks better, without knowing whose they are.

trials  ──►  a person's votes (votes)  ──►  bradley_terry: scores with intervals
pairs in random order and on random sides
"""
