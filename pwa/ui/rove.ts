/** Arrows, Home, End and the first letters of a name move the focus among the choices of a sheet. */

/** How long letters count as one word, in ms. */
const wordMs = 600;
const moves: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at <= 0 ? count : at) - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

let typed = '';
let typedAt = 0;

/** Handles a key pressed in a sheet. A text field keeps its own keys, except for Arrow Down and Arrow Up in a search field. */
export function roveChoices(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const choices = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.choice:not(:disabled)')];
  const target = event.target as HTMLElement;
  const isSearch = target.matches('input[type=search]');
  if (choices.length === 0 || (!isSearch && target.matches('input, select, textarea'))) return;
  if (isSearch && !event.key.startsWith('Arrow')) return;
  const at = choices.indexOf(target);
  const move = moves[event.key];
  const next = move === undefined ? namedBy(event, choices, at) : choices[move(at, choices.length)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** The next choice whose name begins with what was typed. */
function namedBy(event: KeyboardEvent, choices: readonly HTMLElement[], at: number): HTMLElement | undefined {
  if (event.key.length !== 1 || event.key === ' ') return;
  typed = event.timeStamp - typedAt > wordMs ? event.key : typed + event.key;
  typedAt = event.timeStamp;
  // A first letter leads on from here; more letters may keep the place.
  const from = typed.length === 1 ? at + 1 : Math.max(at, 0);
  const inTurn = [...choices.slice(from), ...choices.slice(0, from)];
  return inTurn.find((choice) => choice.textContent?.trim().toLowerCase().startsWith(typed.toLowerCase()));
}
