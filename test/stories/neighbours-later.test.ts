/** Neighbours of a later age: each release that this one talks to, and this one as `npm run release:fixture` bundles it, works together with the sources here although either side says more than the other knows. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CommandRecord } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { MIN_BRIDGE } from '#contract/version.ts';
import { createAsk } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { type Met, openMeddler } from '../kit/meddler.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, type TemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const root = join(import.meta.dirname, '../..');
const here = { bridge: 'bridge/main.ts', relay: 'api/main.ts' };
/** Folders of bundled releases that speak this wire. */
const kept = readdirSync(join(root, 'test/fixtures')).filter((version) => isAtLeast(version, MIN_BRIDGE));

let bundled: TemporaryFolder;
before(async () => {
  bundled = await openTemporaryFolder();
  const { code, stderr } = await runProgram('scripts/release-fixture.ts', [root, bundled.path], {}, root);
  assert.equal(code, 0, stderr);
});
after(async () => await bundled[Symbol.asyncDispose]());

for (const version of [...kept, 'as bundled now']) {
  const there = () => {
    const folder = version === 'as bundled now' ? relative(root, bundled.path) : `test/fixtures/${version}`;
    return { bridge: `${folder}/bridge.mjs`, relay: `${folder}/relay.mjs` };
  };
  test(`the bridge of release ${version} works with this relay, and both pass over what they do not know (E11)`, async () => {
    await workTogether(there().bridge, here.relay);
  });
  test(`this bridge works with the relay of release ${version}, and both pass over what they do not know (E11)`, async () => {
    await workTogether(here.bridge, there().relay);
  });
}

/** A bridge uploads a project, does a command, answers a query, and refuses what it has never heard of. */
async function workTogether(bridgeFile: string, relayFile: string): Promise<void> {
  await using folder = await openTemporaryFolder();
  const relayArgs = ['--data', join(folder.path, 'relay'), '--port', '0', '--json'];
  await using relay = startProgram(relayFile, relayArgs);
  const { url, apiKey } = await relay.line((line) => typeof line.url === 'string', 30_000);
  const ask = createAsk(String(url), String(apiKey));
  const { json } = await ask<{ key: string }>('POST', '/v1/machines', { body: { name: 'laptop' } });
  await using box = await openMeddler(String(url), saysMore());
  const project = await makeSmallProject(join(folder.path, 'shop'));
  const bridgeArgs = ['run', '--url', box.url, '--key', json.key, '--data', join(folder.path, 'bridge'), '--json'];
  await using bridge = startProgram(bridgeFile, [...bridgeArgs, project]);
  await bridge.line((line) => line.event === 'synced', 30_000);

  const path = 'specs/001-first-light/README.md';
  const { items } = (await ask<{ items: Document[] }>('GET', '/v1/machines/laptop/documents')).json;
  const { rev } = items.find((document) => document.path === path) ?? assert.fail(JSON.stringify(items));
  const args = { project: 'shop', spec: '001', status: 'complete', force: true };
  const command = { kind: 'spec-metadata-update', args, ifRev: rev };
  const done = await ask<CommandRecord>('POST', '/v1/machines/laptop/commands?wait=20', { body: command });
  assert.equal(done.json.state, 'done', JSON.stringify(done.json));
  assert.match(await readFile(join(project, path), 'utf8'), /status: complete/);
  const asked = await ask('POST', '/v1/machines/laptop/queries', {
    body: { kind: 'project-info', args: { project: 'shop' } },
  });
  assert.equal(asked.status, 200, JSON.stringify(asked.json));

  for (const call of ['results', 'answers'])
    await eventually(() => box.met.some((met) => met.path.endsWith(call) && /"kind-unknown"/.test(met.text())));
  const { kinds, projects } = (
    await ask<{ kinds: string[]; projects: { formats: string[] }[] }>('GET', '/v1/machines/laptop')
  ).json;
  assert.ok(kinds.includes('dream-read') && projects[0]?.formats.includes('mind-map'));
}

/** Adds to every request and answer what a later release might: fields everywhere, formats and kinds, and once a command and a query. */
function saysMore() {
  let isToldOnce = false;
  const answered = (path: string) => (text: string) => {
    const answer = decorated(JSON.parse(text)) as Record<string, unknown>;
    if (path !== '/v1/bridge/poll' || !Array.isArray(answer.commands) || isToldOnce) return JSON.stringify(answer);
    isToldOnce = true;
    const at = Number(answer.now);
    const wish = { kind: 'dream-read', args: { depth: 3 } };
    const lease = { lease: '1.1', leasedUntil: at + 90_000, expiresAt: at + 60_000 };
    answer.commands.push({ ...wish, ...lease, id: 'made-up-command', position: 1, by: 'Grace' });
    const by = { person: 'made-up-person', name: 'Grace', role: 'dreamer', scopes: ['dream'] };
    answer.queries = [{ ...wish, id: 'made-up-query', by, until: at + 10_000 }];
    return JSON.stringify(answer);
  };
  return (met: Met) => {
    const body = met.body.length === 0 ? met.body : toBody(met, moreOf(met));
    return { body, answered: answered(met.path) };
  };
}

function moreOf({ path, text }: Met): string {
  if (path === '/v1/bridge/ingest') {
    const [envelope = '', line = ''] = text().split('\n');
    const ops = JSON.stringify(decorated(JSON.parse(line)));
    const digest = createHash('sha256').update(ops).digest('hex');
    return `${JSON.stringify({ ...(decorated(JSON.parse(envelope)) as object), digest })}\n${ops}\n`;
  }
  const request = decorated(JSON.parse(text())) as Record<string, unknown>;
  if (path !== '/v1/bridge/connect') return JSON.stringify(request);
  const projects = request.projects as { formats: string[] }[];
  for (const { formats } of projects) formats.push('mind-map');
  return JSON.stringify({
    ...request,
    kinds: [...(request.kinds as string[]), 'dream-read'],
    capabilities: ['dreams'],
  });
}

function toBody({ headers }: Met, text: string): Buffer {
  return headers['content-encoding'] === 'gzip' ? gzipSync(text) : Buffer.from(text);
}

/** What a kind or a format says is its own: strict, or carried unread. A map by id has no fields. */
const untouched = new Set(['args', 'meta', 'result', 'records']);

/** A field more in every object. */
function decorated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decorated);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    untouched.has(name) ? member : decorated(member),
  ]);
  return { ...Object.fromEntries(members), aura: { colour: 'blue' } };
}

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}
