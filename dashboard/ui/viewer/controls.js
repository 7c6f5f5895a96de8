// Buttons and keys of a viewer.

const INTERVALS = [250, 500, 1000, 2000, 0];    // flicker, milliseconds; 0 is by hand

function bindControls(viewer) {
  const { root, part } = viewer;
  const on = (node, type, act, options) => node.addEventListener(type, act, options);
  for (const name of ["mode", "kind"]) {
    for (const button of root.querySelectorAll(`[data-${name}]`)) {
      on(button, "click", () => viewer.set({ [name]: button.dataset[name] }));
    }
  }
  for (const slot of ["a", "b"]) on(part[slot], "change", () => viewer.choose(slot, part[slot].value));
  on(part.swap, "click", () => swap(viewer));
  on(part.interval, "change", () => viewer.set({ interval: Number(part.interval.value) }));
  on(part.gain, "input", () => viewer.set({ gain: 2 ** part.gain.value }));
  on(part.all, "click", () => viewer.set({ all: !viewer.state.all }));
  on(part.in, "click", () => step(viewer, 1));
  on(part.out, "click", () => step(viewer, -1));
  on(part.fit, "click", () => viewer.zoomTo(viewer.fit()));
  on(part.one, "click", () => viewer.zoomTo(1));
  on(part.full, "click", () => fullScreen(viewer));
  on(part.keys, "click", () => toggleHelp(viewer));
  on(root, "fullscreenchange", () => viewer.layout());
  on(root, "keydown", (event) => key(viewer, event));
  on(root, "keyup", (event) => event.key === " " && viewer.hold(false));
  on(root, "focusout", () => viewer.hold(false));
  part.full.hidden = !document.fullscreenEnabled;
  bindPointer(viewer);
}

/** Zoom one step, about the pinned pixel while it is in view, otherwise about the middle. */
function step(viewer, direction) {
  const { state: { pin }, size, tiles } = viewer;
  const scale = nextScale(viewer.scale(), viewer.fit(), direction);
  if (!pin) return viewer.zoomTo(scale);
  const canvas = tiles[0].canvas;
  const at = viewer.at(canvas);
  const anchor = { u: (pin.x + 0.5) / size.width, v: (pin.y + 0.5) / size.height };
  const [x, y] = [at.x + anchor.u * at.width, at.y + anchor.v * at.height];
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return viewer.zoomTo(scale);
  viewer.zoomTo(scale, canvas, x, y, anchor);
}

function swap(viewer) {
  viewer.choose("a", viewer.pair()[1].key);
}

function fullScreen({ root }) {
  if (!document.fullscreenEnabled) return;
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen();
}

function toggleHelp({ part }, show = part.help.hidden) {
  part.help.hidden = !show;
  part.keys.setAttribute("aria-expanded", String(show));
}

/** `[` and `]`: the adjustment of the mode at hand. */
function adjust(viewer, direction) {
  const { mode, gain, interval, split } = viewer.state;
  if (mode === "difference") viewer.set({ gain: Math.min(32, Math.max(1, gain * 2 ** direction)) });
  if (mode === "slider") viewer.set({ split: Math.min(1, Math.max(0, split + direction * 0.05)) });
  if (mode === "flicker") {
    const next = INTERVALS.indexOf(interval) + direction;
    viewer.set({ interval: INTERVALS[Math.min(INTERVALS.length - 1, Math.max(0, next))] });
  }
}

function key(viewer, event) {
  const { part, state, panels } = viewer;
  const typing = event.target.matches("select, input");
  if (event.ctrlKey || event.metaKey || event.altKey || !panels.length || (typing && event.key !== "Escape")) return;
  const pair = panels.length > 1;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  const view = viewer.view();
  const stride = (size) => (event.shiftKey ? size * 0.9 : Math.max(size / 16, viewer.scale()));
  const pans = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const acts = {
    "+": () => step(viewer, 1), "=": () => step(viewer, 1), "-": () => step(viewer, -1), "−": () => step(viewer, -1),
    0: () => viewer.zoomTo(viewer.fit()), z: () => viewer.zoomTo(1), m: () => fullScreen(viewer),
    "?": () => toggleHelp(viewer), "[": () => adjust(viewer, -1), "]": () => adjust(viewer, 1),
    Escape: () => { toggleHelp(viewer, false); viewer.set({ pin: null }); },
    ...(pair && {
      s: () => viewer.set({ mode: "slider" }),
      g: () => viewer.set({ mode: "grid" }),
      f: () => viewer.set({ mode: "flicker" }),
      d: () => viewer.set(state.mode !== "difference" ? { mode: "difference" }
        : { kind: state.kind === "signed" ? "absolute" : "signed" }),
      a: () => viewer.set({ all: !state.all }), x: () => swap(viewer),
    }),
  };
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.target === part.divider && event.key.startsWith("Arrow")) {
    const by = (event.key === "ArrowRight" || event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 0.1 : 0.01);
    viewer.set({ split: Math.min(1, Math.max(0, state.split + by)) });
  } else if (pans[event.key] && viewer.pannable()) {
    viewer.pan(pans[event.key][0] * stride(view.width), pans[event.key][1] * stride(view.height));
  } else if (event.key === " " && !event.target.matches("button")) {
    viewer.hold(pair);
  } else if (digit && pair) {
    if (panels[digit - 1]) viewer.choose(event.shiftKey ? "b" : "a", panels[digit - 1].key);
  } else if (acts[pressed]) {
    acts[pressed]();
  } else return;
  event.preventDefault();
  event.stopPropagation();           // Streamlit has shortcuts of its own on the page
}
