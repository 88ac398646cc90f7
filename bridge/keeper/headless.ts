/** The keeper's own terminal of a pty: it answers the program's queries and can give its screen at any moment. xterm.js is loaded with the first one. */
import type { SerializeAddon } from '@xterm/addon-serialize';
import type { Terminal } from '@xterm/headless';
import { createKittyFlags } from './kitty-flags.ts';
import { leap } from './leap.ts';
import { createWaitingBytes } from './waiting-bytes.ts';

export interface Headless {
  /** Queues output of the program, in UTF-8. */
  write(bytes: Uint8Array): void;
  /** Bytes that are not drawn yet. */
  readonly waiting: number;
  /** The screen once all that was written before is drawn. */
  screen(): Promise<{ readonly title?: string; readonly text: string }>;
  resize(cols: number, rows: number): void;
  dispose(): void;
}

export interface HeadlessDeps {
  readonly cols: number;
  readonly rows: number;
  /** What the terminal answers the program. */
  readonly onAnswer: (data: string) => void;
  /** All but a little of what waited is drawn. */
  readonly onDrained: () => void;
}

const scrollback = 200;
/** xterm.js lets others run only between pieces. */
const pieceLength = 4096;
const drainedLength = 64 * 1024;
/** What waits while it rests is looked through once there is so much of it. */
const floodLength = 128 * 1024;
/** In a flood the terminal rests so long between two pieces, unless somebody wants its screen: drawing is most of the work. */
const restMs = 20;

/** What xterm.js knows and its serializer does not write. */
interface Inside {
  readonly _core: {
    readonly buffer: { readonly scrollTop: number; readonly scrollBottom: number };
    readonly coreMouseService: { readonly activeEncoding: string };
    readonly coreService: {
      readonly isCursorHidden: boolean;
      readonly decPrivateModes: { readonly cursorStyle?: string; readonly cursorBlink?: boolean };
    };
  };
}

export async function openHeadless({ cols, rows, onAnswer, onDrained }: HeadlessDeps): Promise<Headless> {
  const [headless, serialize] = await Promise.all([import('@xterm/headless'), import('@xterm/addon-serialize')]);
  const terminal = new headless.default.Terminal({
    ...{ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' },
    windowOptions: { getWinSizeChars: true },
  });
  const serializer = new serialize.default.SerializeAddon();
  terminal.loadAddon(serializer);
  const kitty = createKittyFlags(terminal, onAnswer);
  terminal.onData(onAnswer);
  let title = '';
  terminal.onTitleChange((said) => {
    title = said;
  });
  const queue = createQueue(terminal, onDrained);
  return {
    get waiting() {
      return queue.waiting;
    },
    write: queue.write,
    screen: async () => {
      await queue.drawn();
      return { ...(title !== '' && { title }), text: textOf(terminal, serializer, kitty) };
    },
    resize: (toCols, toRows) => terminal.resize(toCols, toRows),
    dispose: () => {
      queue[Symbol.dispose]();
      terminal.dispose();
    },
  };
}

interface Queue extends Disposable {
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  /** Resolves when what was written before is drawn, and nothing that was written after it. */
  drawn(): Promise<void>;
}

/** Draws one piece after another. Of what waits meanwhile, lines that would scroll out are left out. */
function createQueue(terminal: Terminal, onDrained: () => void): Queue {
  const waits = createWaitingBytes();
  // Since it was last looked at.
  let hasMore = false;
  let drawing = 0;
  let marks: { at: number; readonly resolve: () => void }[] = [];
  let resting: NodeJS.Timeout | undefined;
  const take = (length: number) => {
    waits.drop(length);
    marks = marks.map(({ at, resolve }) => ({ at: at - length, resolve }));
  };
  const leapOver = (ahead: number) => {
    const left = leapIn(terminal, waits.first(ahead));
    take(left);
    return left;
  };
  const goOn = () => {
    clearTimeout(resting);
    resting = undefined;
    if (drawing === 0) next();
  };
  const next = () => {
    while (marks[0]?.at === 0) marks.shift()?.resolve();
    const before = waits.length;
    if (before === 0) return;
    // Up to a screen that somebody waits for.
    const ahead = marks[0]?.at ?? before;
    const left = hasMore ? leapOver(ahead) : 0;
    hasMore = false;
    const piece = Buffer.from(waits.first(Math.min(pieceLength, ahead - left)));
    take(piece.length);
    drawing = piece.length;
    terminal.write(piece, () => {
      drawing = 0;
      if (before > drainedLength && waits.length <= drainedLength) onDrained();
      if (left > 0 && marks.length === 0) resting = setTimeout(goOn, restMs);
      else next();
    });
  };
  return {
    get waiting() {
      return waits.length + drawing;
    },
    write: (bytes) => {
      waits.push(bytes);
      hasMore = true;
      if (resting !== undefined && waits.length <= floodLength) return;
      if (resting !== undefined) leapOver(waits.length);
      // What cannot be left out is drawn.
      if (resting === undefined || waits.length > floodLength) goOn();
    },
    drawn: () =>
      new Promise((resolve) => {
        marks.push({ at: waits.length, resolve });
        goOn();
      }),
    [Symbol.dispose]: () => clearTimeout(resting),
  };
}

/** How many of the first bytes the terminal need not be shown: none while only a part of its screen scrolls. */
function leapIn(terminal: Terminal, bytes: Buffer): number {
  const { scrollTop, scrollBottom } = (terminal as unknown as Inside)._core.buffer;
  const scrollsAsWhole = scrollTop === 0 && scrollBottom === terminal.rows - 1;
  return scrollsAsWhole ? leap(bytes, scrollback + 2 * terminal.rows) : 0;
}

const mouseEncodings: Readonly<Record<string, string>> = { SGR: '\u001b[?1006h', SGR_PIXELS: '\u001b[?1016h' };
const cursorStyles: Readonly<Record<string, number>> = { block: 2, underline: 4, bar: 6 };

function textOf(terminal: Terminal, serializer: SerializeAddon, kitty: ReturnType<typeof createKittyFlags>): string {
  const { buffer, coreMouseService, coreService } = (terminal as unknown as Inside)._core;
  const { cursorStyle, cursorBlink } = coreService.decPrivateModes;
  const style = cursorStyle === undefined ? undefined : cursorStyles[cursorStyle];
  const { type, cursorX, cursorY } = terminal.buffer.active;
  const { scrollTop, scrollBottom } = buffer;
  const hasRegion = scrollTop > 0 || scrollBottom < terminal.rows - 1;
  return [
    coreService.isCursorHidden ? '\u001b[?25l' : '',
    mouseEncodings[coreMouseService.activeEncoding] ?? '',
    style === undefined ? '' : `\u001b[${cursorBlink === true ? style - 1 : style} q`,
    kitty.replay('normal'),
    serializer.serialize({ scrollback }),
    type === 'alternate' ? kitty.replay('alternate') : '',
    // Setting the region moves the cursor.
    hasRegion ? `\u001b[${scrollTop + 1};${scrollBottom + 1}r\u001b[${cursorY + 1};${cursorX + 1}H` : '',
  ].join('');
}
