/** A terminal on the screen: xterm.js, scaled to the room that there is. It shows; what is typed on a keyboard it passes on. Loaded with the first terminal that is opened. */
import { SerializeAddon } from '@xterm/addon-serialize';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { createKittyKeys } from './kitty-keys.ts';
import type { Pinched } from './pinch.ts';
import type { PredictedOn } from './predict.ts';
import { findLinks } from './terminal-links.ts';
import type { Searched } from './terminal-search.ts';
import {
  chooseType,
  measureCell,
  type Size,
  sizeWithin,
  terminalFont,
  typeChosen,
  typeFor,
  typePxMin,
} from './terminal-size.ts';
import { screenOf } from './terminal-told.ts';
import { followCursor, scrollByTouch, showCursor } from './terminal-touch.ts';

export interface ViewHeard {
  /** Typed on a keyboard, or pasted. */
  readonly typed: (text: string) => void;
  readonly opened: (address: string) => void;
  /** The room, the size of type or the terminal's size has changed. */
  readonly arranged: () => void;
  readonly selected: (isSelected: boolean) => void;
  /** A finger wants to type. */
  readonly tapped: () => void;
  /** A key leaves the terminal. */
  readonly left: () => void;
  /** A key wants to search. */
  readonly searched: () => void;
}

export interface TerminalView {
  /** Nothing has been written yet. */
  clear(): void;
  /** A screen in the place of all before it: JSON of `cols`, `rows` and the text that makes it. Anything else changes nothing. */
  screen(json: string): void;
  output(text: string): void;
  resize(size: Size): void;
  /** The terminal's size, and the one that would fill this screen. */
  size(): Size;
  ownSize(): Size;
  /** A terminal of this screen's size gets another one by it, and a scaled one is looked at more closely. */
  pinched(): Pinched;
  /** The screen as `screen` takes it. */
  kept(): string;
  /** Its text, with what has scrolled out of sight. */
  text(): string;
  selection(): string;
  /** For what is loaded when it is needed: the search, and the prediction of echo. */
  readonly terminal: Searched & PredictedOn;
  paste(text: string): void;
  isApplication(): boolean;
  focus(): void;
  close(): void;
}

/** Lines above the screen. */
const scrollback = 2000;
/** Screen readers get the lines after this time in ms: each is measured by itself, and that would hold up the first screen. */
const readAfterMs = 1000;
/** Characters that a kept screen may have. */
const keptMax = 60_000;

/** xterm's colours in those of the app; the ground is that of the element around. */
const theme = {
  background: '#00000000',
  foreground: '#ecebe6',
  cursor: '#ecebe6',
  cursorAccent: '#1d1c1a',
  selectionBackground: '#4fc3ae66',
  black: '#1d1c1a',
  red: '#f08a7e',
  green: '#7fc78a',
  yellow: '#e3a84f',
  blue: '#8fb2ee',
  magenta: '#d3a4e8',
  cyan: '#4fc3ae',
  white: '#d8d5cc',
  brightBlack: '#9b978c',
  brightRed: '#f7b0a7',
  brightGreen: '#a9dcb1',
  brightYellow: '#f0c98a',
  brightBlue: '#b5ccf5',
  brightMagenta: '#e5c6f3',
  brightCyan: '#86d9c9',
  brightWhite: '#ffffff',
};

/** Draws into `host`. `isTouch`: a field elsewhere takes what is typed, and the host's own takes no focus. */
export function openView(host: HTMLElement, isTouch: boolean, heard: ViewHeard): TerminalView {
  const font = terminalFont();
  const cell = measureCell(font);
  const room = () => ({ width: host.clientWidth - 20, height: host.clientHeight - 16 });
  const cols = 80;
  const terminal = new Terminal({
    ...{
      cols,
      rows: 24,
      fontFamily: font,
      fontSize: typeFor(cols, room().width, cell, typeChosen()),
      scrollback,
      theme,
    },
    ...{ allowTransparency: true, cursorBlink: false, macOptionIsMeta: true },
    linkHandler: { activate: (_event, address) => heard.opened(address) },
  });
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  terminal.open(host);
  terminal.onData(heard.typed);
  terminal.onSelectionChange(() => heard.selected(terminal.hasSelection()));
  findLinks(terminal, heard.opened);
  const kitty = createKittyKeys(terminal);
  keepKeys(terminal, heard, kitty.sequenceOf);
  terminal.textarea?.setAttribute('aria-label', 'Terminal. F6 leaves it.');
  if (isTouch) {
    showCursor(terminal);
    scrollByTouch(terminal, host, heard.tapped);
  }
  /** The size of type at which a scaled terminal is looked at more closely; 0 while all of it is shown. */
  let closerPx = 0;
  const seeCursor = followCursor(terminal, host, () => closerPx === 0);
  const wholePx = () => typeFor(terminal.cols, room().width, cell, typeChosen());
  const arrange = () => {
    if (room().width <= 0) return;
    terminal.options.fontSize = Math.max(wholePx(), closerPx);
    seeCursor();
    heard.arranged();
  };
  const resize = ({ cols, rows }: Size) => {
    if (cols !== terminal.cols || rows !== terminal.rows) closerPx = 0;
    terminal.resize(cols, rows);
    arrange();
  };
  const pinched = (): Pinched => {
    const px = terminal.options.fontSize ?? typeChosen();
    const isScaled = wholePx() < typeChosen();
    return {
      px,
      choose(to, x, y) {
        const before = terminal.options.fontSize ?? px;
        if (isScaled) closerPx = to > wholePx() ? to : 0;
        else chooseType(Math.max(typePxMin, to));
        arrange();
        const times = (terminal.options.fontSize ?? px) / before;
        if (isScaled) host.scrollTo((host.scrollLeft + x) * times - x, (host.scrollTop + y) * times - y);
      },
    };
  };
  const reset = () => {
    terminal.reset();
    kitty.forget();
  };
  // What was written before is drawn first.
  const then = (run: () => void) => terminal.write('', run);
  const watching = new ResizeObserver(arrange);
  watching.observe(host);
  const reading = setTimeout(() => {
    terminal.options.screenReaderMode = true;
  }, readAfterMs);
  return {
    clear: () => then(reset),
    screen(json) {
      const screen = screenOf(json);
      if (screen === undefined) return;
      const { text, ...size } = screen;
      then(() => {
        reset();
        resize(size);
      });
      terminal.write(text);
    },
    output: (text) => terminal.write(text),
    resize: (size) => then(() => resize(size)),
    size: () => ({ cols: terminal.cols, rows: terminal.rows }),
    ownSize: () => sizeWithin(room().width, room().height, cell, typeChosen()),
    pinched,
    kept: () => keptOf(terminal, serializer),
    text: () => textOf(terminal),
    selection: () => terminal.getSelection(),
    terminal,
    paste: (text) => terminal.paste(text),
    isApplication: () => terminal.modes.applicationCursorKeysMode,
    focus: () => terminal.focus(),
    close() {
      clearTimeout(reading);
      watching.disconnect();
      terminal.dispose();
    },
  };
}

/** With as much of what scrolled out of sight as there is room for. */
function keptOf({ cols, rows }: Terminal, serializer: SerializeAddon): string {
  const lines = [200, 50, 0].map((above) => () => serializer.serialize({ scrollback: above }));
  let text = '';
  for (const take of lines) {
    text = take();
    if (text.length < keptMax) break;
  }
  return JSON.stringify({ cols, rows, text });
}

function textOf({ buffer: { active } }: Terminal): string {
  const lines: string[] = [];
  for (let at = 0; at < active.length; at++) {
    const line = active.getLine(at);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
    else lines.push(text);
  }
  return lines.join('\n').trimEnd();
}

/** F6 leaves the terminal, Ctrl Shift C copies, Ctrl Shift F searches, and Ctrl Shift K is the app's Ctrl K: all others are the program's. */
function keepKeys(
  terminal: Terminal,
  { left, searched, typed }: ViewHeard,
  sequenceOf: (event: KeyboardEvent) => string | undefined,
): void {
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown') return true;
    const isOurs = event.ctrlKey && event.shiftKey;
    if (event.key === 'F6') left();
    else if (isOurs && event.code === 'KeyC') void navigator.clipboard?.writeText(terminal.getSelection());
    else if (isOurs && event.code === 'KeyF') searched();
    else if (isOurs && event.code === 'KeyK') return false;
    else {
      const sequence = event.isComposing ? undefined : sequenceOf(event);
      if (sequence === undefined) return true;
      typed(sequence);
    }
    event.preventDefault();
    return false;
  });
}
