/**
 * Predicts the echo of what is typed, on one line. Pure.
 *
 * A prediction is only told once the program has echoed a character since this prompt began: where it echoes nothing, as
 * for a password, nothing is ever told. Whatever has an effect that nobody knows (Enter, an arrow, Ctrl with a letter)
 * ends what is known of the prompt. A program that shows something else takes everything back.
 */

/** What a terminal shows now. Rows count from the top of what has scrolled out of sight. */
export interface Shown {
  readonly row: number;
  readonly column: number;
  readonly cols: number;
  /** The text in cells of a row, from one column to before another. */
  cells(row: number, from: number, to: number): string;
}

/** `text` stands in the cells from `column` on, and the cursor behind it. Spaces are what was deleted. */
export interface Predicted {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  /** Where the cursor will be. */
  readonly cursor: number;
}

export interface EchoPrediction {
  typed(text: string, shown: Shown, now: number): void;
  /** The program has written something. */
  heard(shown: Shown, now: number): void;
  /** Time has passed: what a program has not shown by then it will not show. */
  passed(now: number): void;
  /** The size has changed, or the screen is another one. */
  forget(now: number): void;
  /** Ms that a key takes to the relay and back. */
  roundTrip(ms: number): void;
  told(): Predicted | undefined;
}

interface State {
  /** Where the line that is typed begins; undefined before its first key. */
  anchor: { readonly row: number; readonly column: number } | undefined;
  /** The line after each key that the program has not shown yet; the first one is what it shows. */
  lines: (readonly string[])[];
  isProven: boolean;
  /** A key whose effect nobody knows was pressed: what is typed from then on is not followed. */
  isClosing: boolean;
  /** Nothing is followed until nobody has typed for a while. */
  isBlocked: boolean;
  typedAt: number;
  ms: number;
}

/** Of the echo, in ms: how long nobody types before a prompt may begin anew, and how long it is waited for. */
const quietMs = ({ ms }: State) => 300 + 3 * ms;
const lateMs = ({ ms }: State) => 1500 + 4 * ms;

export function createEchoPrediction(): EchoPrediction {
  const state: State = {
    ...{ anchor: undefined, lines: [], isProven: false, isClosing: false, isBlocked: false },
    ...{ typedAt: Number.NEGATIVE_INFINITY, ms: 0 },
  };
  return {
    typed(text, shown, now) {
      if (state.isBlocked && now - state.typedAt > quietMs(state)) begin(state);
      state.typedAt = now;
      // A paste is no typing.
      const keys = [...text];
      for (const key of keys.length > 8 ? ['\r'] : keys) press(state, key, shown);
    },
    heard: (shown) => compare(state, shown),
    passed(now) {
      if (state.lines.length < 2 || now - state.typedAt <= lateMs(state)) return;
      if (state.lines[0]?.join('') === state.lines.at(-1)?.join('')) state.lines = state.lines.slice(-1);
      else block(state);
    },
    forget: () => block(state),
    roundTrip: (ms) => {
      state.ms = ms;
    },
    told: () => tell(state),
  };
}

/** A prompt of which nothing is known. */
function begin(state: State): void {
  Object.assign(state, { anchor: undefined, lines: [], isProven: false, isClosing: false, isBlocked: false });
}

function block(state: State): void {
  begin(state);
  state.isBlocked = true;
}

function press(state: State, key: string, shown: Shown): void {
  if (state.isBlocked || state.isClosing) return;
  const line = state.lines.at(-1) ?? [];
  const width = widthOf(key);
  if (key === '\x7f' && line.length > 0) state.lines.push(line.slice(0, -1));
  else if (width === 0 || (state.anchor ?? shown).column + cellsOf(line) + width >= shown.cols) close(state);
  else {
    if (state.anchor === undefined) {
      state.anchor = { row: shown.row, column: shown.column };
      state.lines = [[]];
    }
    state.lines.push([...line, key]);
  }
}

/** Before anything was typed, the prompt is over at once; what comes next may be another program. */
function close(state: State): void {
  if (state.anchor === undefined) block(state);
  else state.isClosing = true;
}

function compare(state: State, shown: Shown): void {
  const { anchor, lines } = state;
  if (anchor === undefined) return;
  // The first that fits: what was deleted again may be still to come.
  const at = lines.findIndex((line) => isShown(anchor, line, shown));
  const line = lines[at];
  if (line !== undefined) {
    if (at > 0 && line.length > (lines[0]?.length ?? 0)) state.isProven = true;
    state.lines = lines.slice(at);
  } else if (state.isClosing && hasCells(anchor, lines.at(-1) ?? [], shown)) {
    // All of the line was echoed, and then the key has had its effect: a new prompt.
    begin(state);
  } else block(state);
}

type Anchor = NonNullable<State['anchor']>;

/** Whether the terminal shows this line, with the cursor behind it. */
function isShown(anchor: Anchor, line: readonly string[], shown: Shown): boolean {
  return shown.row === anchor.row && shown.column === anchor.column + cellsOf(line) && hasCells(anchor, line, shown);
}

function hasCells({ row, column }: Anchor, line: readonly string[], shown: Shown): boolean {
  return shown.cells(row, column, column + cellsOf(line)) === line.join('');
}

function tell({ anchor, lines, isProven }: State): Predicted | undefined {
  const [now, last] = [lines[0], lines.at(-1)];
  if (!isProven || anchor === undefined || now === undefined || last === undefined || lines.length < 2)
    return undefined;
  const different = last.findIndex((character, at) => character !== now[at]);
  const same = different < 0 ? last.length : different;
  const added = last.slice(same);
  const deleted = Math.max(0, cellsOf(now) - cellsOf(last));
  if (added.length === 0 && deleted === 0) return undefined;
  const cursor = anchor.column + cellsOf(last);
  return { row: anchor.row, column: cursor - cellsOf(added), text: added.join('') + ' '.repeat(deleted), cursor };
}

function cellsOf(line: readonly string[]): number {
  return line.reduce((sum, character) => sum + widthOf(character), 0);
}

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$|^\p{Emoji_Presentation}$/u;
/** What has no width of its own, or none that terminals agree on. */
const unknown = /^[\p{C}\p{M}\p{Zl}\p{Zp}]$/u;

/** Cells of a character; 0 for what is none. */
function widthOf(character: string): number {
  if (unknown.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
