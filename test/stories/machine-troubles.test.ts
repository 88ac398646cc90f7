/** What is wrong with a machine or with clocks, one row each: a person reads what it is, nothing is lost, and it goes on once it is mended. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import type { DocumentWithBody } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { Examined } from '../../bridge/doctor/run-doctor.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { clockAhead } from '../kit/clock.ts';
import { eventually } from '../kit/eventually.ts';
import { findAsNobody } from '../kit/examined.ts';
import { type Program, startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { openSmallDisk, type SmallDisk, smallDiskMissing } from '../kit/small-disk.ts';

/** Nobody, where this is root: root may read and write everything. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;
const skipModes = process.platform === 'win32' && 'this system has no modes of files';
const first = 'specs/001-first-light/README.md';

const hour = 3_600_000;

const remount = (how: 'ro' | 'rw') => async (disk: SmallDisk) => {
  assert.equal(spawnSync('mount', ['-o', `remount,${how}`, disk.path]).status, 0);
};

/** A machine whose bridge is a program of somebody who is not root. */
interface Patient {
  readonly data: string;
  readonly root: string;
  /** `aheadMs` is how far its clock is ahead of the relay's. */
  start(aheadMs?: number): Program;
  /** The sentences that people read beside its documents. */
  conditions(): Promise<readonly string[]>;
  /** The first spec as people read it. */
  read(): Promise<DocumentWithBody>;
  /** What doctor says of the clock of its machine. */
  doctorOnClock(aheadMs: number): Promise<string>;
  /** Sets the first spec's priority. */
  edit(priority: string): Promise<CommandRecord>;
}

async function openPatient(
  { api, url, ask }: TestApi,
  folder: string,
  { name = 'laptop', root = join(folder, name, 'shop') } = {},
): Promise<Patient> {
  const data = join(folder, name, 'data');
  await makeSmallProject(root);
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (uid !== undefined) spawnSync('chown', ['-R', `${uid}:${uid}`, join(folder, name), root]);
  await chmod(folder, 0o755);
  const { id, key } = await api.createMachine(name);
  const args = ['run', '--url', url, '--key', key, '--data', data, '--json', root];
  const path = `/v1/machines/${id}`;
  const read = async () => (await ask<DocumentWithBody>('GET', `${path}/documents/shop/${first}`)).json;
  return {
    ...{ data, root, read },
    start: (aheadMs = 0) =>
      startProgram('bridge/main.ts', args, { HOME: folder, ...clockAhead(aheadMs) }, undefined, uid),
    doctorOnClock: async (aheadMs) => {
      const args = ['doctor', '--json', '--hold', '1', '--data', data];
      const { stdout } = await runProgram('bridge/main.ts', args, { HOME: folder, ...clockAhead(aheadMs) }, folder);
      const { checks } = JSON.parse(stdout) as { checks: readonly Examined[] };
      return checks.find((one) => one.name === 'clock')?.says ?? '';
    },
    conditions: async () => ((await ask<Machine>('GET', path)).json.conditions ?? []).map(({ title }) => title),
    edit: async (priority) => {
      const args = { project: 'shop', spec: '001', priority };
      const body = { kind: 'spec-metadata-update', args, ifRev: (await read()).rev };
      return (await ask<CommandRecord>('POST', `${path}/commands?wait=20`, { body })).json;
    },
  };
}

/** Saves a title as an editor does, and waits until people read it. */
async function save({ root, read }: Patient, title: string): Promise<void> {
  await writeFile(join(root, first), specText(title));
  await eventually(async () => (await read()).title === title);
}

/** What doctor finds of the data folder, in a process of the bridge's user. */
async function examineFiles(patient: { readonly data: string }) {
  const folder = await findAsNobody('data-folder', 'dataFolder', patient);
  return folder.state === 'fail' ? folder : await findAsNobody('kept-files', 'keptFiles', patient);
}

interface DataRow {
  readonly what: string;
  readonly spoil: (data: string) => Promise<unknown>;
  readonly mend: (data: string) => Promise<unknown>;
  readonly says: RegExp;
  /** What doctor says, run by the same user. */
  readonly doctor: RegExp;
}

const mode = (name: string, bits: number) => async (data: string) => await chmod(join(data, name), bits);
const folderClosed = /^The data folder cannot be written by this user\./;
const closed = (name: string, bits: number): DataRow => ({
  what: `${name} that cannot be read`,
  spoil: mode(name, 0),
  mend: mode(name, bits),
  says: /^\S+ cannot be read by this user\. Check who owns it, and the data folder\.$/m,
  doctor: name === '.' ? folderClosed : new RegExp(`^The data folder cannot be used: ${name} is not for this user`),
});
const damaged = (name: string, how: string, spoilt: (bytes: Buffer) => Buffer): DataRow => {
  let whole: Buffer;
  return {
    what: `${name} that is ${how}`,
    spoil: async (data) => {
      whole = await readFile(join(data, name));
      await writeFile(join(data, name), spoilt(whole));
    },
    mend: (data) => writeFile(join(data, name), whole),
    doctor: new RegExp(`^${name.replace('.', '\\.')} is damaged, so it is not known which`),
    says: /^\S+ is damaged, so it is not known which .+ Bring back a copy|^\S+ is damaged, so .+ until you bring back a copy/m,
  };
};
const unwritable = /^\S+ cannot be written to by this user\. Check who owns it, and its mode: sallyport doctor$/m;

const dataRows: readonly DataRow[] = [
  {
    what: 'a folder that is read-only',
    spoil: mode('.', 0o500),
    mend: mode('.', 0o700),
    says: unwritable,
    doctor: folderClosed,
  },
  {
    what: 'a journal that is read-only',
    spoil: mode('journal.jsonl', 0o400),
    mend: mode('journal.jsonl', 0o600),
    says: unwritable,
    doctor: /^The data folder cannot be used: journal\.jsonl is not for this user/,
  },
  closed('.', 0o700),
  closed('credentials.json', 0o600),
  closed('projects.json', 0o600),
  closed('journal.jsonl', 0o600),
  closed('manifests', 0o700),
  ...['projects.json', 'credentials.json'].flatMap((name) => [
    damaged(name, 'torn', (bytes) => bytes.subarray(0, bytes.length / 2)),
    damaged(name, 'garbage', (bytes) => randomBytes(bytes.length)),
    damaged(name, 'emptied', () => Buffer.alloc(0)),
  ]),
];

test('a bridge whose data folder is read-only, closed to it or damaged says so in a sentence, keeps what it knew, and serves once that is mended', {
  skip: skipModes,
}, async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const patient = await openPatient(relay, folder.path);
  const serves = async (what: string) => {
    await using bridge = patient.start();
    await bridge
      .line(({ event }) => event === 'synced')
      .catch((error: Error) => assert.fail(`${what}: ${error.message}`));
    assert.equal((await patient.edit('high')).state, 'done', what);
    assert.equal(await bridge.end(), 0, what);
    return await readFile(join(patient.data, 'projects.json'), 'utf8');
  };
  const projects = await serves('a new one');
  for (const { what, spoil, mend, says, doctor } of dataRows) {
    await spoil(patient.data);
    await using bridge = patient.start();
    assert.ok((await eventually(() => bridge.child.exitCode ?? undefined)) > 0, what);
    assert.match(bridge.errors(), says, what);
    assert.doesNotMatch(bridge.errors(), /Error|\n {2}/, what);
    const found = await examineFiles({ data: patient.data });
    assert.match(found.says, doctor, what);
    assert.ok(found.state === 'fail' && found.fix.copy !== '', what);
    await mend(patient.data);
  }
  assert.equal(await serves('all of them mended'), projects, 'its projects are those that it had');
  const aside = (await readdir(patient.data)).filter((name) => name.includes('damaged'));
  assert.deepEqual(aside, [], 'nothing was given up');
});

test('a bridge whose data lies on a disk that is read-only says so in a sentence', {
  skip: smallDiskMissing,
}, async () => {
  await using relay = await openApi();
  await using disk = await openSmallDisk(1024);
  const patient = await openPatient(relay, disk.path);
  await remount('ro')(disk);
  await using bridge = patient.start();
  assert.equal(await eventually(() => bridge.child.exitCode ?? undefined), 1);
  const says = /^The file system of \S+ is read-only\. Choose another data folder with --data\.\n$/;
  assert.match(bridge.errors(), says);
  const login = await runProgram('bridge/main.ts', ['login', relay.url, '--data', patient.data], {}, disk.path);
  assert.deepEqual([login.code, login.stdout], [1, ''], 'nobody is shown a code for a key that cannot be kept');
  assert.match(login.stderr, says);
  const found = await findAsNobody('data-folder', 'dataFolder', patient);
  assert.match(found.says, /^The data folder cannot be written\.$/);
  assert.deepEqual('fix' in found && found.fix, {
    says: 'The file system is read-only. Choose a folder elsewhere:',
    copy: 'sallyport run --data DIR',
  });
  const fresh = join(disk.path, 'new', 'data');
  const anew = await runProgram('bridge/main.ts', ['run', '--url', relay.url, '--data', fresh], {}, disk.path);
  assert.match(
    anew.stderr,
    /^\S+ cannot be the data folder: its file system is read-only\. Choose another with --data\.$/m,
  );
});

/** What is wrong with a project, what the command on it answers, and what doctor says. */
type ProjectRow<Place> = readonly [
  what: string,
  spoil: (place: Place) => Promise<unknown>,
  mend: (place: Place) => Promise<unknown>,
  answers: RegExp,
  doctor: RegExp,
];

const projectRows: readonly ProjectRow<string>[] = [
  [
    'a folder of a spec that is read-only',
    (root) => chmod(join(root, dirname(first)), 0o500),
    (root) => chmod(join(root, dirname(first)), 0o755),
    /^file-failed The bridge has no permission there\.$/,
    /^001-first-light: edits from the app fail there, because the user who runs this may not write\.$/,
  ],
  [
    'a file that cannot be read',
    (root) => chmod(join(root, first), 0),
    (root) => chmod(join(root, first), 0o644),
    /^file-failed .*no permission to read it/,
    /^shop\/specs\/001-first-light\/README\.md cannot be read by the user who runs this\.$/,
  ],
];

const projectDiskRows: readonly ProjectRow<SmallDisk>[] = [
  [
    'a disk that is full',
    (disk) => disk.fill(),
    (disk) => disk.free(),
    /^no-space There is no space left on the disk\.$/,
    /^The disk of shop is full: edits from the app fail there/,
  ],
  [
    'a file system that is read-only',
    remount('ro'),
    remount('rw'),
    /^file-failed The file system is read-only\.$/,
    /^specs, .*001-first-light.*: edits from the app fail there, because the file system is read-only\.$/,
  ],
];

/** Each trouble of a project: an edit fails and says why, doctor names it, the spec is shown as it was, and all goes on once it is mended. */
async function endure<Place>(patient: Patient, place: Place, rows: readonly ProjectRow<Place>[]): Promise<void> {
  const { data, root } = patient;
  for (const [what, spoil, mend, answers, doctor] of rows) {
    const { body } = await patient.read();
    await spoil(place);
    const { state, problem } = await patient.edit('critical');
    assert.equal(state, 'failed', what);
    assert.match(`${problem?.code} ${problem?.detail}`, answers, what);
    const found = await Promise.all([
      findAsNobody('disk-space', 'diskSpace', { data, roots: [root] }),
      findAsNobody('folders', 'folders', { data, roots: [root] }),
    ]);
    assert.match(found.find(({ state }) => state !== 'ok')?.says ?? '', doctor, what);
    assert.equal((await patient.read()).body, body, what);
    await mend(place);
    assert.equal((await patient.edit('critical')).state, 'done', what);
    await save(patient, `Mended: ${what}`);
  }
}

test('a project on a disk that is full or read-only is shown as it was, an edit says why it fails, and is done once that is mended', {
  skip: smallDiskMissing,
}, async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  await using disk = await openSmallDisk(4096);
  const patient = await openPatient(relay, folder.path, { root: join(disk.path, 'shop') });
  await using bridge = patient.start();
  await bridge.line(({ event }) => event === 'synced');
  await endure(patient, disk, projectDiskRows);
});

/** What a crash of another program or a bad disk leaves of a spec, and what a person reads beside it. */
const spoiltRows = [
  ['torn', (text: Buffer) => text.subarray(0, 20), 'The front matter is not closed by a line ---.'],
  ['garbage', (text: Buffer) => Buffer.from(text.map((byte) => byte ^ 0xa5)), 'The file is not valid UTF-8.'],
  ['emptied', () => Buffer.alloc(0), 'The file does not begin with front matter (a line ---).'],
] as const;

test('a spec that is torn or garbage is shown as it is, an edit of its fields says why it fails and changes nothing, and it is whole once it is saved', async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const patient = await openPatient(relay, folder.path);
  const file = join(patient.root, first);
  await using bridge = patient.start();
  await bridge.line(({ event }) => event === 'synced');
  for (const [what, spoilt, says] of spoiltRows) {
    const bytes = spoilt(await readFile(file));
    await writeFile(file, bytes);
    await eventually(async () => (await patient.read()).rev === revOf(bytes));
    assert.equal((await patient.read()).meta.problem, says, what);
    const { state, problem } = await patient.edit('critical');
    assert.deepEqual([state, problem?.code, problem?.detail], ['failed', 'file-unparsable', says], what);
    assert.deepEqual(await readFile(file), bytes, what);
    await save(patient, `Whole again: ${what}`);
    assert.equal((await patient.edit('critical')).state, 'done', what);
  }
});

test('what a bridge may not write or read in a project fails with its reason, is shown as it was, and is done once that is mended', {
  skip: skipModes,
}, async () => {
  await using relay = await openApi();
  await using folder = await openTemporaryFolder();
  const patient = await openPatient(relay, folder.path);
  await using bridge = patient.start();
  await bridge.line(({ event }) => event === 'synced');
  await endure(patient, patient.root, projectRows);
  assert.equal(await bridge.end(), 0);
  await chmod(patient.root, 0);
  await using again = patient.start();
  await again.line(({ event }) => event === 'synced');
  assert.match(again.errors(), /project shop is away: this user may not read \S+shop$/m);
  assert.match((await patient.read()).title ?? '', /^Mended/, 'it is shown as it was');
  await chmod(patient.root, 0o755);
  await save(patient, 'It may be read again');
});

const clocks = [
  [-3 * hour, '3 hours behind', /^This clock is 3 h behind the relay’s\./],
  [3 * hour, '3 hours ahead of', /^This clock is 3 h ahead of the relay’s\./],
  [30 * 24 * hour, '30 days ahead of', /^This clock is 30 days ahead of the relay’s\./],
] as const;

for (const [ms, far, said] of clocks)
  test(`a machine whose clock is ${far} the relay's: that is said, saves and edits come with the relay's time, and it is forgotten once the clock is right`, async () => {
    await using relay = await openApi();
    await using folder = await openTemporaryFolder();
    const patient = await openPatient(relay, folder.path);
    {
      await using bridge = patient.start(ms);
      await bridge.line(({ event }) => event === 'synced');
      await eventually(
        async () => (await patient.conditions()).join() === `The clock of this machine is ${far} the relay's.`,
      );
      await save(patient, `Saved ${far}`);
      assert.equal((await patient.edit('critical')).state, 'done');
      assert.match(await patient.doctorOnClock(ms), said, far);
      const [, written = ''] = /updated_at: (\S+)/.exec(String((await patient.read()).text)) ?? [];
      assert.ok(Math.abs(Date.parse(written.replace(/['"]/g, '')) - Date.now()) < 60_000, written);
      assert.equal(await bridge.end(), 0);
    }
    await using bridge = patient.start();
    await bridge.line(({ event }) => event === 'synced');
    await eventually(async () => (await patient.conditions()).length === 0);
    await save(patient, 'Saved with the right clock');
    assert.equal((await patient.edit('low')).state, 'done');
  });
