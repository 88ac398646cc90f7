/** `sallyport audit`: the machine's own log, and whether a log (this one, or an export of the relay's) is as it was written. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { AuditEntry, verifyAudit } from '#contract/audit.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { readAudit, sha256 } from '../audit.ts';
import { defaultDataFolder, openDataFolder } from '../data.ts';
import { exitCodes } from './exit-codes.ts';
import type { plainOptions } from './options.ts';
import { printColumns, printJson, printLine } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof plainOptions>;

/** Runs the command; resolves to the exit code: 1 where a log does not hold. Throws a UsageError. */
export async function audit(values: Values, words: readonly string[], env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const [verb = 'ls', file, ...more] = words;
  if (verb === 'ls' && file === undefined) return show(await readAudit(data.path), values.json);
  if (verb !== 'verify' || more.length > 0) throw new UsageError('audit takes ls, or verify [FILE] (- for stdin).');
  const lines = file === undefined ? await readAudit(data.path) : await readLines(file);
  return verify(lines, values.json);
}

function show(lines: readonly string[], json: boolean): number {
  if (json) for (const line of lines) printLine(line);
  else
    printColumns(
      lines.flatMap((line) => {
        const { success, output } = v.safeParse(AuditEntry, JSON.parse(line));
        if (!success) return [];
        const about = Object.entries(output.about ?? {}).map(([name, value]) => `${name}=${value}`);
        return [[output.at, output.action, output.result, output.by.name, about.join(' ')]];
      }),
    );
  return exitCodes.ok;
}

function verify(lines: readonly string[], json: boolean): number {
  const found = verifyAudit(lines, sha256);
  if (json) printJson(found);
  else if (found.holds)
    printLine(
      `It holds: ${found.entries} ${found.entries === 1 ? 'entry' : 'entries'}${found.logs.length > 1 ? ` in ${found.logs.length} logs` : ''}.`,
    );
  else
    printLine(
      `It does not hold from line ${found.line} on${found.seq === undefined ? '' : `, entry ${found.seq} of the log "${found.log}"`}: ${found.why}.`,
    );
  return found.holds ? exitCodes.ok : exitCodes.failure;
}

async function readLines(file: string): Promise<readonly string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines: string[] = [];
  try {
    for await (const line of createInterface({ input })) if (line !== '') lines.push(line);
  } catch (cause) {
    throw new UsageError(`${file} cannot be read.`, { cause });
  }
  return lines;
}
