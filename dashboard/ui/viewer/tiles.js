// A tile: one heading and one canvas that shows a picture, two pictures with a divider, or a difference.

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Heading of one picture: its tag, codec colour, name and caption (which breaks between its figures only). */
function legend(panel, tag, name = panel.label) {
  const node = element("div", "legend");
  const dot = element("i", "dot");
  dot.style.setProperty("--dot", panel.colour);
  const title = element("span", "title");
  title.append(element("span", "tag", tag), dot, element("b", "", name));
  const figures = panel.caption.split(" · ").map((figure) => figure.replaceAll(" ", "\u00a0"));
  node.append(title, element("span", "caption", figures.join(" · ")));
  node.title = [name, panel.caption].filter(Boolean).join("\n");
  return node;
}

class Tile {
  constructor() {
    this.root = element("figure", "tile");
    this.head = element("figcaption", "head");
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    const frame = element("div", "frame");
    frame.append(this.canvas);
    this.pin = element("i", "pin");
    frame.append(this.pin);
    this.root.append(this.head, frame);
    this.cache = new Map();
  }

  /** `content`: {kind: "picture" | "slider" | "difference", a, b?, tags, title?}; a and b are panels. */
  show(content) {
    this.content = content;
    const { kind, a, b, tags } = content;
    const sign = JSON.stringify([kind, tags, content.title, ...[a, b].map((p) => p && [p.label, p.caption, p.colour])]);
    if (sign === this.sign) return;
    this.sign = sign;
    const legends = kind === "slider" ? [legend(a, tags[0]), legend(b, tags[1])]
      : kind === "difference" ? [legend(b, tags[0], content.title)] : [legend(a, tags[0])];
    this.head.replaceChildren(...legends);
    const names = kind === "slider" ? `${a.label} left of the divider, ${b.label} right of it`
      : kind === "difference" ? content.title : a.label;
    this.canvas.setAttribute("aria-label", names);
  }

  /** The picture that a person would say lies under a device-pixel column of this tile. */
  panelAt(x, split) {
    const { kind, a, b } = this.content;
    return kind === "picture" || (kind === "slider" && x < split * this.canvas.width) ? a : b;
  }

  /** `at`: place of the pictures on the canvas; `split`: divider, 0…1 of the width; `difference`: {kind, gain}. */
  draw(at, split, options) {
    const context = context2d(this.canvas);
    const { width, height } = this.canvas;
    context.clearRect(0, 0, width, height);
    const { kind, a, b } = this.content;
    if (kind === "picture") return this.paint(context, a.picture, at);
    if (kind === "difference") return this.paintDifference(context, at, options);
    const x = Math.round(split * width);
    for (const [panel, left, right] of [[a, 0, x], [b, x, width]]) {
      context.save();
      context.beginPath();
      context.rect(left, 0, right - left, height);
      context.clip();
      this.paint(context, panel.picture, at);
      context.restore();
    }
  }

  paint(context, picture, at) {
    if (!picture.bitmap) return;
    if (at.scale < 1) {
      const size = [picture.width, picture.height].map((n) => Math.max(1, Math.round(n * at.scale)));
      context.drawImage(picture.reduced(...size), at.x, at.y);
      return;
    }
    const r = visible(this.canvas, at, picture);
    if (r.width && r.height) this.enlarge(context, picture.bitmap, r, r, at);
  }

  enlarge(context, image, source, r, at) {
    const s = at.scale;
    context.drawImage(image, source.x, source.y, r.width, r.height, at.x + r.x * s, at.y + r.y * s, r.width * s, r.height * s);
  }

  paintDifference(context, at, { kind, gain }) {
    const a = this.content.a.picture;
    const b = this.content.b.picture;
    if (!a.bitmap || !b.bitmap) return;
    const table = differenceTable(kind, gain);
    if (at.scale < 1) {
      const key = [a.digest, b.digest, kind, gain, at.width, at.height].join();
      if (!this.cache.has(key)) {
        if (this.cache.size >= 4) this.cache.delete(this.cache.keys().next().value);
        const size = [a.width, a.height].map((n) => Math.max(1, Math.round(n * at.scale)));
        this.cache.set(key, reducedDifference(a, b, table, ...size));
      }
      context.drawImage(this.cache.get(key), at.x, at.y);
      return;
    }
    const r = visible(this.canvas, at, { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) });
    if (!r.width || !r.height) return;
    const image = new ImageData(difference(readPixels(a, r), readPixels(b, r), table), r.width, r.height);
    this.enlarge(context, canvasOf(image), { x: 0, y: 0 }, r, at);
  }
}
