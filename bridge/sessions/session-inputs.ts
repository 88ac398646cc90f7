/** What people type into a session, on its way to the child. */
import * as v from 'valibot';
import { Input, type InputGiven } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { checkSize } from '../keeper/check-wanted.ts';
import { type InputMark, marksMax } from '../keeper/keeper.ts';
import type { ChannelSeal } from './channel-seal.ts';
import { sayTyping } from './session-people.ts';
import { change, type State } from './session-state.ts';

/** One call after another. */
export async function take(state: State, given: readonly InputGiven[], nowMs: number): Promise<void> {
  state.taking = state.taking.catch(() => undefined).then(() => takeNext(state, given, nowMs));
  await state.taking;
}

async function takeNext(state: State, given: readonly InputGiven[], nowMs: number): Promise<void> {
  const inputs = notTaken(state, given);
  if (!state.deps.mayType(state.kept.record)) return passBy(state, inputs);
  // Also what was held on its way here, or waited for the one before: nobody expects it any more.
  const isLate = ({ at }: InputGiven) => Math.max(nowMs, state.deps.relayNow()) - at > limits.inputAgeMsMax;
  const inTime = inputs.filter((given) => !isLate(given));
  const { seal } = state.deps;
  const wanted: readonly Typed[] = seal === undefined ? inTime : opened(state, seal, inTime);
  for (const { fingerprint, ...typed } of wanted) {
    if (typeof typed.input === 'string') state.attended.enter('channel-typed', { ...typed.by, fingerprint });
    // One that ended meanwhile takes nothing more.
    await apply(state, typed).catch(() => undefined);
  }
  if (inTime.length < inputs.length) state.outflow.say({ late: inputs.length - inTime.length });
  state.inputAfter = Math.max(state.inputAfter, ...inputs.map(({ position }) => position));
  const last = wanted.findLast(({ input }) => typeof input === 'string');
  if (last !== undefined) sayTyping(state, last.by.name);
  const hasEnter = wanted.some(({ input }) => typeof input === 'string' && input.includes('\r'));
  // Of a sealed terminal nobody hears what runs in it.
  if (hasEnter && seal === undefined) state.look.soon();
}

/** Those behind the last one that was taken, each once: a relay, a network or another request may tell them again. */
function notTaken({ inputAfter }: State, inputs: readonly InputGiven[]): readonly InputGiven[] {
  let last = inputAfter;
  return inputs.filter(({ position }) => {
    const isNext = position > last;
    last = Math.max(last, position);
    return isNext;
  });
}

/** An input; and, where it was sealed, the key of the device, which the machine knows where the relay only says a name, and its place among what came by its attach. */
type Typed = InputGiven & { readonly fingerprint?: string; readonly mark?: InputMark };

/** Those of a sealed channel that may be typed; of the others it is said why not. */
function opened(state: State, seal: ChannelSeal, inputs: readonly InputGiven[]): readonly Typed[] {
  const found = seal.open(inputs.map(({ input }) => input));
  const typed: Typed[] = [];
  const refused = new Map<string, object>();
  for (const [at, one] of found.entries()) {
    const given = inputs[at];
    if (one === undefined) continue;
    if ('why' in one) refused.set(JSON.stringify(one), one);
    else if (given !== undefined && v.is(Input, one.input))
      typed.push({
        ...{ ...given, input: one.input, fingerprint: one.device },
        mark: { name: one.attach, count: one.counter },
      });
  }
  for (const one of refused.values()) state.outflow.say({ refused: one });
  return typed;
}

/** The owner has changed the policy since it was opened: it goes on, and nobody types. */
function passBy(state: State, inputs: readonly InputGiven[]): void {
  for (const { by } of inputs) state.attended.enter('channel-typed', by, 'refused');
  state.inputAfter = Math.max(state.inputAfter, ...inputs.map(({ position }) => position));
  if (inputs.length > 0) state.outflow.say({ refused: { why: 'policy' } });
}

/** Says what was typed by each attach, and which are of use on. What came by others and was not typed never will be, so their devices may send it again. */
export async function sayTyped(state: State): Promise<void> {
  const { deps, id, outflow } = state;
  if (deps.seal === undefined || !state.isTerminal) return;
  // Before the marks: what comes by one that ends meanwhile may still be typed.
  const open = deps.seal.attaches;
  await state.taking.catch(() => undefined);
  const children = await deps.keeper.children().catch(() => []);
  const { marks } = children.find((child) => child.id === id) ?? {};
  // Of a keeper of an earlier release, and where there were more than it notes, nobody knows.
  if (marks === undefined || Object.keys(marks).length >= marksMax) return;
  outflow.say({ typed: marks, open });
}

async function apply(state: State, { position, input, mark }: Omit<Typed, 'fingerprint'>): Promise<void> {
  const { keeper } = state.deps;
  if (typeof input === 'string') return void (await keeper.input(state.id, position, input, mark));
  const [cols, rows] = Array.isArray(input.size) ? (input.size as readonly unknown[]) : [];
  if (typeof cols !== 'number' || typeof rows !== 'number') return;
  const { meta } = state.kept.record;
  if (meta.cols === cols && meta.rows === rows) return;
  checkSize(cols, rows);
  // Before what the program draws for it, which may come with the answer. What it drew before, it draws anew.
  state.outflow.say({ r: [cols, rows] });
  await keeper.resize(state.id, cols, rows);
  change(state, {}, { cols, rows });
}
