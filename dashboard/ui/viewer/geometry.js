// Where a picture lies on a canvas. All lengths are device pixels; a scale is device pixels per picture pixel.

const SCALES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, ...Array.from({ length: 16 }, (_, i) => i + 1), 20, 24, 32];

/** The scale that shows a whole picture: a whole number where it fits, otherwise a smooth reduction. */
function fitScale(width, height, pictureWidth, pictureHeight) {
  const scale = Math.min(width / pictureWidth, height / pictureHeight);
  return scale < 1 ? scale : SCALES.filter((s) => s <= scale).at(-1);
}

/** The scales a person can step through: whole numbers, whole reductions, and the fit. */
function scaleSteps(fit) {
  const least = Math.min(1, fit);
  return [...new Set([...SCALES.filter((s) => s >= least), fit])].sort((a, b) => a - b);
}

/** The step after (`direction` 1) or before (−1) a scale; the scale itself at the end. */
function nextScale(scale, fit, direction) {
  const steps = scaleSteps(fit);
  const beyond = direction > 0 ? steps.find((s) => s > scale * 1.0001) : steps.findLast((s) => s < scale * 0.9999);
  return beyond ?? scale;
}

/** The step nearest to a wanted scale, in octaves. */
function nearestScale(scale, fit) {
  const octaves = (s) => Math.abs(Math.log2(s / scale));
  return scaleSteps(fit).reduce((best, s) => (octaves(s) < octaves(best) ? s : best));
}

/** Centre (0…1 of the picture) moved so that no empty border shows while the picture is larger than the view. */
function clampCentre(centre, view, drawn) {
  if (drawn <= view) return 0.5;
  const margin = view / 2 / drawn;
  return Math.min(1 - margin, Math.max(margin, centre));
}

/** Top-left corner and size of a picture whose point (u, v) is in the middle of the view; whole device pixels. */
function place(view, picture, scale, u, v) {
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const x = Math.round(view.width / 2 - clampCentre(u, view.width, width) * width);
  const y = Math.round(view.height / 2 - clampCentre(v, view.height, height) * height);
  return { x, y, width, height, scale };
}

/** The picture pixels that a placed picture shows in the view: {x, y, width, height}, empty when none. */
function visible(view, at, picture) {
  const x = Math.max(0, Math.floor(-at.x / at.scale));
  const y = Math.max(0, Math.floor(-at.y / at.scale));
  const right = Math.min(picture.width, Math.ceil((view.width - at.x) / at.scale));
  const bottom = Math.min(picture.height, Math.ceil((view.height - at.y) / at.scale));
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** Columns and rows that show `count` pictures of one shape largest in a space; `head` is a tile's own heading. */
function gridShape(count, width, height, picture, head) {
  let best = { columns: 1, rows: count, scale: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const scale = Math.min(width / columns / picture.width, (height / rows - head) / picture.height);
    if (scale > best.scale) best = { columns, rows, scale };
  }
  return best;
}
