/** A terminal as it is followed: what its channel tells goes onto the view, what is typed goes into the channel, and the last screen is kept on this device. */

import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { refusedIn, sayNotTyped } from '#contract/not-typed.ts';
import { useApp } from '../../state/context.ts';
import type { Prediction } from './predict.ts';
import { channelsFor, type InClear, mayPass, metBy, type SealedWhy, sealExpected, sealedWhy } from './sealed.ts';
import type { Session } from './sessions.ts';
import type { Size } from './terminal-size.ts';
import { entryOf } from './terminal-told.ts';
import type { TerminalView } from './terminal-view.ts';
import { whyNotTyping } from './why-not-typing.ts';

type ChannelEvent = Parameters<Parameters<OpenChannels['follow']>[1]>[0];
type OpenChannels = Awaited<ReturnType<ReturnType<typeof useApp>['channels']>>;

export interface FollowedTerminal {
  /** Shows the terminal on a view. */
  show(view: TerminalView): void;
  type(text: string): void;
  /** The room has changed: the terminal follows, if its size is this screen's. */
  arranged(): void;
  readonly isHeard: Accessor<boolean>;
  /** When the screen that is shown was kept, ms since 1970; undefined once the channel is heard. */
  readonly keptAt: Accessor<number | undefined>;
  readonly isGone: Accessor<boolean>;
  /** Why a sealed terminal is not opened here (`sealed.ts`); undefined where it is. */
  readonly sealedWhy: Accessor<SealedWhy | undefined>;
  /** Opens it again, when that may be otherwise. */
  again(): void;
  /** It comes without a seal, where there might be one. */
  readonly inClear: Accessor<InClear | undefined>;
  typeInClear(): void;
  /** What is to be said of its machine, which this device meets for the first time; until it is seen. */
  readonly met: Accessor<readonly string[] | undefined>;
  seen(): void;
  readonly size: Accessor<Size | undefined>;
  /** Ms until the relay had the last keys. */
  readonly roundTrip: Accessor<number | undefined>;
  /** Why the last keys were not typed. */
  readonly refused: Accessor<string | undefined>;
  /** How often something that was typed has not arrived. */
  readonly lost: Accessor<number>;
}

/** How long after a change the screen is kept; how long a refusal is shown; how long until a channel that is not there yet is asked for again; and a size that was not told. In ms. */
const keepMs = 1000;
const refusedMs = 8000;
const againMs = 3000;
const sizeMs = 250;
const sizeAgainMs = 3000;
/** From this round trip on, in ms, what is typed shows before its echo. */
const predictFromMs = 60;

/** Follows while its owner is drawn. */
export function followTerminal(session: Accessor<Session>): FollowedTerminal {
  const app = useApp();
  const closing = new AbortController();
  const { id } = session();
  const [isHeard, setHeard] = createSignal(false);
  const [keptAt, setKeptAt] = createSignal<number>();
  const [isGone, setGone] = createSignal(false);
  const [size, setSize] = createSignal<Size>();
  const [roundTrip, setRoundTrip] = createSignal<number>();
  const [refused, setRefused] = createSignal<string>();
  const [lost, setLost] = createSignal(0);
  const [shutWhy, setShutWhy] = createSignal<SealedWhy>();
  const [inClear, setInClear] = createSignal<InClear>();
  const [met, setMet] = createSignal<readonly string[]>();
  const timers = createTimers(closing.signal);
  let view: TerminalView | undefined;
  let channels: OpenChannels | undefined;
  let inputs: ReturnType<OpenChannels['inputs']> | undefined;
  let following = new AbortController();
  let isFresh = false;
  /** The size that this screen gave the terminal, while it is the terminal's. */
  let given: string | undefined;
  let givenAt = 0;
  let prediction: Prediction | undefined;

  const taken = (ms: number) => {
    setRoundTrip(Math.round(ms));
    prediction?.roundTrip(ms);
    if (ms > predictFromMs && prediction === undefined && view !== undefined) void predict(view);
  };
  const predict = async (on: TerminalView) => {
    const { predictOn } = await import('./predict.ts');
    if (!closing.signal.aborted) prediction ??= predictOn(on.terminal, predictFromMs, closing.signal);
  };
  const keepNow = () => {
    if (view !== undefined && isHeard()) void channels?.keep(id, view.kept());
  };
  const refuse = (why: string) => {
    setRefused(why);
    setLost((before) => before + 1);
    timers.after('refused', refusedMs, () => setRefused(undefined));
  };
  const hear = (event: ChannelEvent) => {
    if (view === undefined) return;
    // What was shown stays until there is something in its place.
    if (event.type === 'begin') isFresh = true;
    if (event.type === 'shut') shut(event.why);
    if (event.type === 'gone') {
      setGone(true);
      if (session().end === undefined) timers.after('again', againMs, follow);
    }
    if (event.type !== 'entry' && event.type !== 'snapshot') return;
    if (isFresh && event.type === 'entry') view.clear();
    isFresh = false;
    setHeard(true);
    setGone(false);
    setKeptAt(undefined);
    if (event.type === 'snapshot') view.screen(event.text);
    else {
      writeEntry(view, event.entry);
      // A sealed channel says what it hears of its own attaches; this concerns everybody.
      if (refusedIn(event.entry)?.why === 'policy') refuse(sayNotTyped('policy'));
    }
    // Not after the last of them: a program may write without an end.
    timers.once('keep', keepMs, keepNow);
  };
  const follow = () => channels?.follow(id, hear, following.signal);
  const sendSize = (of: TerminalView) => {
    const [own, now] = [of.ownSize(), of.size()];
    if (own.cols === now.cols && own.rows === now.rows) return;
    // It was asked for, and will be told.
    if (given === textOf(own) && performance.now() - givenAt < sizeAgainMs) return;
    given = textOf(own);
    givenAt = performance.now();
    inputs?.send({ size: [own.cols, own.rows] });
  };
  const leave = () => {
    following.abort();
    inputs?.close();
    inputs = undefined;
  };
  const shut = (error: unknown) => {
    leave();
    // The machine comes back, or pins this device.
    if (mayPass(error)) timers.after('again', againMs, () => void open());
    setShutWhy(sealedWhy(error));
  };
  // While the view is loaded.
  let opening: Promise<OpenChannels> | undefined = channelsFor(app, session());
  const keptText = app.channels().then((all) => all.kept(id));
  for (const early of [opening, keptText]) early.catch(() => undefined);
  const open = async () => {
    if (closing.signal.aborted) return;
    // A later opening takes the place of an earlier one: two would show everything twice.
    leave();
    following = new AbortController();
    const { signal } = following;
    const early = opening;
    // What failed once may go the next time.
    opening = undefined;
    try {
      const opened = await (early ?? channelsFor(app, session()));
      const expected = await sealExpected(opened, session());
      if (signal.aborted) return;
      channels = opened;
      setShutWhy(undefined);
      setMet((before) => metBy(opened) ?? before);
      setInClear(({ this: 'asked', others: 'said', none: undefined } as const)[expected]);
      if (expected !== 'this') openInputs();
      follow();
    } catch (error) {
      if (!signal.aborted) shut(error);
    }
  };
  const openInputs = () => {
    inputs ??= channels?.inputs(id, { dropped: refuse, taken });
  };
  const leaveSight = () => document.visibilityState === 'hidden' && keepNow();
  document.addEventListener('visibilitychange', leaveSight);
  onCleanup(() => {
    document.removeEventListener('visibilitychange', leaveSight);
    keepNow();
    closing.abort();
    leave();
    view?.close();
  });
  return {
    ...{ isHeard, keptAt, isGone, sealedWhy: shutWhy, inClear, met, size, roundTrip, refused, lost },
    again: () => void open(),
    seen: () => setMet(undefined),
    typeInClear() {
      setInClear('allowed');
      openInputs();
    },
    async show(opened) {
      view = opened;
      const kept = await keptText;
      if (closing.signal.aborted) return;
      if (kept !== undefined) {
        view.screen(kept.text);
        setKeptAt(kept.at);
      }
      await open();
    },
    type(text) {
      const why = whyNotTyping(app.state, session(), isHeard());
      if (why !== undefined) return refuse(why);
      if (shutWhy() !== undefined) return refuse('Not typed: it is sealed, and not open here now.');
      if (inClear() === 'asked') return refuse('Not typed: this terminal is not sealed.');
      if (view !== undefined && given !== textOf(view.size())) sendSize(view);
      inputs?.send(text);
      prediction?.typed(text);
    },
    arranged() {
      if (view === undefined) return;
      const now = view.size();
      setSize(now);
      const opened = view;
      if (given === textOf(now) && whyNotTyping(app.state, session(), isHeard()) === undefined)
        timers.after('size', sizeMs, () => sendSize(opened));
    },
  };
}

const textOf = ({ cols, rows }: Size): string => `${cols} × ${rows}`;

function writeEntry(view: TerminalView, entry: unknown): void {
  const { output, size } = entryOf(entry);
  if (output !== undefined) view.output(output);
  if (size !== undefined) view.resize(size);
}

/** One timer a name: a later one takes the place of an earlier one. */
function createTimers(signal: AbortSignal) {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  signal.addEventListener('abort', () => timers.forEach(clearTimeout));
  const set = (name: string, ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(name);
      run();
    }, ms);
    if (signal.aborted) clearTimeout(timer);
    else timers.set(name, timer);
  };
  return {
    after(name: string, ms: number, run: () => void) {
      clearTimeout(timers.get(name));
      set(name, ms, run);
    },
    /** Where it waits already, it goes on waiting. */
    once(name: string, ms: number, run: () => void) {
      if (!timers.has(name)) set(name, ms, run);
    },
  };
}
