// Pictures by content: fetched and decoded once, whatever panel, viewer or rerun asks for them.

const pictures = new Map();          // digest -> Picture, least recently used first
const IDLE_PIXELS = 40e6;            // decoded pixels kept though no viewer shows them

/** The app's root address: Streamlit's own script lies in static/js below it, behind any proxy. */
function appRoot() {
  const script = document.querySelector('script[src*="static/js/"]');
  return new URL(script ? "../../" : "/", script?.src ?? document.baseURI);
}

class Picture {
  constructor({ digest, url, width, height }) {
    Object.assign(this, { digest, url, width, height, users: 0, bitmap: null, error: null, reductions: new Map() });
    this.ready = this.load();
  }

  // A rerun that is under way may withdraw a file for a moment: try again before giving up.
  async load() {
    for (const wait of [0, 200, 600, 1500, 3000]) {
      await new Promise((done) => setTimeout(done, wait));
      try {
        const answer = await fetch(new URL(this.url.replace(/^\//, ""), appRoot()));
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
        this.bitmap = await createImageBitmap(await answer.blob(), options);
        this.error = null;
        return;
      } catch (error) {
        this.error = error;
        if (!this.users) break;
      }
    }
    if (pictures.get(this.digest) === this) pictures.delete(this.digest);
  }

  /** The whole picture, smoothly reduced to a size (canvas); the last few sizes are kept. */
  reduced(width, height) {
    const key = `${width}x${height}`;
    let canvas = this.reductions.get(key);
    if (!canvas) {
      canvas = makeCanvas(width, height);
      const context = context2d(canvas);
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = "high";
      context.drawImage(this.bitmap, 0, 0, width, height);
      if (this.reductions.size >= 3) this.reductions.delete(this.reductions.keys().next().value);
      this.reductions.set(key, canvas);
    }
    return canvas;
  }
}

/** The picture that a panel shows; every acquire is answered by a release. */
function acquire(panel) {
  let picture = pictures.get(panel.digest);
  pictures.delete(panel.digest);
  picture ??= new Picture(panel);
  picture.url = panel.url;
  pictures.set(panel.digest, picture);
  picture.users++;
  return picture;
}

function release(picture) {
  picture.users--;
  let idle = [...pictures.values()].filter((p) => !p.users).reduce((sum, p) => sum + p.width * p.height, 0);
  for (const old of [...pictures.values()]) {
    if (idle <= IDLE_PIXELS) break;
    if (old.users) continue;
    idle -= old.width * old.height;
    pictures.delete(old.digest);
    old.bitmap?.close();
    old.reductions.clear();
  }
}
