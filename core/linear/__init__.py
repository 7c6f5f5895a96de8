"""Linear algebra of pictures: low-rank approximation, overlapped patches, and the patch basis of one picture."""
