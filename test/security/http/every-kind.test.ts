/** Every kind against every way to ask it wrongly, with a real bridge: what is refused changes no byte, what is good is done, and its undo takes it back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import type { CommandRecord } from '#contract/command.ts';
import { type CommandKindName, commandKind, type KindName, kindNamed } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { namesIn } from '../../../api/routes/aliases.ts';
import { anyRev } from '../../kit/bridge-calls.ts';
import { eventually } from '../../kit/eventually.ts';
import { bolder, type Ground, type KindsGround, openKindsGround } from '../../kit/kinds-ground.ts';
import { wrongMembers } from '../../kit/kinds-results.ts';
import { kindsTable, type Row, type Wish } from '../../kit/kinds-table.ts';

let stage: KindsGround;
before(async () => {
  stage = await openKindsGround();
});
after(async () => await stage[Symbol.asyncDispose]());

const rows = Object.entries(kindsTable) as [KindName, Row][];
const isCommand = (name: string) => commandKind(name) !== undefined;

interface Sent {
  /** `done`, `answered`, `queued`, or the code of the problem. */
  readonly said: string;
  readonly result?: unknown;
}

/** Sends or asks as a program would, by the one path of all kinds. */
async function send(name: string, wish: Wish, at: Ground, more: { key?: string; body?: object } = {}): Promise<Sent> {
  const path = `/v1/machines/${at.machine.id}/${isCommand(name) ? 'commands?wait=20' : 'queries'}`;
  const body = { kind: name, ...wish, ...more.body };
  const { json } = await stage.ask<Partial<CommandRecord> & { code?: string }>('POST', path, {
    body,
    ...(more.key === undefined ? {} : { key: more.key }),
  });
  const said = json.code ?? json.problem?.code ?? json.state ?? 'answered';
  return { said: saidInside(json.result) ?? said, result: json.result };
}

/** A kind that does several things says of each what became of it. */
function saidInside(result: unknown): string | undefined {
  const { failed } = (result ?? {}) as { readonly failed?: readonly { readonly problem: string }[] };
  return failed?.[0]?.problem;
}

/** What each kind says in a column, beside what the table says; kinds of which the column has nothing are left out. */
async function column(
  name: 'stale' | 'missing' | 'elsewhere' | 'otherMachine' | 'viewer' | 'policy',
  wishOf: (wish: Wish, cell: { change: Wish['args']; ifRev?: string }, kind: KindName) => Wish,
  sendOf: (kind: KindName, wish: Wish) => Promise<Sent> = (kind, wish) => send(kind, wish, stage.laptop),
) {
  const [said, right]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const [kind, row] of rows) {
    const cell = row[name];
    if (typeof cell === 'object' && 'no' in cell) continue;
    const [code, change = {}] = typeof cell === 'string' ? [cell] : cell;
    right[kind] = code;
    said[kind] = (await sendOf(kind, wishOf(await row.good(stage.laptop), { change }, kind))).said;
  }
  assert.deepEqual(said, right);
}

const changed = ({ args, ...wish }: Wish, change: Wish['args']): Wish => ({ ...wish, args: { ...args, ...change } });

/** Every file of both machines' projects and of their tools' homes, as one text a file. */
async function everything(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const home of ['home-laptop', 'home-tower']) {
    const root = join(stage.world.folder, home);
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile())
        files[path] = createHash('sha256')
          .update(await readFile(path))
          .digest('hex');
    }
  }
  return files;
}

/** A test in which nothing may change. */
function harmless(title: string, run: () => Promise<void>): void {
  test(title, async () => {
    const before = await everything();
    await run();
    assert.deepEqual(await everything(), before);
  });
}

harmless('stale: another rev or state than the sender saw is told, and nothing is written', async () => {
  await column('stale', (wish, { change }) =>
    Object.keys(change).length > 0 ? changed(wish, change) : { ...wish, ifRev: anyRev },
  );
});

harmless('blind: a guarded kind says which version was seen, or is told to', async () => {
  for (const [kind, row] of rows.filter(([name]) => (commandKind(name)?.guards.length ?? 0) > 0)) {
    const { args } = await row.good(stage.laptop);
    const { was: _, ...blind } = args;
    assert.equal((await send(kind, { args: blind }, stage.laptop)).said, 'rev-required', kind);
  }
});

harmless('missing: what is not there is named as such', async () => {
  await column('missing', (wish, { change }) => changed(wish, change));
});

harmless('other project: names of one project mean nothing in another', async () => {
  await column('elsewhere', (wish) => changed(wish, { project: stage.laptop.bare }));
});

harmless('other machine: what one machine has, another does not do', async () => {
  await column(
    'otherMachine',
    (wish) => wish,
    (kind, wish) => send(kind, wish, stage.tower),
  );
});

const outside = [
  ...['../attic', '../../home-tower/mill', '/etc/passwd', 'a/../../attic', '..\\attic', 'C:\\x', 'a\0b'],
  ...['.', '..', '.git/config', ''],
];
/** Names that a file or a member could have, and nothing here has. */
const others = ['%2e%2e%2fattic', '__proto__', 'constructor', '~'];

/** The args with a name replaced, which may be within a list: `items.approval`, `items.`. */
function tricked(args: Wish['args'], name: string, trick: string): Wish['args'] {
  const [list = '', member] = name.split('.');
  if (member === undefined) return { ...args, [name]: trick };
  const items = args[list] as readonly object[];
  return { ...args, [list]: member === '' ? [trick] : items.map((item) => ({ ...item, [member]: trick })) };
}

harmless('path tricks: a name leads nowhere but to what has that name', async () => {
  const wrong: string[] = [];
  for (const [kind, row] of rows) {
    if ('no' in row.tricks) continue;
    const wish = await row.good(stage.laptop);
    for (const [name, right] of Object.entries(row.tricks)) {
      const [code, tricks] = typeof right === 'string' ? [right, [...outside, ...others]] : [right.new, outside];
      for (const trick of tricks) {
        const { said } = await send(kind, { ...wish, args: tricked(wish.args, name, trick) }, stage.laptop);
        if (said !== code && said !== 'args-invalid') wrong.push(`${kind} ${name}=${JSON.stringify(trick)}: ${said}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

harmless("a viewer's key asks and does nothing", async () => {
  const { viewerKey: key, laptop } = stage;
  await column(
    'viewer',
    (wish) => wish,
    (kind, wish) => send(kind, wish, laptop, { key }),
  );
});

harmless('policy: the owner of the machine refuses every kind, whoever asks', async () => {
  const { laptop } = stage;
  const wishes = new Map(await Promise.all(rows.map(async ([kind, row]) => [kind, await row.good(laptop)] as const)));
  await laptop.allow({ risks: { read: 'refuse', write: 'refuse', execute: 'refuse', destroy: 'refuse' } });
  const said = new Map<string, string>();
  for (const [kind, wish] of wishes) said.set(kind, (await send(kind, wish, laptop)).said);
  await laptop.allow(bolder);
  assert.deepEqual(Object.fromEntries(said), Object.fromEntries(rows.map(([kind, { policy }]) => [kind, policy])));
});

/** The path of a query, with its args in path and query string. */
function pathOf(kind: KindName, machine: string, args: Wish['args']): string {
  const path = kindNamed(kind)?.aliases[0]?.path ?? '';
  const names = namesIn(path);
  const filled = path.replace(/([:*])(\w+)/g, (_, sort: string, name: string) => {
    const value = name === 'machine' ? machine : String(args[name]);
    return sort === '*' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const rest = Object.entries(args).filter(([name]) => !names.includes(name));
  const query = new URLSearchParams(rest.map(([name, value]) => [name, String(value)]));
  return rest.length === 0 ? filled : `${filled}?${query}`;
}

async function isOffline({ machine }: Ground): Promise<boolean> {
  return (await stage.world.call<Machine>('GET', `/v1/machines/${machine.id}`)).status === 'offline';
}

harmless(
  'offline: a machine that is away takes no command and answers no question, though the relay’s copy does',
  async () => {
    const { tower } = stage;
    const wishes = new Map(await Promise.all(rows.map(async ([kind, row]) => [kind, await row.good(tower)] as const)));
    await tower.machine.bridge().end();
    await eventually(() => isOffline(tower));
    const [said, right]: [Record<string, string>, Record<string, string>] = [{}, {}];
    for (const [kind, row] of rows) {
      const wish = wishes.get(kind) ?? { args: {} };
      right[kind] = `machine-unavailable, ${row.offline}`;
      const { said: first } = await send(kind, wish, tower);
      said[kind] = `${first}, machine-unavailable`;
      if (isCommand(kind)) continue;
      const { json } = await stage.ask<{ source?: string; code?: string }>(
        'GET',
        pathOf(kind, tower.machine.id, wish.args),
      );
      said[kind] = `${first}, ${json.source === 'relay' ? 'copy' : json.code}`;
    }
    await tower.machine.startBridge();
    assert.deepEqual(said, right);
  },
);

test('queued: a command for a machine that is away is done when it is back', async () => {
  const { tower } = stage;
  const done: Record<string, string> = {};
  for (const turn of [0, 1, 2, 3]) {
    const now = rows.filter(([kind, row]) => isCommand(kind) && (row.turn ?? 0) === turn);
    const wishes = await Promise.all(now.map(async ([kind, row]) => [kind, await row.good(tower)] as const));
    await tower.machine.bridge().end();
    await eventually(() => isOffline(tower));
    const ids: [string, string][] = [];
    for (const [kind, wish] of wishes) {
      const body = { kind, ...wish, whenOffline: 'queue' };
      const { json } = await stage.ask<CommandRecord>('POST', `/v1/machines/${tower.machine.id}/commands`, { body });
      assert.equal(json.state, 'queued', `${kind}: ${JSON.stringify(json)}`);
      ids.push([kind, json.id]);
    }
    await tower.machine.startBridge();
    for (const [kind, id] of ids) {
      const at = `/v1/machines/${tower.machine.id}/commands/${id}?wait=20`;
      const { json } = await stage.ask<CommandRecord>('GET', at);
      done[kind] = json.state === 'done' ? 'done' : `${json.state} ${JSON.stringify(json.problem)}`;
    }
  }
  const right = rows.filter(([kind]) => isCommand(kind)).map(([kind, { queue }]) => [kind, queue]);
  assert.deepEqual(done, Object.fromEntries(right));
});

for (const [kind, row] of rows)
  test(`good: ${kind} is ${isCommand(kind) ? 'done' : 'answered'} as declared`, async () => {
    const { laptop } = stage;
    const before = await everything();
    const wish = await row.good(laptop);
    const { said, result } = await send(kind, wish, laptop);
    assert.equal(said, isCommand(kind) ? 'done' : 'answered');
    const { issues } = v.safeParse(kindNamed(kind)?.result ?? v.never(), result);
    assert.deepEqual(issues, undefined);
    if (!isCommand(kind)) return assert.deepEqual(await everything(), before);
    assert.deepEqual(wrongMembers(kind as CommandKindName, result), []);
    const undo = commandKind(kind)?.undo?.(wish.args, result);
    if (typeof row.undone !== 'string') return assert.equal(undo, undefined);
    assert.ok(undo, 'an undo');
    const { ifRev } = undo;
    const back = await send(undo.kind, { args: { ...undo.args }, ...(ifRev === undefined ? {} : { ifRev }) }, laptop);
    assert.equal(back.said, 'done');
    if (row.undone === 'bytes') assert.deepEqual(await everything(), before);
  });
