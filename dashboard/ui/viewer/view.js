// The view that all tiles share: which part of the pictures shows, and at what scale.

/** `state` holds zoom (device pixels per picture pixel, 0 to fit) and the centre (u, v), 0…1 of the picture. */
class View {
  /** The smallest tile decides, so that all tiles show the same region at the same scale. */
  view() {
    const canvases = this.tiles.map((tile) => tile.canvas);
    return { width: Math.min(...canvases.map((c) => c.width)), height: Math.min(...canvases.map((c) => c.height)) };
  }

  fit() {
    const { width, height } = this.view();
    return fitScale(width, height, this.size.width, this.size.height);
  }

  scale() {
    const fit = this.fit();
    return this.state.zoom >= Math.min(1, fit) ? this.state.zoom : fit;
  }

  at(canvas, scale = this.scale()) {
    return place(canvas, this.size, scale, this.state.u, this.state.v);
  }

  pannable() {
    const { width, height } = this.view();
    const at = this.at({ width, height });
    return at.width > width || at.height > height;
  }

  /** Zoom so that the picture's point under (x, y) of a canvas (device pixels) – or a kept point – comes to lie there. */
  zoomTo(scale, canvas = this.tiles[0].canvas, x = canvas.width / 2, y = canvas.height / 2, kept = null) {
    const anchor = kept ?? this.anchor(canvas, x, y);
    const zoom = scale === this.fit() ? 0 : scale;
    const at = this.at(canvas, scale);
    const u = (canvas.width / 2 - x) / at.width + anchor.u;
    const v = (canvas.height / 2 - y) / at.height + anchor.v;
    this.set({ zoom, u: clampCentre(u, canvas.width, at.width), v: clampCentre(v, canvas.height, at.height) });
  }

  /** The picture's point (0…1) under a canvas point. */
  anchor(canvas, x, y) {
    const at = this.at(canvas);
    return { u: (x - at.x) / at.width, v: (y - at.y) / at.height };
  }

  /** Move the view over the picture by device pixels. */
  pan(dx, dy, from = this.state) {
    const view = this.view();
    const at = this.at(view);
    const move = (centre, by, size, drawn) => clampCentre(clampCentre(centre, size, drawn) + by / drawn, size, drawn);
    this.set({ u: move(from.u, dx, view.width, at.width), v: move(from.v, dy, view.height, at.height) });
  }

  /** The picture's pixel under a canvas point, or null. */
  pixel(canvas, x, y) {
    const at = this.at(canvas);
    const px = Math.floor(((x - at.x) / at.width) * this.size.width);
    const py = Math.floor(((y - at.y) / at.height) * this.size.height);
    return px >= 0 && py >= 0 && px < this.size.width && py < this.size.height ? { x: px, y: py } : null;
  }
}
