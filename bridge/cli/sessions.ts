/** `sallyport terminals` and `sallyport runs`: what runs on the machines, and what has run. */
import { sayEndReason } from '#contract/end-reasons.ts';
import type { Machine } from '#contract/machine.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Client } from '../net/client.ts';
import { agoText } from '../system/ago.ts';
import { everyPage, withRelay } from './as-person.ts';
import type { sessionsOptions } from './options.ts';
import { printJson, printList } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof sessionsOptions>;

const heads = ['ID', 'MACHINE', 'STATE', 'FOLDER', 'BY', 'STARTED', 'TITLE'];

/** Lists them; resolves to the exit code. Throws a UsageError. */
export async function sessions(
  kind: 'terminal' | 'run',
  values: Values,
  words: readonly string[],
  env: Env,
): Promise<number> {
  if (words.length > 0) throw new UsageError(`${kind}s takes no words. --machine names a machine.`);
  return await withRelay(values, env, async (client) => {
    const machines = await machinesOf(client, values.machine);
    const found = await Promise.all(machines.map((machine) => recordsOf(client, machine, kind, values.all)));
    const all = found.flat().toSorted((a, b) => startedAt(b.record).localeCompare(startedAt(a.record)));
    if (values.json) for (const { record, machine } of all) printJson({ machine: machine.name, ...record });
    else printList(all.map(columns), noneOf(kind, values.all), kind === 'terminal' ? [...heads, 'READ BY'] : heads);
  });
}

function noneOf(kind: string, isAll: boolean): string {
  return isAll ? `There are no ${kind}s.` : `No ${kind} is open. --all lists those that have ended too.`;
}

export async function machinesOf(client: Client, named: string | undefined): Promise<readonly Machine[]> {
  if (named !== undefined) return [await client.call('machine', { parameters: { machine: named } })];
  return await everyPage<Machine>((after) => client.call('machines', { query: { limit: 500, after } }));
}

async function recordsOf(client: Client, machine: Machine, kind: string, isAll: boolean) {
  const query = { kind, limit: 500, ...(isAll ? {} : { state: 'running' }) };
  const parameters = { machine: machine.id };
  const records = await everyPage<RecordItem>((after) =>
    client.call('machineRecords', { parameters, query: { ...query, after } }),
  );
  return records.map((record) => ({ record, machine }));
}

function startedAt({ meta }: RecordItem): string {
  return String(meta.startedAt ?? '');
}

function columns({ record, machine }: { readonly record: RecordItem; readonly machine: Machine }): readonly string[] {
  const { id, title, meta, project } = record;
  const place = machine.projects.find((one) => one.id === project)?.name ?? (project === undefined ? '~' : project);
  const folder = typeof meta.cwd === 'string' ? `${place}/${meta.cwd}` : place;
  const by = typeof meta.by === 'string' ? meta.by : '';
  const who = record.kind === 'terminal' ? [machine.status === 'online' ? readersOf(record) : ''] : [];
  return [id, machine.name, stateOf(record, machine), folder, by, agoText(startedAt(record)), title, ...who];
}

/** Who reads it, with a mark at the one who typed last. */
function readersOf({ meta: { readers, typing } }: RecordItem): string {
  if (!Array.isArray(readers)) return '';
  return readers.map((name) => (name === typing ? `${name} (typed last)` : String(name))).join(', ');
}

/** What runs on a machine that is offline ran when it was heard last. */
function stateOf({ state, meta: { exitCode, signal, reason } }: RecordItem, machine: Machine): string {
  if (state !== 'ended' && machine.status !== 'online')
    return `offline, heard ${agoText(machine.lastSeenAt ?? machine.statusSince)}`;
  const how = [exitCode, signal].find((part) => part !== undefined);
  if (how !== undefined) return `${state} ${how}`;
  return typeof reason === 'string' ? `${state}: ${sayEndReason(reason)}` : state;
}
