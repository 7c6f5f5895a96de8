"""The formats of the world: JPEG, JPEG 2000, WebP, AVIF and JPEG XL as they are used (`standard`),
in other tunings (`tuned`), and two yardsticks of the literature, HEVC (`heic`) and VVC (`vvc`).
`packages` says whether the optional encoders are there.
"""
