// The viewer: its state, what it shows, and how it is kept over reruns. Controls are in controls.js and pointer.js.

const MODES = ["slider", "grid", "flicker", "difference"];
const views = new Map();             // viewer key -> state: survives reruns and remounts
const mounted = new WeakMap();       // place in the page -> Viewer

class Viewer extends View {
  constructor(root, data) {
    super();
    this.root = root;
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((node) => [node.dataset.part, node]));
    this.panels = [];
    this.tiles = [];
    this.phase = 0;                  // flicker: 0 shows A, 1 shows B
    this.pace = 0;
    this.peek = false;
    this.hover = null;
    this.closing = new AbortController();
    this.state = views.get(data.key) ?? {
      mode: "slider", a: null, b: null, ref: null, zoom: 0, u: 0.5, v: 0.5, split: 0.5, kind: "absolute", gain: 8, all: false,
      interval: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500, pin: null, asked: {},
    };
    views.set(data.key, this.state);
    this.sizes = new ResizeObserver((entries) => this.resized(entries));
    this.widths = new ResizeObserver(() => this.layout());
    this.widths.observe(this.part.stage);
    bindControls(this);
  }

  destroy() {
    this.token = null;
    this.closing.abort();
    this.sizes.disconnect();
    this.widths.disconnect();
    clearInterval(this.timer);
    clearTimeout(this.reporting);
    this.panels.forEach((panel) => release(panel.picture));
    this.panels = [];
  }

  /** Take new data; the old pictures stay until all the new ones are decoded, the view stays altogether. */
  async update(data) {
    const token = (this.token = {});
    this.data = data;
    this.root.style.setProperty("color-scheme", isDark(this.root) ? "dark" : "light");
    const panels = data.panels.map((panel) => ({ ...panel, picture: acquire(panel) }));
    const waiting = () => panels.filter((p) => !p.picture.bitmap && !p.picture.error).length;
    const notice = setTimeout(() => this.notice(`Loading ${waiting()} of ${panels.length} pictures …`), 250);
    await Promise.allSettled(panels.map((panel) => panel.picture.ready));
    clearTimeout(notice);
    if (this.token !== token) return panels.forEach((panel) => release(panel.picture));
    this.panels.forEach((panel) => release(panel.picture));
    this.panels = panels;
    this.follow(data.ask);
    const failed = panels.filter((panel) => !panel.picture.bitmap);
    const excuse = ({ label, picture }) => `${label} could not be loaded (${picture.error?.message}). Reload the page.`;
    this.notice(failed.map(excuse).join("\n"));
    this.size = {
      width: Math.max(...panels.map((p) => p.width)),
      height: Math.max(...panels.map((p) => p.height)),
    };
    const { pin } = this.state;
    if (pin && (pin.x >= this.size.width || pin.y >= this.size.height)) this.state.pin = null;
    this.root.hidden = false;
    this.render();
  }

  /** What the script asks for (mode, pictures, zoom, centre) holds when it is new; afterwards the person decides. */
  follow(ask) {
    const asked = this.state.asked;
    const fresh = (name) => ask[name] !== null && ask[name] !== asked[name];
    if (fresh("mode")) this.state.mode = ask.mode;
    if (fresh("left")) this.state.a = ask.left;
    if (fresh("right")) this.state.b = ask.right;
    if (fresh("reference")) this.state.ref = ask.reference;
    if (fresh("zoom")) this.state.zoom = ask.zoom;
    if (fresh("x")) this.state.u = ask.x;
    if (fresh("y")) this.state.v = ask.y;
    this.state.asked = ask;
  }

  panel(key) {
    return this.panels.find((panel) => panel.key === key);
  }

  /** Change the state and show it. */
  set(change) {
    Object.assign(this.state, change);
    this.render();
    this.report();
  }

  /** Name of the state's first picture: A, or the reference where everything is held against one picture. */
  first() {
    return ["grid", "difference"].includes(this.state.mode) ? "ref" : "a";
  }

  /** The two panels that the mode compares. */
  pair() {
    const { state, panels } = this;
    const first = state[this.first()];
    const second = [state.b, state.a, ...panels.map((panel) => panel.key)].find((key) => key !== first) ?? first;
    return [this.panel(first), this.panel(second)];
  }

  /** Choose the first or second picture (slot "a" or "b"); choosing the one in the other slot swaps them. */
  choose(slot, key) {
    const [first, second] = this.pair().map((panel) => panel.key);
    const chosen = slot === "a" ? [key, key === second ? first : second] : [key === first ? second : first, key];
    this.set({ [this.first()]: chosen[0], b: chosen[1] });
  }

  /** Every chosen picture exists, and A and B differ, whatever panels came and went. */
  settle() {
    const { state, panels } = this;
    const keys = panels.map((panel) => panel.key);
    if (!keys.includes(state.ref)) state.ref = keys[0];
    if (!keys.includes(state.a)) state.a = keys.find((key) => key !== state.b) ?? keys[0];
    if (!keys.includes(state.b) || state.b === state.a) state.b = keys.find((key) => key !== state.a) ?? state.a;
    if (!MODES.includes(state.mode)) state.mode = "slider";
  }

  /** What each tile shows. */
  contents() {
    const { mode, ref, all, kind, gain } = this.state;
    const [A, B] = this.pair();
    const reference = this.panel(ref);
    const single = (panel, tag) => ({ kind: "picture", a: panel, tags: [tag] });
    if (this.panels.length === 1) return [single(A, "")];
    if (mode === "flicker") return [Boolean(this.phase) !== this.peek ? single(B, "B") : single(A, "A")];
    const others = this.panels.filter((panel) => panel !== reference);
    const shown = mode === "grid" ? this.panels : mode === "difference" && all ? others : [B];
    if (this.peek) return shown.map(() => single(reference, "ref"));
    if (mode === "slider") return [{ kind: "slider", a: A, b: B, tags: ["A", "B"] }];
    if (mode === "grid") return shown.map((panel, i) => single(panel, `${i + 1}`));
    return shown.map((panel) => {
      const change = `${panel.label} − ${reference.label}`;
      const title = `${kind === "signed" ? `(${change})` : `|${change}|`} × ${gain}`;
      return { kind: "difference", a: reference, b: panel, tags: [all ? "" : "B"], title };
    });
  }

  render() {
    if (!this.panels.length) return;
    this.settle();
    const contents = this.contents();
    while (this.tiles.length > contents.length) {
      const tile = this.tiles.pop();
      this.sizes.unobserve(tile.canvas);
      tile.root.remove();
    }
    while (this.tiles.length < contents.length) {
      const tile = new Tile();
      this.tiles.push(tile);
      this.part.tiles.append(tile.root);
      try {
        this.sizes.observe(tile.canvas, { box: "device-pixel-content-box" });
      } catch {
        this.sizes.observe(tile.canvas);
      }
    }
    this.part.stage.dataset.tiles = contents.length;
    contents.forEach((content, i) => this.tiles[i].show(content));
    this.layout();
    showControls(this);
    this.draw();
    this.beat();
  }

  /** Stage height and grid columns for the space at hand: no taller than asked, no taller than the pictures need. */
  layout() {
    const { stage, tiles } = this.part;
    if (!this.tiles.length || !stage.clientWidth) return;
    const full = document.fullscreenElement !== null;
    const limit = full ? stage.clientHeight : this.data.height;
    const head = this.tiles[0].head.offsetHeight;
    const { columns, rows } = gridShape(this.tiles.length, stage.clientWidth, limit, this.size, head);
    const needed = rows * (head + ((stage.clientWidth / columns) * this.size.height) / this.size.width);
    stage.style.height = full ? "" : `${Math.round(Math.min(limit, Math.max(240, needed)))}px`;
    tiles.style.setProperty("--columns", columns);
    tiles.style.setProperty("--rows", rows);
  }

  resized(entries) {
    for (const { target, devicePixelContentBoxSize, contentRect } of entries) {
      const box = devicePixelContentBoxSize?.[0];
      const width = devicePixels(contentRect.width, box?.inlineSize);
      const height = devicePixels(contentRect.height, box?.blockSize);
      if (target.width !== width) target.width = width;
      if (target.height !== height) target.height = height;
    }
    this.drawNow();
    showControls(this);
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    if (!this.panels.length || !this.tiles.every((tile) => tile.canvas.width && tile.canvas.height)) return;
    for (const tile of this.tiles) tile.draw(this.at(tile.canvas), this.state.split, this.state);
    showOverlays(this);
    this.root.dataset.drawn = (Number(this.root.dataset.drawn) || 0) + 1;
    this.tellArrival();
  }

  /** Say once, when the frame with these pictures is on the screen, that they are drawn. */
  tellArrival() {
    const { arrival } = this.data;
    if (!arrival || this.arrived === arrival) return;
    this.arrived = arrival;
    const tell = () => fetch(new URL(arrival, appRoot()), { method: "POST" }).catch(() => {});
    requestAnimationFrame(() => setTimeout(tell));
  }

  /** Flicker: swap the pictures at the interval, and not while a person holds one of them. */
  beat() {
    const pace = this.state.mode === "flicker" && this.panels.length > 1 ? this.state.interval : 0;
    if (pace === this.pace) return;
    this.pace = pace;
    clearInterval(this.timer);
    if (!pace) {
      this.phase = 0;
      return this.render();
    }
    this.timer = setInterval(() => {
      if (this.peek || document.hidden) return;
      this.phase ^= 1;
      this.render();
    }, pace);
  }

  hold(peek) {
    if (this.peek === peek) return;
    this.peek = peek;
    this.render();
  }

  notice(text) {
    this.part.notice.hidden = !text;
    this.part.notice.textContent = text;
    this.root.hidden = false;
  }

  /** Tell the script, when it wants to know, once the person has come to rest. */
  report() {
    if (!this.data.report) return;
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      if (this.busy) return this.report();
      const { mode, a, b, ref, zoom, u, v, pin } = this.state;
      const told = { mode, left: a, right: b, reference: ref, zoom, x: u, y: v, pixel: pin && [pin.x, pin.y] };
      if (JSON.stringify(told) === this.told) return;
      this.told = JSON.stringify(told);
      this.setStateValue("view", told);
    }, 500);
  }
}

/** A length in device pixels: as measured, unless the browser has none or (emulating a phone) measured something else. */
function devicePixels(length, measured) {
  const computed = length * window.devicePixelRatio;
  return Math.abs(measured - computed) < 1 ? measured : Math.round(computed);
}

function isDark(node) {
  const colour = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const context = context2d(makeCanvas(1, 1));
  context.fillStyle = colour || "white";
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return r + g + b < 384;
}

export default function ({ data: [told], parentElement, setStateValue }) {
  const root = parentElement.querySelector(".rdx");
  let viewer = mounted.get(parentElement);
  if (viewer?.root !== root) {
    viewer?.destroy();
    viewer = new Viewer(root, told);
    mounted.set(parentElement, viewer);
  }
  viewer.setStateValue = setStateValue;
  if (told.turn >= (viewer.data?.turn ?? 0)) viewer.update(told);   // calls may come the wrong way round
  return () => {
    viewer.destroy();
    mounted.delete(parentElement);
  };
}
