// A canvas to draw one digit on with mouse, pen or finger. After every stroke it tells the script the ink, as grey bytes.

const SIDE = 84;                     // pixels a side that the script gets
const INK = 7;                       // width of the pen in those pixels
const pads = new WeakMap();          // place in the page -> its pad: survives reruns

class Pad {
  constructor(root, tell) {
    this.canvas = root.querySelector("canvas");
    this.tell = tell;
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    Object.assign(this.context, { lineCap: "round", lineJoin: "round", lineWidth: INK, strokeStyle: "#fff", fillStyle: "#000" });
    this.context.fillRect(0, 0, SIDE, SIDE);
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end());
    root.querySelector("button").addEventListener("click", () => this.clear());
  }

  point({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) * SIDE) / box.width, ((clientY - box.top) * SIDE) / box.height];
  }

  begin(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.last = this.point(event);
    this.draw(event);
  }

  draw(event) {
    if (!this.last) return;
    const next = this.point(event);
    this.context.beginPath();
    this.context.moveTo(...this.last);
    this.context.lineTo(next[0] + 0.01, next[1]);       // a dot, too, is a line
    this.context.stroke();
    this.last = next;
  }

  end() {
    if (!this.last) return;
    this.last = null;
    const rgba = this.context.getImageData(0, 0, SIDE, SIDE).data;
    const grey = Array.from({ length: SIDE * SIDE }, (_, i) => String.fromCharCode(rgba[4 * i]));
    this.tell(btoa(grey.join("")));
  }

  clear() {
    this.context.fillRect(0, 0, SIDE, SIDE);
    this.tell("");
  }
}

export default function ({ parentElement, setStateValue }) {
  const tell = (ink) => setStateValue("ink", ink);
  const pad = pads.get(parentElement);
  if (pad?.canvas === parentElement.querySelector("canvas")) pad.tell = tell;
  else pads.set(parentElement, new Pad(parentElement, tell));
}
