/** The file in the data folder that says what runs and ran, so that the next bridge knows it. */
import { join } from 'node:path';
import * as v from 'valibot';
import { RecordTold } from '#contract/record.ts';
import { createNewestWrite } from '../data/newest-write.ts';
import { readOrSetAside, writePrivate } from '../data/private-file.ts';

const count = v.pipe(v.number(), v.minValue(0));

/** How a run ended, as `sessions.ts` has it. */
const Ended = v.object({
  code: v.exactOptional(v.number()),
  signal: v.exactOptional(v.string()),
  endedAt: v.string(),
  out: count,
  err: count,
  isTimedOut: v.boolean(),
  durationMs: count,
});

/** A terminal or run. */
const KeptSession = v.object({
  record: RecordTold,
  /** Of a run. */
  timeoutMs: v.optional(count),
  ended: v.optional(Ended),
  /** In which start of the machine it was begun. */
  boot: v.optional(v.string()),
  /** Its first process, and when that began; '' where the system does not tell. */
  process: v.optional(v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(2)), began: v.string() })),
  /** The relay has all of its channel. */
  isTold: v.boolean(),
});
export type KeptSession = v.InferOutput<typeof KeptSession>;

const Kept = v.object({ sessions: v.array(v.unknown()) });

export interface KeptSessions extends AsyncDisposable {
  /** By id, oldest first. */
  readonly all: ReadonlyMap<string, KeptSession>;
  set(session: KeptSession): void;
  /** What was set is on the disk. */
  written(): Promise<void>;
  delete(id: string): void;
}

/** Opens the file; one that is damaged is kept beside it. */
export function openKeptSessions(folder: string, onTrouble: (error: unknown) => void): KeptSessions {
  const file = join(folder, 'sessions.json');
  // One that cannot be read costs no other.
  const read = (readOrSetAside(file, Kept)?.sessions ?? []).filter((one) => v.is(KeptSession, one));
  const all = new Map(read.map((one) => [one.record.id, one]));
  const write = createNewestWrite(
    () => writePrivate(file, JSON.stringify({ sessions: [...all.values()] }), { flush: false }),
    onTrouble,
  );
  return {
    all,
    set: (session) => {
      all.set(session.record.id, session);
      write.keep();
    },
    written: write.written,
    delete: (id) => {
      all.delete(id);
      write.keep();
    },
    [Symbol.asyncDispose]: write.done,
  };
}
