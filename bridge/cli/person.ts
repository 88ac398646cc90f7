/** Commands that a person runs with their API key: machines, documents, send, sign, tail. They work with any relay, from any machine. */
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import type { CommandRecord } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import type { ItemChange } from '#contract/feed.ts';
import { feedOfMachine, organisationFeed, personFeed } from '#contract/feed-name.ts';
import { type KindName, kinds, queryKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { closest, type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { backoffMs } from '../net/backoff.ts';
import { Interruption } from '../net/interruption.ts';
import { agoText } from '../system/ago.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { everyPage, withRelay } from './as-person.ts';
import { argsOf, pairsOf } from './command-args.ts';
import type { documentsOptions, personOptions, sendOptions, signOptions } from './options.ts';
import { coded, printError, printJson, printLine, printList } from './output.ts';
import { codeOfState, machineId, sendAndWait, signed } from './send-and-wait.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof personOptions>;

/** How long `tail` waits for events at a time. */
const waitSeconds = 25;

/** Lists the machines. Resolves to the exit code, as all functions here. Throws a UsageError. */
export async function machines(values: Values, env: Env): Promise<number> {
  return await withRelay(values, env, async (client) => {
    const all = await everyPage<Machine>((after) => client.call('machines', { query: { limit: 500, after } }));
    const none = 'There are no machines yet. On each: sallyport login';
    show(values, all, none, ['NAME', 'STATUS', 'HEARD', 'SYSTEM', 'ID'], ({ name, status, lastSeenAt, os, id }) => [
      name,
      status,
      agoText(lastSeenAt),
      os ?? '',
      id,
    ]);
  });
}

/** Prints a fresh link that signs in a browser as the owner of the key. */
export async function signInLink(values: Values, env: Env): Promise<number> {
  return await withRelay(values, env, async (client, origin) => {
    const link = await client.call('signInLink', {});
    const url = new URL(link.url, origin).href;
    if (values.json) printJson({ ...link, url });
    else printLine(url);
  });
}

/** Lists the documents of a machine, given by its id, or by a name that only one machine has. */
export async function documents(
  values: OptionValues<typeof documentsOptions>,
  positionals: readonly string[],
  env: Env,
): Promise<number> {
  const [machine = '', ...more] = positionals;
  if (machine === '' || more.length > 0) throw new UsageError('Which machine? sallyport documents MACHINE');
  const { project, kind } = values;
  const meta = Object.fromEntries(Object.entries(pairsOf(values.meta)).map(([name, value]) => [`meta.${name}`, value]));
  return await withRelay(values, env, async (client) => {
    const all = await everyPage<Document>((after) =>
      client.call('documents', { parameters: { machine }, query: { limit: 500, after, project, kind, ...meta } }),
    );
    show(
      values,
      all,
      'No documents are like that.',
      ['KIND', 'STATUS', 'TITLE', 'PATH'],
      ({ kind: of, meta: { status }, title, project: at, path }) => [
        of,
        typeof status === 'string' ? status : '',
        title ?? '',
        `${at}/${path}`,
      ],
    );
  });
}

/** Sends a command to a machine and waits until it has ended, or asks it a query; `name=value` pairs, or one JSON object, are the args. */
export async function send(
  values: OptionValues<typeof sendOptions>,
  positionals: readonly string[],
  env: Env,
): Promise<number> {
  const [machine = '', kind = '', ...rest] = positionals;
  const wished = wishOf(kind, rest, values.ifRev);
  if (queryKind(kind) !== undefined) return await ask(machine, wished, values, env);
  const whenOffline = values.queue ? { whenOffline: 'queue' as const } : {};
  let record: CommandRecord | undefined;
  const code = await withRelay(values, env, async (client) => {
    const usual = values.queue ? limits.commandExpiryWhenOfflineMs : limits.commandExpiryMs;
    const signature = values.sign ? await signed(await machineId(client, machine), wished, usual, values, env) : {};
    record = await sendAndWait(client, machine, { ...wished, ...whenOffline, ...signature }, !values.queue);
  });
  if (record === undefined) return code;
  if (values.json) printJson(record);
  else
    printLine(
      `${record.state}${record.problem === undefined ? '' : `: ${coded(record.problem.title, record.problem.code)}`}`,
    );
  return codeOfState(record.state, values.queue);
}

/** Asks a machine a query and prints the answer as JSON. */
async function ask(
  machine: string,
  { kind, args, ifRev }: ReturnType<typeof wishOf>,
  values: OptionValues<typeof sendOptions>,
  env: Env,
): Promise<number> {
  if (values.queue || values.sign || ifRev !== undefined)
    throw new UsageError(`${kind} is a query: it takes no --queue, --sign or --if-rev.`);
  return await withRelay(values, env, async (client) => {
    const body = { kind, args };
    const timeoutMs = 2 * limits.queryMs;
    const answer = await client.call('queryAsk', { parameters: { machine }, body, timeoutMs, lane: 'poll' });
    printJson(values.json ? answer : answer.result);
  });
}

/** Prints the body of a signed command, for curl. `MACHINE` is an id, or a name if the relay can be asked. */
export async function sign(
  values: OptionValues<typeof signOptions>,
  positionals: readonly string[],
  env: Env,
): Promise<number> {
  const [machine = '', kind = '', ...rest] = positionals;
  const wished = wishOf(kind, rest, values.ifRev);
  const print = async (id: string) =>
    printJson({ ...wished, ...(await signed(id, wished, values.expiresInSeconds * 1000, values, env)) });
  if (values.url !== undefined)
    return await withRelay(values, env, async (client) => print(await machineId(client, machine)));
  if (!/^[A-Za-z0-9_-]{16}$/.test(machine))
    throw new UsageError(
      'A signature needs the id of the machine (sallyport machines lists them). With --url, its name is enough.',
    );
  await print(machine);
  return exitCodes.ok;
}

/** The command or query. Its args are the output of the kind's schema, which is what a signature covers. Throws a UsageError. */
function wishOf(kind: string, words: readonly string[], ifRev: string | undefined) {
  if (kind === '') throw new UsageError('What should be sent to which machine? MACHINE KIND [name=value …]');
  if (!Object.hasOwn(kinds, kind)) {
    const nearest = closest(kind, Object.keys(kinds));
    throw new UsageError(`There is no command ${kind}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
  }
  const name = kind as KindName;
  const given = argsOf(name, words);
  const parsed = v.safeParse(kinds[name].args, given);
  const args: Record<string, unknown> = parsed.success ? { ...parsed.output } : given;
  return { kind, args, ...(ifRev === undefined ? {} : { ifRev }) };
}

/** Prints events as they come, forever. After a failure of the network it continues where it was. */
export async function tail(values: Values, positionals: readonly string[], env: Env): Promise<number> {
  const [machine, ...more] = positionals;
  if (more.length > 0) throw new UsageError('tail takes one machine, or none to follow all.');
  return await withRelay(values, env, async (client) => {
    const all = machine === undefined ? { machines: 'all' as const } : {};
    let feeds: Record<string, string> =
      machine === undefined
        ? { [organisationFeed]: 'now', [personFeed]: 'now' }
        : { [feedOfMachine(await machineId(client, machine))]: 'now' };
    for (let failures = 0; ; ) {
      try {
        const body = { feeds, ...all, live: 'long-poll' as const, wait: waitSeconds };
        const page = await client.call('stream', { body, timeoutMs: (waitSeconds + 10) * 1000, lane: 'poll' });
        failures = 0;
        feeds = page.offsets;
        if (machine !== undefined && page.gone !== undefined) throw new Problem('machine-unknown');
        for (const { feed } of page.resets ?? [])
          printError(
            `The relay no longer has the events of ${feed} since the last one shown. Some events are missing here.`,
          );
        for (const { feed, data } of page.events)
          for (const change of data) values.json ? printJson({ feed, ...change }) : printLine(lineOf(change));
      } catch (error) {
        if (!(error instanceof Interruption)) throw error;
        printError(error.message);
        await delay(backoffMs(failures++, error.retryAfterMs));
      }
    }
  });
}

function show<Item>(
  { json }: Values,
  items: readonly Item[],
  none: string,
  heads: readonly string[],
  columns: (item: Item) => readonly string[],
): void {
  if (json) for (const item of items) printJson(item);
  else printList(items.map(columns), none, heads);
}

function lineOf(change: ItemChange): string {
  const { op, item, key, at } = change;
  return `${at}  ${wordOf(change).padEnd(9)}  ${item} ${op === 'move' ? `${shown(change.from)} → ` : ''}${shown(key)}`;
}

/** The state of an item, if it has one. */
function wordOf(change: ItemChange): string {
  if (change.op === 'delete') return 'deleted';
  const said = v.safeParse(v.object({ state: v.optional(v.string()), status: v.optional(v.string()) }), change.value);
  return (
    (said.success ? (said.output.state ?? said.output.status) : undefined) ?? (change.op === 'move' ? 'moved' : 'saved')
  );
}

/** The key of a document has its project and path on two lines. */
function shown(key: string): string {
  return key.replace('\n', '/');
}
