/** What `sallyport doctor` finds on this machine itself: the data folder and its modes, folders that cannot be read, the projects and their file systems. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Check, Finding } from '../../bridge/doctor/check.ts';
import { dataFolder } from '../../bridge/doctor/checks/data-folder.ts';
import { diskSpace, spaceFinding } from '../../bridge/doctor/checks/disk-space.ts';
import { fileSystem } from '../../bridge/doctor/checks/file-system.ts';
import { folders } from '../../bridge/doctor/checks/folders.ts';
import { ipv6, ipv6Finding } from '../../bridge/doctor/checks/ipv6.ts';
import { projects } from '../../bridge/doctor/checks/projects.ts';
import { watches } from '../../bridge/doctor/checks/watches.ts';
import type { Patient } from '../../bridge/doctor/patient.ts';
import { runDoctor } from '../../bridge/doctor/run-doctor.ts';
import { findAsNobody } from '../kit/examined.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { openSmallDisk, smallDiskMissing } from '../kit/small-disk.ts';
import { alwaysPrivileged as skip } from '../kit/unprivileged.ts';

async function find(check: Check, patient: Partial<Patient>): Promise<Finding> {
  const whole: Patient = {
    ...{ env: {}, data: '/nowhere', origin: undefined, key: undefined, proxy: undefined, roots: [] },
    ...{ connectMs: 1000, holdMs: 1000, ...patient },
  };
  const [found] = await runDoctor(whole, { checks: [{ ...check, after: [] }] });
  assert.ok(found);
  return found;
}

const copyOf = (finding: Finding) => ('fix' in finding ? finding.fix?.copy : undefined);

/** Names below a folder, with what tells that somebody has written there. */
async function traces(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return await Promise.all(
    ['', ...names].map(async (name) => {
      const { mtimeMs, ctimeMs } = await stat(join(folder, name));
      return `${name} ${mtimeMs} ${ctimeMs}`;
    }),
  );
}

test('the checks of this machine write nothing: no data folder, and nothing in one or in a project', async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'data');
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const before = await traces(folder.path);
  const all = [dataFolder, diskSpace, projects, folders, fileSystem, watches];
  for (const check of all) await find(check, { data, roots: [root] });
  assert.deepEqual(await traces(folder.path), before);
  await mkdir(data, { mode: 0o700 });
  const made = await traces(folder.path);
  // Files written within the same tick of the clock would bear the same times.
  await delay(20);
  for (const check of all) await find(check, { data, roots: [root] });
  assert.deepEqual(await traces(folder.path), made);
});

test('a data folder and secrets that others can read are named, with the line that closes them', async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'data');
  assert.equal((await find(dataFolder, { data })).state, 'ok');
  await mkdir(data);
  await chmod(data, 0o755);
  const open = await find(dataFolder, { data });
  assert.match(open.says, /Others on this machine can look into the data folder \(mode 755\)/);
  assert.equal(copyOf(open), `chmod 700 ${data}`);
  await chmod(data, 0o700);
  const secrets = ['credentials', 'own-key', 'own-sealing-key', 'machine-key', 'network', 'service-environment'];
  for (const name of secrets.map((stem) => `${stem}.json`)) {
    const file = join(data, name);
    await writeFile(file, '{}');
    await chmod(file, 0o640);
    const found = await find(dataFolder, { data });
    assert.equal(found.says, `Others can read the secrets in ${name}.`);
    assert.equal(copyOf(found), `chmod 600 ${file}`);
    await chmod(file, 0o600);
  }
  assert.match((await find(dataFolder, { data })).says, /only its user can read it/);
  await writeFile(join(folder.path, 'file'), '');
  assert.match((await find(dataFolder, { data: join(folder.path, 'file') })).says, /it is no folder/);
});

test('a data folder that cannot be written is named', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  await chmod(folder.path, 0o755);
  const data = join(folder.path, 'data');
  await mkdir(data, { mode: 0o555 });
  const found = await findAsNobody('data-folder', 'dataFolder', { data });
  assert.match(found.says, /The data folder cannot be written by this user/);
  assert.equal(copyOf(found), `sudo chown -R "$USER" ${data} && chmod -R u+rwX ${data}`);
});

test('a file of the data folder that belongs to another user is named', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  await chmod(folder.path, 0o755);
  const data = join(folder.path, 'data');
  await mkdir(data);
  await writeFile(join(data, 'journal.jsonl'), '', { mode: 0o600 });
  await chmod(data, 0o777);
  const found = await findAsNobody('data-folder', 'dataFolder', { data });
  assert.match(found.says, /The data folder cannot be used: journal\.jsonl is not for this user/);
});

test('a folder of specs that cannot be written is to be known where edits are allowed', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  await chmod(folder.path, 0o755);
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const data = join(folder.path, 'data');
  await mkdir(data, { mode: 0o755 });
  await promisify(execFile)('chmod', ['-R', 'a+rwX', root]);
  const closed = join(root, 'specs/001-first-light');
  await chmod(closed, 0o555);
  const found = await findAsNobody('folders', 'folders', { roots: [root], data });
  assert.equal(found.state, 'note');
  assert.equal(
    found.says,
    '001-first-light: edits from the app fail there, because the user who runs this may not write.',
  );
  assert.equal(copyOf(found), `sudo chown -R "$USER" ${closed} && chmod -R u+rwX ${closed}`);
  const risks = { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' };
  await writeFile(join(data, 'policy.json'), JSON.stringify({ risks }), { mode: 0o644 });
  assert.equal((await findAsNobody('folders', 'folders', { roots: [root], data })).state, 'ok');
});

test('a project whose disk is full, or read-only, is named', { skip: smallDiskMissing }, async () => {
  await using folder = await openTemporaryFolder();
  await using disk = await openSmallDisk(4096);
  const root = await makeSmallProject(join(disk.path, 'shop'));
  const [data, roots] = [join(folder.path, 'data'), [root]];
  assert.notEqual((await find(diskSpace, { data, roots })).state, 'fail');
  await disk.fill();
  const full = await find(diskSpace, { data, roots });
  assert.match(full.says, /^The disk of shop is full: edits from the app fail there/);
  assert.equal(copyOf(full), `df -h ${root}`);
  await disk.free();
  assert.equal((await find(folders, { data, roots })).state, 'ok');
  await promisify(execFile)('mount', ['-o', 'remount,ro', disk.path]);
  const closed = await find(folders, { data, roots });
  assert.match(closed.says, /edits from the app fail there, because the file system is read-only\.$/);
  assert.match(copyOf(closed) ?? '', /^findmnt -T /);
});

test('folders and files of specs that cannot be read are named', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  await chmod(folder.path, 0o755);
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const roots = [root];
  assert.match(
    (await findAsNobody('folders', 'folders', { roots })).says,
    /^All \d+ folders and files of specs can be/,
  );
  const [closed, secret] = [join(root, 'specs/001-first-light'), join(root, 'specs/002-second-wind/README.md')];
  await chmod(secret, 0o000);
  await chmod(closed, 0o000);
  const found = await findAsNobody('folders', 'folders', { roots });
  await chmod(closed, 0o700);
  assert.match(
    found.says,
    /^shop\/specs\/001-first-light, shop\/specs\/002-second-wind\/README\.md cannot be read by the user who runs this/,
  );
  assert.equal(copyOf(found), `sudo chown -R "$USER" ${closed} ${secret} && chmod -R u+rX ${closed} ${secret}`);
  assert.equal('afar' in found && found.afar?.startsWith('2 of the folders and files'), true);
});

test('a project whose folder is away is named; the file system of one that is there is looked at', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const away = await find(projects, { roots: [root, join(folder.path, 'gone')] });
  assert.match(away.says, /^gone: the folder is not there/);
  assert.equal((await find(projects, { roots: [] })).state, 'note');
  const silent = await find(fileSystem, { roots: ['/proc'] });
  if (process.platform === 'linux')
    assert.match(silent.says, /^proc: its file system \(of type 0x9fa0\) does not tell/);
  else assert.equal(silent.state, 'ok');
});

test('a disk that takes no more files is full too, however many bytes are free', () => {
  const free = 1e12;
  assert.equal(spaceFinding(free, '/data', 100).state, 'ok');
  const full = spaceFinding(free, '/data', 99);
  assert.match(full.says, /^The disk takes only 99 more files\./);
  assert.equal(copyOf(full), 'df -i /data');
  assert.equal(spaceFinding(free, '/data').state, 'ok');
});

test('IPv6 that is broken beside IPv4 is told; where there is only IPv6, the connection tells', async () => {
  const [sixth, fourth] = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  const broken = await ipv6Finding('relay.example', [sixth, fourth], 1);
  assert.equal(broken.state, 'note');
  assert.equal(broken.says, '::1 accepts no connection. IPv4 is used instead, which takes longer to begin.');
  const found = await find(ipv6, { origin: new URL('http://[::1]:1') });
  assert.equal(found.says, '::1 is reached, and refuses: see Connection.');
  const nowhere = await ipv6Finding('relay.example', [{ address: '2001:db8::1', family: 6 }], 443);
  assert.equal(
    nowhere.says,
    'relay.example has only IPv6, and 2001:db8::1 accepts no connection: this network may have no IPv6.',
  );
  assert.equal('fix' in nowhere && nowhere.fix?.copy, 'curl -6v http://relay.example:443');
  assert.equal((await find(ipv6, { origin: new URL('http://127.0.0.1:1') })).says, '127.0.0.1 has no IPv6 address.');
});
