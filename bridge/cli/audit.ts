/** `sallyport audit`: lists the machine's own log, and checks that this log, or an export of the relay's, was not changed. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { AuditEntry, headsOf, type Verified, verifyAudit } from '#contract/audit.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { readAudit, readAuditHead, sha256 } from '../audit/log.ts';
import { defaultDataFolder, openDataFolder } from '../data/data-folder.ts';
import { exitCodes } from '../system/exit-codes.ts';
import type { auditOptions } from './options.ts';
import { printJson, printJsonLine, printLine, printList } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof auditOptions>;

/** Runs the command. Resolves to the exit code: 1 if a log is invalid. Throws a UsageError. */
export async function audit(values: Values, words: readonly string[], env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const [verb = 'ls', file, ...more] = words;
  if (verb === 'ls' && file === undefined) return show(await readAudit(data.path), values.json);
  if (verb !== 'verify' || more.length > 0) throw new UsageError('audit takes ls, or verify [FILE] (- for stdin).');
  const lines = file === undefined ? await readAudit(data.path) : await readLines(file);
  const since = values.since === undefined ? [] : await readLines(values.since);
  const kept = file === undefined ? [...since, ...(await readAuditHead(data.path))] : since;
  return verify(verifyAudit(lines, sha256, headsOf(kept)), values.json);
}

function show(lines: readonly string[], json: boolean): number {
  if (json) for (const line of lines) printJsonLine(line);
  else
    printList(
      lines.flatMap((line) => {
        const { success, output } = v.safeParse(AuditEntry, JSON.parse(line));
        if (!success) return [];
        const about = Object.entries(output.about ?? {}).map(([name, value]) => `${name}=${value}`);
        return [[output.at, output.action, output.result, output.by.name, about.join(' ')]];
      }),
      'The log has no entries yet.',
    );
  return exitCodes.ok;
}

/** A log counts as complete only if its end is proven: the rest of a truncated or emptied log is still valid. */
function verify(found: Verified, json: boolean): number {
  const isProven = found.holds && found.logs.length > 0 && found.unproven.length === 0;
  if (json) printJson({ ...found, proven: isProven });
  else printLine(verdict(found));
  return isProven ? exitCodes.ok : exitCodes.failure;
}

function verdict(found: Verified): string {
  if (!found.holds) {
    const entry = found.seq === undefined ? '' : `, entry ${found.seq} of the log "${found.log}"`;
    return `The log is not valid from line ${found.line} on${entry}: ${found.why}.`;
  }
  const { entries, logs, unproven } = found;
  if (logs.length === 0) return 'There are no entries. The end is not proven: all entries may have been removed.';
  const among = logs.length > 1 ? ` in ${logs.length} logs` : '';
  const holds = `The log is valid: ${entries} ${entries === 1 ? 'entry' : 'entries'}${among}.`;
  if (unproven.length === 0) return holds;
  return `${holds} The end is not proven (${unproven.join(', ')}): later entries may have been cut off. Compare with an earlier export: --since FILE.`;
}

async function readLines(file: string): Promise<readonly string[]> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const lines: string[] = [];
  const { createInterface } = await import('node:readline');
  try {
    for await (const line of createInterface({ input })) if (line !== '') lines.push(line);
  } catch (cause) {
    throw new UsageError(`Could not read ${file}.`, { cause });
  }
  return lines;
}
