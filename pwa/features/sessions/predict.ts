/** Shows the predicted echo over a terminal, dim, while the round trip is long. Nothing of it is ever written into the terminal. Loaded with the first long round trip. */
import { createEchoPrediction, type Predicted, type Shown } from './echo-prediction.ts';

interface Event<Value> {
  // biome-ignore lint/style/useShorthandFunctionType: as xterm.js has it.
  (listener: (value: Value) => void): { dispose(): void };
}

/** Of a terminal, what is needed here. */
export interface PredictedOn {
  readonly cols: number;
  readonly rows: number;
  readonly options: { readonly fontFamily?: string | undefined; readonly fontSize?: number | undefined };
  readonly element: HTMLElement | undefined;
  readonly buffer: {
    readonly active: {
      readonly baseY: number;
      readonly viewportY: number;
      readonly cursorX: number;
      readonly cursorY: number;
      getLine(row: number): { translateToString(trim: boolean, from: number, to: number): string } | undefined;
    };
    readonly onBufferChange: Event<unknown>;
  };
  readonly onWriteParsed: Event<void>;
  readonly onResize: Event<unknown>;
  readonly onScroll: Event<unknown>;
}

export interface Prediction {
  typed(text: string): void;
  roundTrip(ms: number): void;
}

const lookMs = 250;

/** While the round trip is over `fromMs`. */
export function predictOn(terminal: PredictedOn, fromMs: number, signal: AbortSignal): Prediction {
  const echo = createEchoPrediction();
  const layer = document.createElement('div');
  layer.className = 'predicted';
  layer.setAttribute('aria-hidden', 'true');
  terminal.element?.querySelector('.xterm-screen')?.append(layer);
  let average = fromMs;
  const draw = () => drawOn(layer, terminal, average > fromMs ? echo.told() : undefined);
  const then = (run: () => void) => () => {
    run();
    draw();
  };
  const forget = then(() => echo.forget(performance.now()));
  const listening = [
    terminal.onWriteParsed(then(() => echo.heard(shownOn(terminal), performance.now()))),
    terminal.onResize(forget),
    terminal.buffer.onBufferChange(forget),
    terminal.onScroll(draw),
  ];
  const timer = setInterval(
    then(() => echo.passed(performance.now())),
    lookMs,
  );
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    for (const one of listening) one.dispose();
  });
  return {
    typed(text) {
      echo.typed(text, shownOn(terminal), performance.now());
      draw();
    },
    roundTrip(ms) {
      average = (average + ms) / 2;
      echo.roundTrip(average);
    },
  };
}

function shownOn({ cols, buffer }: PredictedOn): Shown {
  const { active } = buffer;
  return {
    ...{ row: active.baseY + active.cursorY, column: active.cursorX, cols },
    cells: (row, from, to) => active.getLine(row)?.translateToString(false, from, to) ?? '',
  };
}

function drawOn(
  layer: HTMLElement,
  { cols, rows, options, buffer }: PredictedOn,
  predicted: Predicted | undefined,
): void {
  layer.replaceChildren();
  if (predicted === undefined) return;
  const row = predicted.row - buffer.active.viewportY;
  if (row < 0 || row >= rows) return;
  const { offsetWidth = 0, offsetHeight = 0 } = layer.parentElement ?? {};
  const [width, height] = [offsetWidth / cols, offsetHeight / rows];
  Object.assign(layer.style, { fontFamily: options.fontFamily, fontSize: `${options.fontSize}px` });
  const put = (name: string, text: string, column: number) => {
    const part = document.createElement('span');
    part.className = name;
    part.textContent = text;
    Object.assign(part.style, {
      left: `${column * width}px`,
      top: `${row * height}px`,
      height: `${height}px`,
      lineHeight: `${height}px`,
    });
    layer.append(part);
    return part;
  };
  put('predicted-text', predicted.text, predicted.column);
  // What was deleted ends before the program's own cursor: one cursor is enough.
  const { baseY, cursorX, cursorY } = buffer.active;
  const isBeside = baseY + cursorY === predicted.row && cursorX === predicted.column + predicted.text.length;
  const under = buffer.active.getLine(predicted.row)?.translateToString(false, cursorX, cursorX + 1) || ' ';
  if (isBeside) put('predicted-text', under, cursorX);
  put('predicted-cursor', '', predicted.cursor).style.width = `${width}px`;
}
