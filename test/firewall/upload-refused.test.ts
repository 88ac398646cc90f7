/** Gateways that limit or change what is posted. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openMeddler } from '../kit/meddler.ts';
import { specText, writeFiles } from '../kit/projects.ts';

const first = 'specs/001-first-light/README.md';

/** Text that gzip cannot make much smaller. */
function noise(bytes: number): string {
  let state = 1;
  const next = () => {
    state = (state * 48271) % 0x7fffffff;
    return String.fromCharCode(33 + (state % 90));
  };
  return Array.from({ length: bytes }, next).join('');
}

async function makeNoisyProject(root: string): Promise<void> {
  for (let n = 0; n < 12; n++)
    await writeFiles(root, { [`specs/00${n}-noise/README.md`]: specText(`Noise ${n}`, {}, noise(60_000)) });
}

test('a gateway that takes 200 KiB at most gets smaller batches, and everything comes up', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ body }) =>
    body.length > 200 * 1024
      ? { status: 413, headers: { 'content-type': 'text/html' }, answer: 'too large' }
      : undefined,
  );
  await using machine = await openBridge(relay, { through: box.url, make: makeNoisyProject });
  await machine.event('synced');
  assert.equal((await machine.documents()).size, 12);
  assert.ok(box.met.some(({ body }) => body.length > 200 * 1024));
});

test('a gateway that takes 64 KiB at most gets large bodies in small pieces', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ body }) => (body.length > 66 * 1024 ? { status: 413 } : undefined));
  const text = specText('Large', {}, noise(400_000));
  await using machine = await openBridge(relay, {
    through: box.url,
    make: (root) => writeFiles(root, { 'specs/001-large/README.md': text }),
  });
  await machine.event('synced');
  const documents = await machine.documents();
  assert.equal(documents.get('specs/001-large/README.md')?.body, 'held');
});

test('a gateway that spoils compressed bodies gets plain ones from then on', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ path, headers, body }) => {
    if (!path.startsWith('/v1/bridge/ingest') || headers['content-encoding'] !== 'gzip') return undefined;
    return {
      status: 415,
      headers: { 'content-type': 'application/problem+json' },
      answer: JSON.stringify({ p: 'sallyport/2', code: 'media-type-unsupported', title: 'no', bytes: body.length }),
    };
  });
  await using machine = await openBridge(relay, { through: box.url, make: makeNoisyProject });
  await machine.event('synced');
  assert.equal((await machine.documents()).size, 12);
  assert.equal(
    box.met.filter(
      ({ path, headers }) => path.startsWith('/v1/bridge/ingest') && headers['content-encoding'] === 'gzip',
    ).length,
    1,
  );
});

test('what is changed on the way is refused by its digest, sent again as it is, and comes up (B4)', async () => {
  await using relay = await openApi();
  let spoiled = 0;
  await using box = await openMeddler(relay.url, ({ path, headers, body }) => {
    if (!path.startsWith('/v1/bridge/ingest') || headers['content-encoding'] === 'gzip') return undefined;
    spoiled += 1;
    return spoiled === 1 ? { body: Buffer.from(body.toString().replace('First light', 'First night')) } : undefined;
  });
  await using machine = await openBridge(relay, { through: box.url });
  await machine.event('synced');
  await writeFile(join(machine.root, first), '---\nstatus: planned\ncreated: 2026-01-01\n---\n# First light\n');
  await eventually(() => spoiled >= 2);
  await eventually(async () => (await machine.documents()).get(first)?.title === 'First light');
});

test('a large body whose upload is cut goes on from where it was (B7)', async () => {
  await using relay = await openApi();
  let cuts = 0;
  await using box = await openMeddler(relay.url, ({ path }) => {
    if (!path.includes('/blobs/') || path.includes('offset=0&') || cuts > 0) return undefined;
    cuts += 1;
    return { cutAfterMs: 0 };
  });
  const text = specText('Large', {}, noise(1_300_000));
  await using machine = await openBridge(relay, {
    through: box.url,
    make: (root) => writeFiles(root, { 'specs/001-large/README.md': text }),
  });
  await machine.event('synced');
  const { rev, body } = (await machine.documents()).get('specs/001-large/README.md') ?? {};
  assert.equal(body, 'held');
  const { json } = await relay.ask<{ items: { text: string }[] }>(
    'GET',
    `/v1/machines/${machine.machine}/bodies?revs=${rev}`,
  );
  assert.equal(json.items[0]?.text, text);
  assert.equal(box.met.filter(({ path }) => path.includes('offset=0&')).length, 1);
});

test('a document that the relay takes in no form is named, and holds up no other', async () => {
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ path, text }) => {
    if (!path.startsWith('/v1/bridge/ingest')) return undefined;
    if (!text().includes('002-second-wind/DESIGN.md')) return undefined;
    const problem = { p: 'sallyport/2', code: 'body-invalid', title: 'The body is invalid', retry: 'never' };
    return { status: 400, headers: { 'content-type': 'application/problem+json' }, answer: JSON.stringify(problem) };
  });
  await using machine = await openBridge(relay, { through: box.url });
  await machine.event('synced');
  const documents = await machine.documents();
  assert.equal(documents.size, 7);
  assert.match(machine.log(), /the relay refused specs\/002-second-wind\/DESIGN\.md/);
});
