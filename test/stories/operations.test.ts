/** What an operator sees and does: metrics, health, and an end that loses nothing. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { openStream } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';
import { openSmallDisk, smallDiskMissing } from '../kit/small-disk.ts';
import { openWorld } from '../kit/world.ts';

const first = 'specs/001-first-light/README.md';

test('metrics are on an address of their own, and tell requests, holds, events and the store without naming anybody', async () => {
  await using folder = await openTemporaryFolder();
  await using api = startProgram('api/main.ts', [
    '--port',
    '0',
    '--data',
    folder.path,
    '--metrics',
    '127.0.0.1:0',
    '--json',
  ]);
  const up = await api.line((line) => 'url' in line);
  const { url, apiKey, metrics } = up as { url: string; apiKey: string; metrics: string };
  await using _stream = await openStream(url, apiKey);
  await fetch(new URL('/v1/machines', url), { headers: { authorization: `Bearer ${apiKey}` } });
  await fetch(new URL('/no/such/path', url));
  await fetch(new URL('/v1/machines', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'secret-laptop' }),
  });
  await eventually(async () => {
    const text = await (await fetch(metrics)).text();
    assert.match(text, /^sallyport_http_requests_total\{route="\/v1\/machines",method="GET",status="200"\} 1$/m);
    assert.match(text, /^sallyport_http_requests_total\{route="none",method="any",status="404"\} 1$/m);
    assert.match(text, /^sallyport_held_requests\{route="\/v1\/stream"\} 1$/m);
    assert.match(text, /^sallyport_stream_events_total [1-9]/m);
    assert.match(text, /^sallyport_store_seconds_count\{operation="commit"\} [1-9]/m);
    assert.match(text, /^sallyport_organisations 1$/m);
    assert.match(text, /^sallyport_machines\{status="offline"\} [01]$/m);
    assert.match(text, /^sallyport_documents 0$/m);
    assert.match(text, /^sallyport_commands\{state="queued"\} 0$/m);
    assert.match(text, /^sallyport_commands\{state="unknown"\} 0$/m);
    assert.match(text, /^sallyport_feeds [01]$/m);
    assert.match(text, /^sallyport_organisation_bytes_total\{organisation="[\w-]+",direction="received"\} [1-9]/m);
    assert.match(text, /^sallyport_organisation_bytes_total\{organisation="[\w-]+",direction="sent"\} [1-9]/m);
    // From the start, so that the first one is an increase.
    assert.match(text, /^sallyport_alarms_total\{alarm="many-codes-tried"\} 0$/m);
    assert.match(text, /^sallyport_alarms_total\{alarm="many-machines-ask"\} 0$/m);
    assert.match(text, /^sallyport_store_bytes [1-9]\d{4,}$/m);
    assert.match(text, /^process_resident_memory_bytes /m);
    assert.doesNotMatch(text, /secret-laptop/);
    for (const name of await namesInAlerts()) assert.match(text, new RegExp(`^# TYPE ${name} `, 'm'));
    return true;
  });
  assert.equal((await fetch(new URL('/metrics', url))).status, 404);
  assert.equal((await fetch(new URL('/readyz', url))).status, 200);
});

test('a relay that is told to stop answers what it holds, tells streams to come back, and ends; the bridge goes on with the other', {
  skip: needs('redis-server'),
}, async () => {
  await using world = await openWorld({ kind: 'two' });
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const [leaving] = world.relay.programs();
  assert.ok(leaving);
  const held = fetch(new URL('/v1/feeds/o/events?live=long-poll&offset=now&wait=40', world.relay.urls[0]), {
    headers: { authorization: `Bearer ${world.key}` },
  });
  await using stream = await openStream(String(world.relay.urls[0]), world.key);
  const started = performance.now();
  assert.equal(await leaving.end('SIGTERM'), 0);
  assert.ok(performance.now() - started < 10_000);
  assert.equal((await held).status, 200, 'a held request is answered');
  await stream.closed;
  assert.equal(stream.controls.at(-1)?.type, 'recycle');
  await writeFile(join(root, first), specText('First light', { assignee: 'ada' }));
  await using other = await openStream(String(world.relay.urls[1]), world.key, stream.feeds());
  await other.event((event) => event.document?.meta.assignee === 'ada', 30_000);
  assert.equal(machine.bridge().child.exitCode, null);
});

test('a full disk shows at /readyz and in the log, and everything goes on once there is space', {
  skip: smallDiskMissing,
}, async () => {
  await using disk = await openSmallDisk(4096);
  await using api = startProgram('api/main.ts', ['--port', '0', '--data', disk.path, '--json']);
  const { url, apiKey } = (await api.line((line) => 'url' in line)) as { url: string; apiKey: string };
  const ready = async () => (await fetch(new URL('/readyz', url))).status;
  const make = (name: string) =>
    fetch(new URL('/v1/machines', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
  assert.equal(await ready(), 200);

  await disk.fill();

  await eventually(async () => (await make('no-space')).status === 503);
  await eventually(async () => (await ready()) === 503);
  assert.match(api.errors(), /The disk that holds .*relay\.sqlite is full/);
  await disk.free();
  await eventually(async () => (await ready()) === 200);
  assert.equal((await make('laptop')).status, 201);
});

/** The metrics that the rules of `docs/alerts.yaml` look at; a histogram is asked for by its buckets. */
async function namesInAlerts(): Promise<readonly string[]> {
  const file = await readFile(join(import.meta.dirname, '../../docs/alerts.yaml'), 'utf8');
  const { groups } = parse(file) as { groups: { rules: { expr: string }[] }[] };
  const exprs = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  const names = exprs.flatMap((expr) => expr.match(/\b(?:sallyport|process|nodejs)_\w+/g) ?? []);
  assert.ok(names.length >= exprs.length - 1, 'every rule but that of `up` looks at a metric of ours');
  return names.map((name) => name.replace(/_bucket$/, ''));
}
