/** When the relay's copy of a project may answer in the machine's place: only while it is all that the machine has, and small enough to be read for one call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyManifestDigest, manifestLine, type Op } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import type { Relay } from '../../api/relay/relay.ts';
import { queryAliasHandler } from '../../api/routes/queries.ts';
import { eventually } from '../kit/eventually.ts';
import { ada, connectBridge, openRelay, organisation, project, put, sha256, unknownDigest } from '../kit/relay.ts';

/** The digest of the documents that these ops put. */
function digestOf(ops: readonly Op[]): string {
  const sum = Buffer.from(emptyManifestDigest, 'hex');
  for (const op of ops) {
    if (op.op !== 'put') continue;
    const line = Buffer.from(sha256(manifestLine([project, op.document.path, op.document.rev, op.describe])), 'hex');
    for (const [at, byte] of line.entries()) sum[at] = (sum[at] ?? 0) ^ byte;
  }
  return sum.toString('hex');
}

async function openMachine() {
  const world = await openRelay();
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  const copy = () => world.relay.documents.copy(organisation, machine, project);
  return { ...world, machine, copy, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a project that is still being compared has no copy, and one that was told whole has (Q5)', async () => {
  await using world = await openMachine();
  const ops = [put('specs/001-a/README.md', '# A\n')];
  const behind = await connectBridge(world.relay, world.machine, { manifestDigest: unknownDigest });
  await behind.send(ops);
  assert.equal(await world.copy(), undefined, 'the machine has more');

  const level = await connectBridge(world.relay, world.machine, { attempt: 1, manifestDigest: digestOf(ops) });
  const copy = await world.copy();
  const path = 'specs/001-a/README.md';
  const held = await copy?.document(path);
  const { rev, size, mtime } = held ?? {};
  assert.deepEqual(await copy?.read(path), { path, rev, size, mtime, text: '# A\n' });
  assert.equal((await copy?.documents())?.length, 1);

  await level.send([put('specs/002-b/README.md', '# B\n')], unknownDigest);
  assert.equal(await world.copy(), undefined, 'what was told does not add up any more');
});

test('a project with too many documents is read one by one, and not as a whole (Q5)', async () => {
  await using world = await openMachine();
  const bridge = await connectBridge(world.relay, world.machine);
  const ops = Array.from({ length: limits.copyDocumentsMax + 1 }, (_, n) => put(`specs/${n}-a/README.md`, `# ${n}\n`));
  for (let at = 0; at < ops.length; at += 500)
    await bridge.send(ops.slice(at, at + 500), digestOf(ops.slice(0, at + 500)));
  const copy = await world.copy();
  assert.ok(await copy?.document('specs/7-a/README.md'));
  assert.equal(await copy?.documents(), undefined);
});

test('who waits for one decision reads all documents once, however many others change meanwhile, and hears it at once', async () => {
  await using world = await openMachine();
  const path = '.spec-workflow/approvals/a/a1.json';
  const asked = (status: string) => {
    const op = put(path, JSON.stringify({ id: 'a1', status }), { status }) as Extract<Op, { op: 'put' }>;
    return { ...op, document: { ...op.document, kind: 'approval' as const } };
  };
  const bridge = await connectBridge(world.relay, world.machine);
  await bridge.send([asked('pending')], digestOf([asked('pending')]));
  let [wholes, singles] = [0, 0];
  const { documents } = world.relay;
  const relay: Relay = {
    ...world.relay,
    documents: {
      ...documents,
      copy: async (...args) => {
        const copy = await documents.copy(...args);
        return (
          copy && {
            ...copy,
            documents: () => {
              wholes += 1;
              return copy.documents();
            },
            document: (one) => {
              singles += 1;
              return copy.document(one);
            },
          }
        );
      },
    },
  };
  const caller = {
    kind: 'person',
    organisation,
    ...ada,
    role: 'owner',
    scope: 'admin',
    via: 'session',
    credential: 'c',
  };
  const call = {
    params: { machine: world.machine, project, approval: 'a1' },
    query: { timeout: '20000' },
    caller,
    signal: new AbortController().signal,
  } as unknown as Parameters<ReturnType<typeof queryAliasHandler>>[0];
  const waiting = queryAliasHandler('approval-wait', relay)(call);
  await eventually(() => wholes === 2);
  const others: Op[] = [asked('pending')];
  for (let n = 0; n < 20; n += 1) {
    const before = singles;
    others.push(put(`specs/${n}/README.md`, `# ${n}\n`));
    await bridge.send(others.slice(-1), digestOf(others));
    await eventually(() => singles > before);
  }
  assert.equal(wholes, 2);
  await bridge.send([asked('approved')], digestOf([asked('approved'), ...others.slice(1)]));
  const reply = (await waiting) as unknown as { json: { result: { status: string } } };
  assert.equal(reply.json.result.status, 'approved');
});
