/** Tests run as far as the machine allows: what one of them needs is installed for that one alone, and what cannot be installed skips those that need it, by name. */
import assert from 'node:assert/strict';
import { glob, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { declaredIn, neededBy } from '../../scripts/test-parts.ts';
import type { Part } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const root = join(import.meta.dirname, '..', '..');

/** How a test file shows that it uses a part. */
const uses: Readonly<Record<Part, RegExp>> = {
  chromium: /^import \{.*\} from '\.\.\/kit\/(browser|stage)\.ts'/m,
  'chromium-desktop': /\bonDesktop\(/,
  'redis-server': /\bopenRedis(Server|Cluster|Sentinel)\(|kind: '(two|redis|cluster)'/,
  squid: /\bopen(Opening)?Squid\b/,
  tinyproxy: /\bopenTinyproxy\b/,
  microsocks: /\bopenMicrosocks\b/,
  nginx: /start\([^)]*nginx|\bopenNginx\b/,
  systemd: /\bopenUserSystemd\b|'systemd-analyze'/,
  vim: /\bprogramOf\('vim'\)/,
  top: /\bprogramOf\('top'\)/,
  gcc: /\bmakeMovedClock\(/,
  mitmproxy: /\bopenMitmproxy\b/,
};

test('each test file says which servers and browsers it needs', async () => {
  const silent: string[] = [];
  for await (const file of glob('test/**/*.test.ts', { cwd: root })) {
    if (file.endsWith('repo/parts.test.ts')) continue;
    const text = await readFile(join(root, file), 'utf8');
    const declared = declaredIn(text);
    for (const [part, sign] of Object.entries(uses) as [Part, RegExp][])
      if (sign.test(text) && !declared.has(part)) silent.push(`${file} uses ${part}`);
  }
  assert.deepEqual(silent, []);
});

test('one unit test wants nothing installed', async () => {
  assert.deepEqual([...(await neededBy(['test/units/net-backoff.test.ts']))], []);
  assert.deepEqual([...(await neededBy(['test/units/relay-holder.test.ts'])).keys()], ['redis-server']);
});

test('where Redis is missing and cannot be installed, its tests are skipped by name and in one line, and the others run', async () => {
  await using folder = await openTemporaryFolder();
  // A path with Node alone: as on a Mac without Redis, and without apt-get.
  await symlink(process.execPath, join(folder.path, 'node'));
  const { code, stdout, stderr } = await runProgram(
    'scripts/test.ts',
    ['units/relay-holder'],
    { PATH: folder.path },
    root,
  );
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^redis-server is not installed, and used by test\/units\/relay-holder\.test\.ts\.$/m);
  assert.match(stdout, /^Installing takes Debian and root, .* install redis-server\.$/m);
  assert.match(stderr, /﹣ Redis: an old connect that arrives after a newer one changes nothing/);
  const [, passed, skipped] = /^(\d+) passed, 0 failed, (\d+) skipped$/m.exec(stdout) ?? assert.fail(stdout);
  assert.ok(Number(passed) > 0 && Number(skipped) > 0, stdout);
  assert.match(stdout, new RegExp(`^!!! SKIPPED, NOT TESTED: .*: redis-server \\(${skipped}\\) !!!$`, 'm'));
});
