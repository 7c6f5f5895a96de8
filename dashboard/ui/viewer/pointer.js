// Mouse, pen and touch on the stage: pan, divider, map, wheel and pinch zoom, pin, hold.

const HOLD_MS = 350;
const SLACK = 4;                     // CSS pixels that a finger may tremble

/** The tile under an event, and the point in its canvas in device pixels. */
function locate(viewer, event) {
  const { clientX, clientY } = event;
  const tile = viewer.tiles.find(({ canvas }) => {
    const box = canvas.getBoundingClientRect();
    return clientX >= box.left && clientX < box.right && clientY >= box.top && clientY < box.bottom;
  });
  if (!tile) return null;
  const box = tile.canvas.getBoundingClientRect();
  const ratio = tile.canvas.width / box.width;
  return { tile, canvas: tile.canvas, x: (clientX - box.left) * ratio, y: (clientY - box.top) * ratio, ratio };
}

function bindPointer(viewer) {
  const { part } = viewer;
  const pointers = new Map();
  let drag = null;
  let holding;

  function begin(event) {
    if (event.button > 0 || event.target.closest(".help")) return;
    pointers.set(event.pointerId, event);
    part.stage.setPointerCapture(event.pointerId);
    (event.target.closest(".divider") ?? part.stage).focus({ preventScroll: true });
    const spot = locate(viewer, event);
    viewer.busy = true;
    clearTimeout(holding);
    if (pointers.size === 2) {
      const [p, q] = [...pointers.values()];
      const middle = locate(viewer, { clientX: (p.clientX + q.clientX) / 2, clientY: (p.clientY + q.clientY) / 2 });
      viewer.hold(false);
      drag = middle && {
        kind: "pinch", span: distance(p, q), scale: viewer.scale(), canvas: middle.canvas,
        anchor: viewer.anchor(middle.canvas, middle.x, middle.y), moved: true,
      };
      return;
    }
    const handle = event.target.closest(".divider") ? "split" : event.target.closest(".map") ? "map" : "";
    const kind = handle || (spot ? part.stage.dataset.drag : "");
    const { u, v } = viewer.state;
    drag = { kind, handle, spot, ratio: spot?.ratio, start: event, from: { u, v }, moved: false };
    if (kind === "map") moveMap(event);
    if (event.pointerType !== "mouse" && kind !== "map" && viewer.panels.length > 1) {
      holding = setTimeout(() => { if (drag && !drag.moved) { drag.held = true; viewer.hold(true); } }, HOLD_MS);
    }
  }

  function move(event) {
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event);
    if (!drag) return hover(event);
    if (drag.kind === "pinch") return pinch();
    const dx = event.clientX - drag.start.clientX;
    const dy = event.clientY - drag.start.clientY;
    if (!drag.moved && Math.hypot(dx, dy) < SLACK) return;
    drag.moved = true;
    if (drag.held) return;
    clearTimeout(holding);
    if (drag.kind === "split") moveSplit(event);
    if (drag.kind === "map") moveMap(event);
    if (drag.kind === "pan") viewer.pan(-dx * drag.ratio, -dy * drag.ratio, drag.from);
  }

  function end(event) {
    clearTimeout(holding);
    viewer.hold(false);
    pointers.delete(event.pointerId);
    if (pointers.size) return;
    viewer.busy = false;
    const done = drag;
    drag = null;
    if (event.type === "pointerup" && done?.spot && !done.handle && !done.moved && !done.held) pin(done.spot);
  }

  function pin({ canvas, x, y }) {
    const pixel = viewer.pixel(canvas, x, y);
    const old = viewer.state.pin;
    viewer.set({ pin: pixel && old && old.x === pixel.x && old.y === pixel.y ? null : pixel });
  }

  function pinch() {
    const [p, q] = [...pointers.values()];
    if (!q) return;
    const middle = locate(viewer, { clientX: (p.clientX + q.clientX) / 2, clientY: (p.clientY + q.clientY) / 2 });
    if (!middle) return;
    const wanted = (drag.scale * distance(p, q)) / drag.span;
    viewer.zoomTo(nearestScale(wanted, viewer.fit()), middle.canvas, middle.x, middle.y, drag.anchor);
  }

  function moveSplit(event) {
    const box = viewer.tiles[0].canvas.getBoundingClientRect();
    viewer.set({ split: Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) });
  }

  function moveMap(event) {
    const box = part.map.firstElementChild.getBoundingClientRect();
    const from = { u: (event.clientX - box.left) / box.width, v: (event.clientY - box.top) / box.height };
    viewer.pan(0, 0, from);
  }

  function hover(event) {
    const spot = locate(viewer, event);
    const pixel = spot && viewer.pixel(spot.canvas, spot.x, spot.y);
    viewer.hover = pixel && { ...pixel, panel: spot.tile.panelAt(spot.x, viewer.state.split) };
    wheelArmed = true;
    anchor = null;
    showReadout(viewer);
  }

  // A wheel that was scrolling the page goes on scrolling it; one that starts on the picture zooms, as far as it can.
  // The picture's point under the cursor is kept until the cursor moves: at small scales the picture is centred.
  let wheelArmed = false;
  let turned = 0;
  let anchor = null;
  const viewName = () => [viewer.state.zoom, viewer.state.u, viewer.state.v].join();
  const always = { capture: true, passive: true, signal: viewer.closing.signal };
  document.addEventListener("scroll", () => { wheelArmed = false; }, always);
  part.stage.addEventListener("wheel", (event) => {
    const spot = locate(viewer, event);
    if (!spot || !(wheelArmed || event.ctrlKey)) return;
    const direction = event.deltaY < 0 ? 1 : -1;
    const next = nextScale(viewer.scale(), viewer.fit(), direction);
    if (next === viewer.scale() && !event.ctrlKey) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 24 : 1;
    turned = Math.sign(turned) === Math.sign(event.deltaY) ? turned + event.deltaY * lines : event.deltaY * lines;
    if (Math.abs(turned) < (event.ctrlKey ? 12 : 48)) return;
    turned = 0;
    if (anchor?.view !== viewName()) anchor = viewer.anchor(spot.canvas, spot.x, spot.y);
    viewer.zoomTo(next, spot.canvas, spot.x, spot.y, anchor);
    anchor.view = viewName();
  }, { passive: false });

  part.stage.addEventListener("pointerdown", begin);
  part.stage.addEventListener("pointermove", move);
  part.stage.addEventListener("pointerup", end);
  part.stage.addEventListener("pointercancel", end);
  part.stage.addEventListener("pointerleave", () => { viewer.hover = null; if (viewer.panels.length) showReadout(viewer); });
  part.stage.addEventListener("contextmenu", (event) => viewer.peek && event.preventDefault());
  part.stage.addEventListener("dblclick", (event) => {
    const spot = locate(viewer, event);
    if (spot && !event.target.closest(".map, .divider")) {
      viewer.zoomTo(viewer.state.zoom ? viewer.fit() : viewer.fit() === 1 ? 2 : 1, spot.canvas, spot.x, spot.y);
    }
  });
}

function distance(p, q) {
  return Math.max(1, Math.hypot(p.clientX - q.clientX, p.clientY - q.clientY));
}
