/** A relay whose disk becomes read-only while it runs: what was answered is read on, what cannot be kept is refused with what to do, and the relay goes on once the disk is repaired. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { examine } from '../kit/examined.ts';
import { failingDiskMissing, openFailingDisk } from '../kit/failing-disk.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';

test('a relay whose disk becomes read-only while it runs: people read on, a write says why it is refused, probes, log and doctor tell, and nothing is lost after the repair', {
  skip: failingDiskMissing,
}, async () => {
  await using disk = await openFailingDisk();
  await using world = await openWorld({ kind: 'sqlite', relayFolder: disk.path });
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const laptop = await world.startMachine('laptop', [root]);
  const title = async () => (await laptop.document(first)).title;
  const save = async (to: string) => await writeFile(join(root, first), specText(to));
  const edit = async () => {
    const args = { project: 'shop', spec: '001', priority: 'critical' };
    return await laptop.send('spec-metadata-update', args, (await laptop.document(first)).rev);
  };
  const write = async () => {
    const args = { project: 'shop', spec: '001', priority: 'low' };
    const body = { kind: 'spec-metadata-update', args, ifRev: (await laptop.document(first)).rev };
    return await world.call<Record<string, unknown>>('POST', `/v1/machines/${laptop.id}/commands`, body, 503);
  };
  const status = async (path: string) => (await fetch(new URL(path, world.url))).status;
  await save('Answered before');
  await eventually(async () => (await title()) === 'Answered before');
  assert.equal((await edit()).state, 'done');
  const { rev } = await laptop.document(first);

  await disk.fail();
  await eventually(async () => (await status('/readyz')) === 503);
  assert.equal(await status('/livez'), 200);
  const { code, hint } = await write();
  assert.equal(code, 'store-away');
  assert.match(
    String(hint),
    /^What was answered before is kept\. Try again after .* the cause is in the log of the relay\.$/,
  );
  assert.equal((await laptop.document(first)).rev, rev, 'people read on');
  const log = world.relay.programs()[0]?.errors() ?? '';
  assert.match(
    log,
    /The file system of \S+relay\.sqlite has become read-only, .*\. Stop the relay, check the disk \(fsck\)/,
  );
  const { culprits, text } = await examine({ origin: new URL(world.url), key: laptop.key }, ['Network', 'Relay']);
  assert.deepEqual(culprits, ['store']);
  assert.match(
    text,
    /it cannot write to its store\. .* nothing is lost\. On the server, .* repair the disk, .* the log of the relay says/,
  );
  await save('Saved meanwhile');

  await world.restartApi('SIGTERM', disk.repair);
  await eventually(async () => (await title()) === 'Saved meanwhile');
  assert.equal((await edit()).state, 'done');
});
