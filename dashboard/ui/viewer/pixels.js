// Arithmetic on pixels. Canvases live in main memory, so that what is drawn is the same on every graphics driver.

function makeCanvas(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

function context2d(canvas) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  return context;
}

let scratch;

/** RGBA bytes of a region of a picture, untouched by any scaling. */
function readPixels(picture, { x, y, width, height }) {
  scratch ??= makeCanvas(1, 1);
  if (scratch.width < width || scratch.height < height) {
    Object.assign(scratch, { width: Math.max(width, scratch.width), height: Math.max(height, scratch.height) });
  }
  const context = context2d(scratch);
  context.drawImage(picture.bitmap, x, y, width, height, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/** Table from b − a + 255 to the byte shown: gain × |b − a|, or 128 + gain × (b − a), clipped to 0…255. */
function differenceTable(kind, gain) {
  const table = new Uint8ClampedArray(511);
  for (let d = -255; d <= 255; d++) table[d + 255] = kind === "signed" ? 128 + gain * d : gain * Math.abs(d);
  return table;
}

/** Difference of two regions (RGBA bytes): every channel through the table, opaque. */
function difference(a, b, table) {
  const out = new Uint8ClampedArray(a.length);
  for (let i = 0; i < a.length; i += 4) {
    out[i] = table[b[i] - a[i] + 255];
    out[i + 1] = table[b[i + 1] - a[i + 1] + 255];
    out[i + 2] = table[b[i + 2] - a[i + 2] + 255];
    out[i + 3] = 255;
  }
  return out;
}

/**
 * Difference of two whole pictures, reduced to a size: taken at full resolution first, then averaged over the pixels
 * that fall on each output pixel – a reduced picture's difference would hide what it should show.
 */
function reducedDifference(a, b, table, width, height) {
  const source = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  const edges = Int32Array.from({ length: width + 1 }, (_, o) => Math.min(source.width, Math.ceil((o * a.width) / width)));
  const sums = new Float64Array(width * height * 3);
  const rows = new Uint32Array(height);
  const strip = Math.max(1, Math.floor(2e6 / source.width));
  for (let top = 0; top < source.height; top += strip) {
    const region = { x: 0, y: top, width: source.width, height: Math.min(strip, source.height - top) };
    const from = readPixels(a, region);
    const to = readPixels(b, region);
    for (let y = 0, i = 0; y < region.height; y++) {
      const row = Math.min(height - 1, Math.floor(((top + y) * height) / a.height));
      rows[row]++;
      for (let column = 0, o = row * width * 3; column < width; column++, o += 3) {
        let red = 0, green = 0, blue = 0;
        for (const end = i + 4 * (edges[column + 1] - edges[column]); i < end; i += 4) {
          red += table[to[i] - from[i] + 255];
          green += table[to[i + 1] - from[i + 1] + 255];
          blue += table[to[i + 2] - from[i + 2] + 255];
        }
        sums[o] += red;
        sums[o + 1] += green;
        sums[o + 2] += blue;
      }
    }
  }
  const image = new ImageData(width, height);
  for (let p = 0; p < width * height; p++) {
    const column = p % width;
    const count = rows[(p - column) / width] * (edges[column + 1] - edges[column]);
    if (!count) continue;
    for (let c = 0; c < 3; c++) image.data[4 * p + c] = sums[3 * p + c] / count;
    image.data[4 * p + 3] = 255;
  }
  return canvasOf(image);
}

function canvasOf(image) {
  const canvas = makeCanvas(image.width, image.height);
  context2d(canvas).putImageData(image, 0, 0);
  return canvas;
}
