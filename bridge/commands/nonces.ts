/** Nonces of signed commands. They are stored on disk until no signature with them can be valid, so that each signed command runs at most once. */
import { join } from 'node:path';
import * as v from 'valibot';
import { openLineFile } from '../data/line-file.ts';

const Line = v.strictObject({ nonce: v.string(), id: v.string(), until: v.number() });
type Line = v.InferOutput<typeof Line>;

export interface Nonces extends AsyncDisposable {
  /** Stores durably that a nonce belongs to this command, until `untilMs` (ms since 1970). False if it belongs to another command. */
  take(nonce: string, id: string, untilMs: number): Promise<boolean>;
  /** Nonces that ended by this time may have been dropped, so a signature must expire later to be valid. In ms since 1970. */
  forgottenUntil(): number;
}

const linesBeforeRewrite = 1000;

/** The nonces of a data folder; `now` in ms since 1970. One process at a time. */
export async function openNonces(folder: string, now: () => number = Date.now): Promise<Nonces> {
  const kept = new Map<string, Line>();
  // A partial last line comes from a crash; its command had not begun.
  const file = await openLineFile<Line>(
    join(folder, 'nonces.jsonl'),
    (value) => {
      const parsed = v.safeParse(Line, value);
      if (parsed.success) kept.set(parsed.output.nonce, parsed.output);
      return parsed.success;
    },
    false,
  );
  // A clock that is set back must not make dropped nonces valid again.
  let forgottenUntil = kept.get('')?.until ?? 0;
  let lines = kept.size;
  let rewriteAt = linesBeforeRewrite;
  let last: Promise<unknown> = Promise.resolve();

  const forget = async () => {
    forgottenUntil = Math.max(forgottenUntil, now());
    for (const [nonce, { until }] of kept) if (until <= forgottenUntil) kept.delete(nonce);
    // The empty nonce stands for all dropped nonces.
    kept.set('', { nonce: '', id: '', until: forgottenUntil });
    // Rewrite only when the file has doubled, because many nonces may still be valid.
    rewriteAt = Math.max(linesBeforeRewrite, 2 * kept.size);
    await file.replace(() => kept.values());
    lines = kept.size;
  };
  return {
    forgottenUntil: () => forgottenUntil,
    take: (nonce, id, until) => {
      const taken = last.then(async () => {
        const known = kept.get(nonce);
        if (known !== undefined) return known.id === id;
        const line = { nonce, id, until };
        await file.append([line], 'durably');
        kept.set(nonce, line);
        lines += 1;
        // Without space for a new file, the old one stays.
        if (lines >= rewriteAt) await forget().catch(() => undefined);
        return true;
      });
      last = taken.catch(() => undefined);
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      await last;
      await file[Symbol.asyncDispose]();
    },
  };
}
