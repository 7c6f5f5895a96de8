"""The sample pictures: scikit-image's bundled photographs, under the names that links use."""

from functools import cache

from core.errors import ImageError
from core.images.picture import Picture, quick_png, read

SAMPLES = {
    "astronaut": "Astronaut · 512 × 512",
    "chelsea": "Cat · 451 × 300",
    "coffee": "Coffee · 600 × 400",
    "rocket": "Rocket · 640 × 427",
    "immunohistochemistry": "Tissue · 512 × 512",
    "hubble_deep_field": "Hubble · 1000 × 872",
    "retina": "Retina · 1411 × 1411",
    "camera": "Cameraman, grey · 512 × 512",
    "logo": "Logo, transparent · 500 × 500",
}


@cache
def sample(name: str) -> Picture:
    """The sample picture called `name`, one of SAMPLES. Raises ImageError for any other name."""
    if name not in SAMPLES:
        raise ImageError(
            f"There is no sample picture {name!r}. Known samples: {', '.join(SAMPLES)}."
        )
    from skimage import data

    pixels = getattr(data, name)()
    file = quick_png(pixels)
    title = SAMPLES[name].split(" · ")[0]
    found = read(file, title)
    return Picture(found.name, found.image, found.notes, f"sample:{name}")
