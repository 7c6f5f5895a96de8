"""The field's words, one sentence each, by subject."""

GLOSSARY: dict[str, dict[str, str]] = {
    "Rate": {
        "bit": "What one answer to an even yes-or-no question tells.",
        "bpp": "Bits per pixel: 8 · bytes of the file / (width · height).",
        "bitstream": "The bytes that a decoder reads, in their order.",
        "container": "The whole file: a header that says what it is, and the payload.",
        "payload": "The entropy-coded part of a file, without its header.",
        "rate": "What a picture costs; here always the length of a file that decodes.",
        "compression factor": "In the SVD tutorial, stored numbers for each number of the matrix.",
        "information content": "−log₂ of a value's probability: the bits that an ideal code "
        "spends on it.",
        "entropy": "The mean information content: no code without loss needs fewer bits on "
        "average.",
    },
    "Distortion and measures": {
        "distortion": "How far the decoded picture is from the original.",
        "MSE": "Mean squared error: the mean of the squared differences of all samples.",
        "MAE": "Mean absolute error: the mean of the differences without their signs.",
        "PSNR": "Peak signal-to-noise ratio: 10 · log₁₀(255² / MSE), in decibels; 6 dB more is "
        "half the error.",
        "SSIM": "Structural similarity of local means, contrasts and patterns, 1 for equal "
        "pictures.",
        "MS-SSIM": "SSIM at five scales at once; in decibels −10 · log₁₀(1 − MS-SSIM).",
        "SSIMULACRA 2": "A score fitted to people's judgements of compressed pictures; 90 cannot "
        "be told apart.",
        "VMAF": "A score fitted to viewers' judgements of video, 0 to 100.",
        "CIEDE2000": "Colour difference as the eye sees it; about 1 is just noticeable.",
        "lossless": "Every pixel comes back exactly; the PSNR is infinite.",
    },
    "Rate against distortion": {
        "setting": "The one number that moves a codec along its curve: quality, rank, level …",
        "RD curve": "A codec's points of rate and distortion over its settings.",
        "λ (lambda)": "The weight of distortion against rate: an encoder makes R + λD small.",
        "convex hull": "The lower edge of all points: those that are best for some λ.",
        "operating point": "The point that minimises R + λD, where a line of slope −1/λ touches.",
        "BD-rate": "Bjøntegaard's mean difference of bytes at equal quality, in percent; negative "
        "is fewer.",
        "anchor": "The codec that others are compared with.",
        "Pareto front": "The points that no other beats in both rate and quality.",
        "match": "The search for the setting that meets a size or a quality.",
        "sweep": "Many pictures through many codecs at many settings, each measured.",
    },
    "Transforms": {
        "transform coding": "Change the basis, round the coefficients, code them: how nearly all "
        "codecs work.",
        "DCT": "Discrete cosine transform: a block as a sum of cosine patterns, as in JPEG.",
        "wavelet": "A transform by small waves at many scales, as in JPEG 2000.",
        "KLT": "Karhunen–Loève transform: the basis in which the coefficients are uncorrelated.",
        "SVD": "Singular value decomposition: a matrix as a sum of layers σ u vᵀ, largest first.",
        "singular value": "σ, the size of a layer; its square is the layer's energy.",
        "rank": "The number of layers that an approximation keeps.",
        "energy": "The share of Σσ (in the tutorial) or of Σσ² that the first layers hold.",
        "chroma subsampling": "Colour at half the resolution of brightness (4:2:0), or at full "
        "(4:4:4).",
    },
    "Quantisation and entropy coding": {
        "quantisation": "Rounding to multiples of a step: the one place where information is lost.",
        "quantiser step": "The distance of two values that can be sent; its error is step²/12 for "
        "fine steps.",
        "water-filling": "One step for all coefficients; what does not rise above its noise is "
        "dropped.",
        "entropy coder": "Turns symbols into nearly as few bits as their probabilities allow.",
        "range coder": "An entropy coder that keeps a number's range: symbols cost fractions of a "
        "bit.",
        "context": "What is decoded already and helps to predict the next symbol.",
        "prior": "The probabilities that sender and receiver agreed on beforehand.",
        "Laplacian": "A distribution with a sharp peak: coefficients of pictures look like it.",
    },
    "Learned codecs": {
        "latents": "y: the numbers that analysis makes of a picture; ŷ, rounded, are sent.",
        "analysis": "The network that turns a picture into latents.",
        "synthesis": "The network that turns rounded latents into a picture.",
        "relaxation": "In training, uniform noise of ±½ stands for rounding, which has no "
        "gradient.",
        "GDN": "Generalised divisive normalisation: each channel divided by what all channels do "
        "there.",
        "dead dimension": "A latent that always rounds to the same number and costs next to "
        "nothing.",
        "VAE": "Variational autoencoder: its latents are kept near unit Gaussians, so that draws "
        "decode.",
        "KL divergence": "How many bits a distribution is away from another.",
        "model card": "What a model is: family, λ, data, steps, versions, figures, fingerprint.",
    },
}


def find(word: str) -> dict[str, str]:
    """The terms in whose name or sentence `word` stands, whatever its case; all for no word."""
    wanted = word.strip().casefold()
    return {
        term: sentence
        for terms in GLOSSARY.values()
        for term, sentence in terms.items()
        if wanted in f"{term} {sentence}".casefold()
    }
