// What a viewer shows of its state around the canvases: buttons, divider, pin, map and the pixel read-out.

const TOUCH = matchMedia("(hover: none)").matches;

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;   // an unchanged live region must not speak again
}

function setPressed(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}

/** Everything in the bars that depends on the state. */
function showControls(viewer) {
  const { root, part, state, panels } = viewer;
  if (!panels.length || !viewer.tiles.length) return;
  const pair = panels.length > 1;
  root.dataset.mode = pair ? state.mode : "single";
  part.modes.hidden = part.pair.hidden = !pair;
  for (const name of ["mode", "kind"]) {
    for (const button of root.querySelectorAll(`[data-${name}]`)) setPressed(button, button.dataset[name] === state[name]);
  }
  for (const node of root.querySelectorAll("[data-for]")) node.hidden = !pair || node.dataset.for !== state.mode;
  setPressed(part.all, state.all);
  part.all.hidden = panels.length < 3;
  const tag = viewer.first() === "ref" ? "ref" : "A";
  setText(part["tag-a"], tag);
  part.a.setAttribute("aria-label", tag === "A" ? "Picture A" : "Reference picture");
  for (const [slot, panel] of [["a", viewer.pair()[0]], ["b", viewer.pair()[1]]]) {
    const names = panels.map((panel, i) => [panel.key, `${i + 1} · ${panel.label}`]);
    if (JSON.stringify(names) !== part[slot].names) {
      part[slot].names = JSON.stringify(names);
      part[slot].replaceChildren(...names.map(([value, text]) => Object.assign(element("option", "", text), { value })));
    }
    part[slot].value = panel.key;
    part[`dot-${slot}`].style.setProperty("--dot", panel.colour);
  }
  part["pick-b"].hidden = part.swap.hidden = state.mode === "grid" || (state.mode === "difference" && state.all);
  part.interval.value = state.interval;
  part.gain.value = Math.log2(state.gain);
  setText(part["gain-text"], `${state.gain}×`);
  const scale = viewer.scale();
  const text = scale >= 1 ? `${scale}×` : `${Number((scale * 100).toPrecision(3))} %`;
  setText(part["zoom-text"], state.zoom ? text : `fit ${text}`);
  setPressed(part.fit, !state.zoom);
  setPressed(part.one, scale === 1);
  const drags = viewer.pannable();
  part.stage.style.touchAction = drags ? "none" : "pan-y";
  part.stage.dataset.drag = drags ? "pan" : state.mode === "slider" && pair ? "split" : "";
}

/** Divider, pin and map over the canvases, and the pixel read-out below. */
function showOverlays(viewer) {
  const { part, state, tiles } = viewer;
  const canvas = tiles[0].canvas;
  const ratio = canvas.width / canvas.clientWidth;
  part.divider.hidden = tiles[0].content.kind !== "slider";
  part.divider.style.left = `${(Math.round(state.split * canvas.width) / ratio).toFixed(3)}px`;
  part.divider.setAttribute("aria-valuenow", String(Math.round(state.split * 100)));
  for (const tile of tiles) {
    const at = viewer.at(tile.canvas);
    const side = Math.max(1, at.scale) / ratio;
    tile.pin.hidden = !state.pin;
    if (state.pin) {
      Object.assign(tile.pin.style, {
        left: `${(at.x + state.pin.x * at.scale) / ratio}px`, top: `${(at.y + state.pin.y * at.scale) / ratio}px`,
        width: `${side}px`, height: `${side}px`,
      });
    }
  }
  showMap(viewer, ratio);
  showReadout(viewer);
}

function showMap(viewer, ratio) {
  const { part, tiles, size } = viewer;
  const canvas = tiles[0].canvas;
  const at = viewer.at(canvas);
  part.map.hidden = tiles.length > 1 || !viewer.pannable() || canvas.clientWidth < 300;
  if (part.map.hidden) return;
  const side = Math.min(140, canvas.clientWidth / 4) * ratio;
  const scale = Math.min(side / size.width, (side * 0.7) / size.height);
  const [width, height] = [size.width, size.height].map((n) => Math.max(2, Math.round(n * scale)));
  const small = part.map.firstElementChild;
  if (small.width !== width || small.height !== height) Object.assign(small, { width, height });
  small.style.width = `${width / ratio}px`;
  small.style.height = `${height / ratio}px`;
  const picture = tiles[0].content.a.picture;
  if (picture.bitmap) context2d(small).drawImage(picture.reduced(width, height), 0, 0);
  const share = (position, view, drawn, span) =>
    [-position / drawn, Math.min(1, view / drawn)].map((n) => (n * span) / ratio);
  const [left, w] = share(Math.min(0, at.x), canvas.width, at.width, width);
  const [top, h] = share(Math.min(0, at.y), canvas.height, at.height, height);
  Object.assign(part.map.lastElementChild.style, { left: `${left}px`, top: `${top}px`, width: `${w}px`, height: `${h}px` });
}

function showReadout(viewer) {
  const { part, state, panels, hover } = viewer;
  const pixel = state.pin ?? hover;
  if (!pixel) {
    const pair = panels.length > 1;
    const seen = panels.length && (state.mode === "flicker" ? "swap" : `see ${viewer.panel(state.ref).label}`);
    const words = TOUCH ? ["drag", "pinch to zoom", pair && `hold to ${seen}`, "tap reads a pixel"]
      : [pair && "S slider · G grid · F flicker · D difference", "+ − 0 zoom", pair && `hold Space to ${seen}`, "? all keys"];
    part.readout.replaceChildren(element("span", "hint", words.filter(Boolean).join(" · ")));
    return;
  }
  const [A, second] = viewer.pair();
  const B = viewer.first() === "ref" && hover && hover.panel !== A && panels.includes(hover.panel) ? hover.panel : second;
  const tags = [part["tag-a"].textContent, "B"];
  const nodes = [element("span", "place", `${state.pin ? "pinned " : ""}x ${pixel.x}  y ${pixel.y}`)];
  const values = [...new Set([A, B])].map((panel, i) => {
    const inside = panel.picture.bitmap && pixel.x < panel.width && pixel.y < panel.height;
    const rgb = inside ? [...readPixels(panel.picture, { ...pixel, width: 1, height: 1 })].slice(0, 3) : null;
    const node = element("span", "value");
    const swatch = element("i", "swatch");
    swatch.style.background = rgb ? `rgb(${rgb})` : "none";
    const tag = element("span", "tag", panels.length > 1 ? tags[i] : "");
    node.append(tag, swatch, element("b", "", panel.label), element("span", "rgb", rgb ? rgb.join(" ") : "–"));
    nodes.push(node);
    return rgb;
  });
  if (values[0] && values[1]) {
    const change = values[1].map((value, c) => value - values[0][c]);
    const signed = change.map((d) => (d > 0 ? `+${d}` : `${d}`.replace("-", "−"))).join(" ");
    nodes.push(element("span", "value rgb", `B − ${tags[0]}  ${signed}`));
  }
  part.readout.replaceChildren(...nodes);
}
