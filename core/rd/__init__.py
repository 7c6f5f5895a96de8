"""Rate and distortion: one measurement, the search for a setting, and what curves say.

measure       codec, image, setting ──►  Measured: the file, its picture, RDPoint(bytes, measures)
match         codec, image, target  ──►  Match: the setting that meets a size or a quality best
hull          points ──►  the lower convex hull, and the point that λ selects
bdrate        two curves ──►  the mean difference of rate at equal quality, or why there is none
advantage     two curves ──►  where one lies above the other, and by how much
digit_rivals  other ways to keep a digit, in bits a digit

A curve is (rates in bpp, qualities in a measure's form), qualities growing with rate.
"""
