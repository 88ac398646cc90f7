/** Nonces of signed commands, kept on the disk until no signature with them can count any more: what was signed once happens once. */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const Line = v.strictObject({ nonce: v.string(), id: v.string(), until: v.number() });
type Line = v.InferOutput<typeof Line>;

export interface Nonces {
  /** Notes, durably, that a nonce belongs to this command, until `untilMs` (ms since 1970). False where it belongs to another one. */
  take(nonce: string, id: string, untilMs: number): Promise<boolean>;
  /** What ended by then may have been forgotten: a signature has to live longer to count. In ms since 1970. */
  forgottenUntil(): number;
}

const linesBeforeRewrite = 1000;

/** The nonces of a data folder; `now` in ms since 1970. One process at a time. */
export async function openNonces(folder: string, now: () => number = Date.now): Promise<Nonces> {
  const path = join(folder, 'nonces.jsonl');
  const kept = new Map<string, Line>();
  for (const line of await readLines(path)) kept.set(line.nonce, line);
  // A clock that is set back must not bring back what was forgotten.
  let forgottenUntil = Math.max(0, ...[...kept.values()].filter(({ nonce }) => nonce === '').map(({ until }) => until));
  let lines = kept.size;
  let last: Promise<unknown> = Promise.resolve();

  const write = async (line: Line) => {
    const handle = await open(path, 'a', 0o600);
    try {
      await handle.appendFile(`${JSON.stringify(line)}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    kept.set(line.nonce, line);
    lines += 1;
  };
  const forget = async () => {
    forgottenUntil = Math.max(forgottenUntil, now());
    for (const [nonce, { until }] of kept) if (until <= forgottenUntil) kept.delete(nonce);
    // The empty nonce stands for all that was forgotten.
    kept.set('', { nonce: '', id: '', until: forgottenUntil });
    const fresh = `${path}.new`;
    const handle = await open(fresh, 'w', 0o600);
    await handle.writeFile([...kept.values()].map((line) => `${JSON.stringify(line)}\n`).join(''));
    await handle.sync();
    await handle.close();
    await rename(fresh, path);
    lines = kept.size;
  };
  return {
    forgottenUntil: () => forgottenUntil,
    take: (nonce, id, until) => {
      const taken = last.then(async () => {
        const known = kept.get(nonce);
        if (known !== undefined) return known.id === id;
        await write({ nonce, id, until });
        if (lines >= linesBeforeRewrite) await forget();
        return true;
      });
      last = taken.catch(() => undefined);
      return taken;
    },
  };
}

/** A torn last line is the mark of a crash: its command had not begun. */
async function readLines(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return [v.parse(Line, JSON.parse(line))];
    } catch {
      return [];
    }
  });
}
