/** The language-neutral cases of the wire (test/conformance/bridge/), against the relay of this checkout. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { openApi, type TestApi } from '../kit/api.ts';
import { type Case, readCases, runCase } from './bridge/cases.ts';
import { mismatch } from './bridge/matching.ts';

const cases = await readCases();
let api: TestApi;
before(async () => {
  api = await openApi();
});
after(async () => await api[Symbol.asyncDispose]());

for (const each of cases)
  test(`${each.rule}: ${each.title}`, async () => {
    await runCase(each, { url: api.url, key: api.ownerKey });
  });

test('every case names a rule of docs/protocol.md', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
  const rules = new Set([...text.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, rule]) => rule));
  assert.deepEqual(
    cases.filter(({ rule }) => !rules.has(rule)).map(({ rule, title }) => `${rule}: ${title}`),
    [],
  );
});

test('every rule has a case, or a reason why it has none', async () => {
  const [protocol, readme] = await Promise.all(
    ['../../docs/protocol.md', 'bridge/README.md'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const rules = [...(protocol ?? '').matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, rule = '']) => rule);
  const reasons = [...(readme ?? '').matchAll(/^\| ((?:[A-Z]\d+(?:, )?)+) \|/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  );
  const told = [...new Set([...cases.map(({ rule }) => rule), ...reasons])];
  assert.deepEqual(told.toSorted(), rules.toSorted());
});

test('npm run conformance checks a relay by its address, a line for each case, and fails where one does not hold', async () => {
  const run = (key: string) =>
    promisify(execFile)(
      process.execPath,
      ['test/conformance/bridge/run.ts', '--url', api.url, '--key', key, '--only', 'E7'],
      {
        cwd: join(import.meta.dirname, '../..'),
      },
    );
  assert.match((await run(api.ownerKey)).stdout, /^✓ E7 {2}.*\n$/);
  await assert.rejects(run('spu_wrong'), /✗ E7|Command failed/);
});

test('a case whose answer is another fails, and says what was expected and what came', async () => {
  const wrong: Case = {
    rule: 'E1',
    title: '',
    steps: [{ call: 'GET /v1/hello', status: 200, answer: { p: 'other' } }],
  };
  await assert.rejects(
    runCase(wrong, { url: api.url, key: api.ownerKey }),
    /E1, step 1: .*answer\.p should be "other"/,
  );
  assert.equal(mismatch([{ $has: 1 }], [[1, 2]]), undefined);
  assert.match(mismatch({ a: [1] }, { a: [1, 2] }) ?? '', /answer\.a should have 1 entries/);
});
