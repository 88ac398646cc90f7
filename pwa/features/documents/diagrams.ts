/** Draws the Mermaid blocks of a text, each in a frame without an origin: it can read nothing of the app and reach no network. */

/** How long a drawing may take, in ms; until then, and where it fails, the block is shown as code. */
const drawMsMax = 8000;
/** Longer texts stay code, in UTF-16 units. */
const textMax = 20_000;
/** Higher drawings scroll in their frame, in px. */
const heightMax = 2000;

let lastId = 0;

/** Of a rendered text that is in the page. Returns a function that stops listening. */
export function drawDiagrams(host: HTMLElement): () => void {
  const ends = [...host.querySelectorAll<HTMLElement>('pre > code.language-mermaid')].map(draw);
  return () => {
    for (const end of ends) end();
  };
}

function draw(code: HTMLElement): () => void {
  const block = code.parentElement;
  const text = code.textContent ?? '';
  if (block === null || text.length > textMax) return () => {};
  const id = String(++lastId);
  const frame = document.createElement('iframe');
  frame.className = 'diagram';
  frame.title = 'Diagram';
  // Without allow-same-origin: its scripts are nobody's.
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.src = '/diagram/index.html';
  // Not hidden: in a hidden frame nothing has a size.
  frame.style.height = '0';
  const end = () => {
    clearTimeout(timer);
    removeEventListener('message', hear);
  };
  const giveUp = () => {
    end();
    frame.remove();
  };
  const hear = ({ data, source }: MessageEvent) => {
    if (source !== frame.contentWindow || typeof data !== 'object' || data === null) return;
    if (data.diagram === 'ready') frame.contentWindow?.postMessage({ id, text, isDark: isDark() }, '*');
    else if (data.diagram === id && typeof data.height === 'number') {
      end();
      frame.style.height = `${Math.min(Math.max(data.height, 20), heightMax)}px`;
      block.hidden = true;
    } else if (data.diagram === id) giveUp();
  };
  const timer = setTimeout(giveUp, drawMsMax);
  addEventListener('message', hear);
  block.after(frame);
  return end;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.scheme;
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
}
