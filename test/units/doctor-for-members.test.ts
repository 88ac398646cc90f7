/** What the doctor finds on a machine, as it may leave it: no folder, no key, no password; and one run for all who ask. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatKey } from '#contract/key.ts';
import { fail, ok } from '../../bridge/doctor/check.ts';
import { createExaminer } from '../../bridge/doctor/examiner.ts';
import { forMembers, secretsOf } from '../../bridge/doctor/for-members.ts';
import type { Patient } from '../../bridge/doctor/patient.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const head = { name: 'tried', title: 'Tried', group: 'Network' } as const;
const key = formatKey('spm', 'a'.repeat(30));
const patient: Patient = {
  ...{ env: { HOME: '/home/me' }, data: '/home/me/.sallyport', origin: undefined, key, roots: ['/srv/shop'] },
  ...{ proxy: { url: new URL('http://me:hunter%402@proxy:3128'), source: 'HTTPS_PROXY' }, connectMs: 1, holdMs: 1 },
};
const secrets = secretsOf(patient);
const seen = (says: string, copy: string, hint = 'Do this:') =>
  forMembers({ ...head, ...fail(says, { says: hint, copy }) }, secrets);

test('sentences and lines to copy that hold no place and no secret go as they are', () => {
  for (const [says, copy] of [
    ['407: it wants a name.', 'export HTTPS_PROXY=http://NAME:PASSWORD@proxy:3128'],
    ['It answers in 3 ms and/or later.', 'curl -s http://127.0.0.1:8787/livez'],
    ['All are used.', 'echo a=1 | sudo tee /etc/sysctl.d/60-sallyport.conf && sudo sysctl --system'],
    ['The proxy http://proxy:3128 (from HTTPS_PROXY) refuses.', 'client_max_body_size 8m;  # for relay.example:8443'],
  ] as const) {
    const item = seen(says, copy);
    assert.equal(item.says, says);
    assert.deepEqual(item.fix, { says: 'Do this:', copy });
  }
});

for (const secret of [
  key,
  'hunter%402',
  'hunter@2',
  '/srv/shop',
  '/home/me/proxy.pac',
  '/opt/elsewhere',
  '~/.mitmproxy/ca.pem',
  'C:\\Users\\me',
  'file:///etc/x.pac',
  'http://me:pw@proxy:1',
  'https://host/p.pac?token=abc',
  formatKey('spm', 'b'.repeat(30)),
])
  test(`${secret.slice(0, 12)}… leaves in no sentence and no line to copy`, () => {
    for (const text of [`It is ${secret}.`, `(${secret})`, `'${secret}'`, secret]) {
      const sent = JSON.stringify([seen(text, 'x'), seen('x', text), seen('x', 'x', text)]);
      assert.ok(!sent.includes(JSON.stringify(secret).slice(1, -1)), sent);
      assert.match(sent, /names a place on the machine.*sallyport doctor/);
    }
  });

test('files of a project and places are not named', () => {
  const found = {
    ...head,
    state: 'fail',
    says: 'shop/secret.md cannot be read.',
    afar: '1 cannot be read.',
    fix: { copy: 'chmod u+r /srv/shop/secret.md' },
    places: ['/srv/shop/secret.md'],
  } as const;
  const item = forMembers(found, secrets);
  assert.equal(item.says, '1 cannot be read.');
  assert.doesNotMatch(JSON.stringify(item), /secret\.md|srv/);
  assert.equal(item.fix?.copy, 'sallyport doctor');
  assert.equal('fix' in forMembers({ ...head, ...ok('Well.') }, secrets), false);
});

test('all who ask at once or soon after get one run, and later ones another', async () => {
  await using folder = await openTemporaryFolder();
  let [now, runs] = [Date.now(), 0];
  const here = async () => {
    runs += 1;
    return { ...patient, data: join(folder.path, 'data'), roots: [], proxy: undefined };
  };
  const examine = createExaminer(here, { clock: () => now, answerMs: 60_000 });
  const [first, second] = await Promise.all([examine(), examine()]);
  assert.equal(first.complete, true);
  assert.deepEqual(second, first);
  now += 119_000;
  assert.deepEqual((await examine()).at, first.at);
  assert.equal(runs, 1);
  now += 2000;
  assert.notDeepEqual((await examine()).at, first.at);
  assert.equal(runs, 2);
});

test('a run that takes too long is answered as it is, and goes on', async () => {
  const { promise, resolve } = Promise.withResolvers<Patient>();
  const examine = createExaminer(() => promise, { answerMs: 1 });
  const early = await examine();
  assert.equal(early.complete, false);
  assert.ok(early.examined.every(({ state }) => state === 'skipped'));
  await using folder = await openTemporaryFolder();
  resolve({ ...patient, data: join(folder.path, 'data'), roots: [], proxy: undefined });
  await eventually(async () => (await examine()).complete);
  assert.equal((await examine()).examined.find(({ name }) => name === 'address')?.state, 'fail');
});
