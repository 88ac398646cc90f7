/** A relay that puts escape sequences into all it says: nothing of them reaches the terminal, in columns, in JSON or in a refusal. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PROTOCOL } from '#contract/version.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { type Meddler, type Met, openMeddler } from '../kit/meddler.ts';
import { runProgram } from '../kit/run-program.ts';

const evil = 'x\u001b]0;owned\u0007\u009b2J\u202ey\r\nconnected: all is well';
const draws = /[\p{Cc}\u202e]/u;
const json = { 'content-type': 'application/json' };

let world: TestApi;
let relay: Meddler;
before(async () => {
  world = await openApi();
  relay = await openMeddler(world.url, ({ path }: Met) => {
    if (path.startsWith('/v1/machines/gone'))
      return answer(404, { code: 'machine-unknown', title: evil, detail: evil, hint: evil });
    if (path.startsWith('/v1/machines/away'))
      return answer(503, { code: 'store-away', title: evil.repeat(5000), detail: evil });
    if (path.endsWith('/documents?limit=500')) return answer(200, { items: [document] });
    return undefined;
  });
});
after(async () => {
  await relay[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const document = {
  project: 'project-one',
  path: 'specs/001-x\u202e/README.md',
  kind: 'spec',
  title: evil,
  rev: 'a'.repeat(64),
  size: 1,
  mtime: 1,
  meta: { status: evil },
  body: 'held',
};

function answer(status: number, body: object) {
  return { status, headers: json, answer: JSON.stringify({ p: PROTOCOL, status, ...body }) };
}

/** Lines on stdout and stderr. */
async function sallyport(...args: string[]) {
  const env = { SALLYPORT_URL: relay.url, SALLYPORT_API_KEY: world.ownerKey };
  const { stdout, stderr } = await runProgram('bridge/main.ts', args, env, world.folder);
  return [stdout, stderr].map((text) => text.split('\n').filter((line) => line !== ''));
}

test('titles, statuses and paths come as one line of a table, and as JSON that means what was said', async () => {
  const [table = []] = await sallyport('documents', 'laptop');
  assert.equal(table.length, 1);
  assert.doesNotMatch(table.join(), draws);
  const [lines = []] = await sallyport('documents', 'laptop', '--json');
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines.join(), draws);
  assert.equal(JSON.parse(lines[0] ?? '').meta.status, evil);
});

test('a refusal is one short sentence with the hint that this program knows', async () => {
  for (const machine of ['gone', 'away']) {
    const [, errors = []] = await sallyport('documents', machine);
    assert.equal(errors.length, 1, errors.join('|'));
    assert.doesNotMatch(errors.join(), draws);
    assert.ok((errors[0] ?? '').length < 3000);
  }
});
