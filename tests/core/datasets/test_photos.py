"""Training photographs: cache, split, patches."""

import numpy as np
import pytest
from PIL import Image

from core.datasets.photos import CACHES, Patches, Photos, centre_crops, load_photos, split
from core.errors import DataError


@pytest.fixture
def folder(tmp_path):
    """Sixty small pictures whose pixels tell where they are from, and a file that is no picture."""
    place = tmp_path / "photos"
    place.mkdir()
    rows, columns = np.mgrid[:80, :96]
    for i in range(60):
        Image.fromarray(np.stack([rows, columns, np.full_like(rows, i)], -1).astype(np.uint8)).save(
            place / f"{i:02}.png"
        )
    (place / "broken.png").write_bytes(b"no picture")
    return place


def test_cache_holds_the_pixels_and_is_used_again(folder, tmp_path):
    photos = load_photos(folder, tmp_path / "cache")
    assert photos.names == tuple(f"{i:02}.png" for i in range(60))
    assert np.array_equal(photos.image(7), np.asarray(Image.open(folder / "07.png")))
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").iterdir()}
    again = load_photos(folder, tmp_path / "cache")
    assert np.array_equal(again.image(59), photos.image(59))
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").iterdir()} == before
    Image.fromarray(np.zeros((70, 70, 3), np.uint8)).save(folder / "new.png")
    assert len(load_photos(folder, tmp_path / "cache")) == 61  # a changed folder is read anew
    for i in range(4):
        Image.fromarray(np.zeros((70, 70, 3), np.uint8)).save(folder / f"more{i}.png")
        load_photos(folder, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2 * CACHES
    assert np.array_equal(again.image(59)[0, 0], [0, 0, 59])


def test_split_is_disjoint_and_survives_additions(folder, tmp_path):
    photos = load_photos(folder, tmp_path / "cache")
    train, held = split(photos)
    assert sorted(train + held) == list(range(60)) and 0 < len(held) < 15
    held_names = {photos.names[i] for i in held}
    Image.fromarray(np.zeros((70, 70, 3), np.uint8)).save(folder / "aa.png")
    more = load_photos(folder, tmp_path / "cache")
    assert held_names == {more.names[i] for i in split(more)[1]} - {"aa.png"}


def test_patches_depend_on_seed_and_step_alone(folder, tmp_path):
    photos = load_photos(folder, tmp_path / "cache")
    patches = Patches(photos, split(photos)[0], 32, 6, seed=4)
    first = patches.batch(10)
    patches.batch(11)
    assert first.shape == (6, 32, 32, 3) and first.dtype == np.uint8
    assert np.array_equal(first, Patches(photos, split(photos)[0], 32, 6, seed=4).batch(10))
    assert not np.array_equal(first, patches.batch(11))
    assert not np.array_equal(first, Patches(photos, split(photos)[0], 32, 6, seed=5).batch(10))


def test_patches_are_pieces_of_one_training_picture(folder, tmp_path):
    """At full size a step to the side changes one coordinate by one; reduced, by up to two."""
    photos = load_photos(folder, tmp_path / "cache")
    train, held = split(photos)
    seen, steps = set(), set()
    patches = Patches(photos, train, 32, 8, seed=0)
    for patch in np.concatenate([patches.batch(step) for step in range(20)]).astype(int):
        number = patch[..., 2]
        assert number.min() == number.max() and number[0, 0] in train and number[0, 0] not in held
        seen.add(number[0, 0])
        along = [
            abs(np.diff(patch[5:-5, 5:-5, c], axis=axis))
            for c, axis in ((0, 0), (1, 1), (0, 1), (1, 0))
        ]
        straight = max(a.max() for a in along[:2]), max(a.max() for a in along[2:])
        assert min(straight) == 0 and 1 <= max(straight) <= 3
        steps.add(max(straight))
    assert len(seen) > 20 and len(steps) > 1


def test_a_small_folder_still_holds_one_out(folder, tmp_path):
    photos = load_photos(folder, tmp_path / "cache")
    three = Photos(photos.names[:3], photos.sizes[:3], photos.pixels)
    train, held = split(three)
    assert len(held) == 1 and sorted(train + held) == [0, 1, 2]
    assert split(Photos(photos.names[:1], photos.sizes[:1], photos.pixels)) == ([0], [0])


def test_centre_crops(folder, tmp_path):
    photos = load_photos(folder, tmp_path / "cache")
    crops = centre_crops(photos, [3, 8], 40, 48)
    assert crops.shape == (2, 40, 48, 3) and tuple(crops[1, 0, 0]) == (20, 24, 8)


def test_refusals(folder, tmp_path):
    with pytest.raises(DataError, match="no photographs"):
        load_photos(tmp_path / "cache", tmp_path / "cache")
    only_broken = tmp_path / "bad"
    only_broken.mkdir()
    (only_broken / "x.png").write_bytes(b"?")
    with pytest.raises(DataError, match="could be decoded"):
        load_photos(only_broken, tmp_path / "cache")
    photos = load_photos(folder, tmp_path / "cache")
    with pytest.raises(DataError, match="No photograph is at least 128"):
        Patches(photos, [0, 1], 128, 4, 0)
    with pytest.raises(DataError, match="No held-out photograph"):
        centre_crops(photos, [0], 256, 256)
