/** The children of a keeper: what may be started, how one ends and how long it is kept. */
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { checkSize, checkWanted } from './check-wanted.ts';
import { describe, type Ground, type Held } from './held.ts';
import {
  type Child,
  type ChildEnd,
  type ChildWanted,
  type InputMark,
  KeeperRefusal,
  marksMax,
  type Screen,
} from './keeper.ts';
import { startPipes } from './pipes-child.ts';
import { findProgram, isSignal, sessionOf, signalGroup, signalSession } from './processes.ts';
import { createRing } from './ring.ts';
import { startTerminal } from './terminal-child.ts';

export interface ChildrenOptions {
  readonly dataFolder: string;
  readonly toldMs: number;
  readonly untoldMs: number;
  readonly closeMs: number;
}

export interface Children {
  /** Whether there is any, also one that is being started. */
  readonly hasAny: boolean;
  start(wanted: ChildWanted): Promise<{ readonly pid: number; readonly isNew: boolean }>;
  list(): readonly Child[];
  /** The same, with what is being started now: once that has. */
  all(): Promise<readonly Child[]>;
  /** Throws a KeeperRefusal `child-unknown`. */
  get(id: string): Held;
  screen(id: string): Promise<Screen>;
  input(id: string, position: number, data: string, mark?: InputMark): { readonly isApplied: boolean };
  resize(id: string, cols: number, rows: number): void;
  signal(id: string, name: string): void;
  close(id: string): Promise<ChildEnd>;
  forget(id: string): void;
  /** A bridge knows that this child has ended. */
  told(held: Held): void;
  /** Forgets what was kept long enough. */
  sweep(): void;
}

interface State {
  readonly options: ChildrenOptions;
  readonly held: Map<string, Held>;
  readonly starting: Map<string, { readonly sort: ChildWanted['sort']; readonly held: Promise<Held> }>;
}

export function createChildren(options: ChildrenOptions): Children {
  const state: State = { options, held: new Map(), starting: new Map() };
  const get = (id: string) => {
    const held = state.held.get(id);
    if (held === undefined) throw new KeeperRefusal('child-unknown', 'The keeper of this machine has no such child.');
    return held;
  };
  return {
    get hasAny() {
      return state.held.size + state.starting.size > 0;
    },
    start: (wanted) => startOnce(state, wanted),
    list: () => [...state.held.values()].map(describe),
    all: async () => {
      await Promise.allSettled([...state.starting.values()].map(({ held }) => held));
      return [...state.held.values()].map(describe);
    },
    get,
    screen: async (id) => await terminalOf(get(id)).screen(),
    input: (id, position, data, mark) => type(get(id), position, data, mark),
    resize: (id, cols, rows) => {
      const held = running(get(id));
      checkSize(cols, rows);
      terminalOf(held).resize(cols, rows);
      held.size = { cols, rows };
    },
    signal: (id, name) => {
      if (!isSignal(name)) throw new KeeperRefusal('signal-unknown', `There is no signal ${name} on this machine.`);
      signalGroup(running(get(id)).body.pid, name);
    },
    close: (id) => closeChild(get(id), options.closeMs),
    forget: (id) => {
      if (state.held.get(id)?.end === undefined && state.held.has(id))
        throw new KeeperRefusal('child-running', 'It still runs. Close it first.');
      state.held.delete(id);
    },
    told: (held) => {
      held.forgetAt = Math.min(held.forgetAt, performance.now() + options.toldMs);
    },
    sweep: () => {
      for (const [id, { forgetAt }] of state.held) if (forgetAt <= performance.now()) state.held.delete(id);
    },
  };
}

async function startOnce(state: State, wanted: ChildWanted): Promise<{ pid: number; isNew: boolean }> {
  // Who asks for all children at this moment is told of this one.
  const before = state.starting.get(wanted.id);
  const there = state.held.get(wanted.id) ?? (before && (await before.held.catch(() => undefined)));
  if (there !== undefined) return { pid: there.body.pid, isNew: false };
  const starting = start(state, wanted).then((held) => {
    state.held.set(wanted.id, held);
    return held;
  });
  state.starting.set(wanted.id, { sort: wanted.sort, held: starting });
  try {
    const held = await starting;
    return { pid: held.body.pid, isNew: true };
  } finally {
    state.starting.delete(wanted.id);
  }
}

async function start(state: State, wanted: ChildWanted): Promise<Held> {
  checkWanted(wanted);
  checkRoom(state, wanted);
  const { sort, cwd, env, argv } = wanted;
  const isFolder = await stat(cwd).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new KeeperRefusal('cwd-unavailable', 'The folder to start in is not there, or is no folder.');
  const file = findProgram(argv[0] ?? '', cwd, env.PATH);
  if (file === undefined) throw new KeeperRefusal('program-not-found', notFound(argv[0] ?? ''));
  const { promise: made, resolve } = Promise.withResolvers<Held>();
  const { stdin: _, ...kept } = wanted;
  const draft: Omit<Held, 'body'> = {
    ...{ wanted: kept, startedAt: new Date().toISOString(), ring: createRing(limits.keeperRingBytes) },
    ...{ bytes: { out: 0, err: 0 }, followers: new Set(), behind: new Set(), dropped: 0, input: 0 },
    ...{ marks: new Map(), end: undefined },
    ...{ size: { cols: wanted.cols ?? 80, rows: wanted.rows ?? 24 }, forgetAt: Number.POSITIVE_INFINITY },
  };
  const ground = groundOf(state.options, wanted, file, made, draft);
  const body = sort === 'pty' ? await startTerminal(ground) : await startPipes(ground);
  const held = Object.assign(draft, { body });
  resolve(held);
  return held;
}

/** The first output may come before the program's start is known. */
function groundOf(
  { dataFolder, untoldMs }: ChildrenOptions,
  wanted: ChildWanted,
  file: string,
  made: Promise<Held>,
  draft: Omit<Held, 'body'>,
): Ground {
  const wake = () => {
    for (const follower of draft.followers) follower();
  };
  return {
    ...{ dataFolder, wanted, file },
    onOutput: (stream, bytes) => {
      draft.ring.append(stream, bytes);
      draft.bytes[stream] += bytes.length;
      wake();
    },
    onDropped: (bytes) => {
      draft.dropped += bytes;
    },
    onEnd: (end) => {
      void made.then((held) => {
        held.end = { ...end, endedAt: new Date().toISOString() };
        held.forgetAt = performance.now() + untoldMs;
        wake();
      });
    },
  };
}

function checkRoom({ held, starting }: State, { sort }: ChildWanted): void {
  const running = [...held.values()].filter(({ wanted, end }) => wanted.sort === sort && end === undefined);
  const begun = [...starting.values()].filter((one) => one.sort === sort);
  const most = sort === 'pty' ? limits.terminalsPerMachineMax : limits.runsPerMachineMax;
  if (running.length + begun.length < most) return;
  const what = sort === 'pty' ? 'terminals' : 'runs';
  throw new KeeperRefusal('too-many', `This machine has ${most} ${what} already. Close one first.`);
}

function running(held: Held): Held {
  if (held.end !== undefined) throw new KeeperRefusal('child-ended', 'The program has ended.');
  return held;
}

function terminalOf({ body }: Held): NonNullable<Held['body']['terminal']> {
  if (body.terminal === undefined)
    throw new KeeperRefusal('input-unavailable', 'This is a run, without a screen and without input.');
  return body.terminal;
}

function type(held: Held, position: number, data: string, mark?: InputMark): { readonly isApplied: boolean } {
  const terminal = terminalOf(running(held));
  if (position <= held.input) return { isApplied: false };
  held.input = position;
  note(held, mark);
  terminal.type(data);
  return { isApplied: true };
}

/** A bridge of an earlier release notes nothing: from then on nobody knows. */
function note(held: Held, mark: InputMark | undefined): void {
  if (mark === undefined) held.marks = undefined;
  const { marks } = held;
  if (mark === undefined || marks === undefined) return;
  const { name, count } = mark;
  marks.delete(name);
  marks.set(name, count);
  for (const oldest of [...marks.keys()].slice(0, -marksMax)) marks.delete(oldest);
}

function notFound(program: string): string {
  if (!program.includes('/')) return `There is no program ${program} in the PATH of this machine.`;
  return `${program} is not there, or it is not executable.`;
}

/** SIGHUP to all that belong to it, and SIGKILL to what is left. */
async function closeChild(held: Held, closeMs: number): Promise<ChildEnd> {
  const { pid } = held.body;
  const isOver = () => held.end !== undefined && sessionOf(pid).length === 0;
  if (held.end === undefined) {
    signalSession(pid, 'SIGHUP');
    const deadline = performance.now() + closeMs;
    while (!isOver() && performance.now() < deadline) await delay(20);
    if (!isOver()) signalSession(pid, 'SIGKILL');
  }
  return (
    held.end ??
    (await new Promise<ChildEnd>((resolve) => {
      const look = () => {
        if (held.end === undefined) return;
        held.followers.delete(look);
        resolve(held.end);
      };
      held.followers.add(look);
    }))
  );
}
