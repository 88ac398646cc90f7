/** The journal under many commands, large ones, liars and damage: it stays small, costs no more as it grows old, and never keeps a bridge from starting. */
import assert from 'node:assert/strict';
import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { headsOf, verifyAudit } from '#contract/audit.ts';
import type { CommandProblem } from '#contract/command.ts';
import { limits } from '#contract/limits.ts';
import { enterAudit, readAudit, readAuditHead, sha256 } from '../../bridge/audit/log.ts';
import { createAuditQueue } from '../../bridge/audit/queue.ts';
import { type Journal, openJournal } from '../../bridge/commands/journal.ts';
import { eventually } from '../kit/eventually.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { openSmallDisk, smallDiskMissing } from '../kit/small-disk.ts';

const first = 'specs/001-first-light/README.md';
const act = { action: 'command-ended', result: 'done', by: { name: 'Ada', via: 'relay' } } as const;
const begun = {
  project: 'project-1',
  step: { is: 'write-file', path: first, before: 'a'.repeat(64), after: 'b'.repeat(64) },
  at: 0,
  isLast: true,
  result: { path: first },
} as const;
const whole = { spec: '001', document: 'README.md' };

/** One whole life of an edit. */
async function live(journal: Journal, args: Record<string, unknown> = {}): Promise<string> {
  const command = delivered('spec-metadata-update', args);
  await journal.received([command]);
  await journal.effect(command.id, begun);
  await journal.settled(command.id, { state: 'done', result: { path: first } }, act);
  await journal.entered(command.id);
  await journal.acknowledged([command.id]);
  return command.id;
}

/** Bytes that this process has written so far, to files and elsewhere. */
async function bytesWritten(): Promise<number> {
  return Number(/^wchar: (\d+)$/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1]);
}

const sizeOf = async (folder: string) => (await stat(join(folder, 'journal.jsonl'))).size;

test('after many commands one more costs as few bytes as at the beginning', {
  skip: process.platform !== 'linux' && 'bytes are counted by /proc',
}, async () => {
  await using folder = await openTemporaryFolder('/dev/shm');
  await using journal = await openJournal(folder.path);
  const costOf = async (count: number) => {
    const before = await bytesWritten();
    for (let n = 0; n < count; n++) await live(journal);
    return ((await bytesWritten()) - before) / count;
  };
  const id = await live(journal);
  const early = await costOf(200);
  await costOf(1500);
  // Long enough for the file to be rewritten.
  const late = await costOf(1500);
  assert.equal(journal.ended(id)?.outcome.state, 'done', 'one that may be offered again is forgotten');
  assert.ok(late < 1.5 * early, `${Math.round(early)} bytes a command at first, ${Math.round(late)} later`);
});

test('what expires is forgotten: the file does not grow with the commands of a week', async () => {
  await using folder = await openTemporaryFolder('/dev/shm');
  let now = Date.now();
  await using journal = await openJournal(folder.path, () => now);
  const sizes: number[] = [];
  for (let n = 0; n < 2000; n++) {
    now += 60_000;
    await live(journal);
    sizes.push(await sizeOf(folder.path));
  }
  assert.ok(Math.max(...sizes) < 1.2 * 1024 * 1024, `${Math.max(...sizes)} bytes`);
});

test('commands that wait fill the disk of a machine so far and no further', async () => {
  await using folder = await openTemporaryFolder('/dev/shm');
  await using journal = await openJournal(folder.path);
  const receive = async (count: number) => {
    for (let n = 0; n < count; n++)
      await journal.received([delivered('spec-document-write', { content: 'x'.repeat(1024 * 1024) })]);
  };
  await receive(60);
  await assert.rejects(receive(5), { code: 'no-space' });
  assert.ok((await sizeOf(folder.path)) < limits.journalBytesMax);
});

test('a command is held from its arrival until the relay has its result, so that no reconnect makes it expired', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const command = delivered(
    'spec-metadata-update',
    { spec: '001', status: 'in-progress' },
    { ifRev: shop.project().documents.get(first)?.rev },
  );
  const held = () => shop.executor.holding().map(({ id }) => id);
  const accepted = shop.executor.accept([command]);
  assert.deepEqual(held(), [command.id]);
  await accepted;
  await shop.executor.idle();
  assert.deepEqual(held(), [command.id]);
  await shop.executor.acknowledge([command.id]);
  assert.deepEqual(held(), []);
});

test('megabytes that a lying relay wishes, and that policy or signature refuse, are not written at all', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  shop.policy = { risks: { read: 'allow', write: 'signed', execute: 'refuse', destroy: 'refuse' } };
  const names = await readdir(shop.folder);
  const before = await sizeOf(shop.folder);
  const text = 'x'.repeat(1024 * 1024);
  const signature = {
    key: 'A'.repeat(43),
    nonce: 'n'.repeat(22),
    expiresAt: Date.now() + 60_000,
    value: 'v'.repeat(86),
  };
  for (let n = 0; n < 20; n++) {
    const lies = [
      delivered('spec-document-write', { ...whole, content: text }, { ifRev: 'a'.repeat(64) }),
      delivered('spec-document-write', { ...whole, content: text }, { ifRev: 'a'.repeat(64), signature }),
      delivered('no-such-kind', { text }),
      delivered('spec-document-write', { ...whole, project: 'elsewhere', content: text }),
    ];
    await shop.executor.accept(lies);
    await shop.executor.idle();
    assert.deepEqual(
      shop.executor.results().map(({ problem }) => (problem as CommandProblem).code),
      ['signature-needed', 'signature-refused', 'kind-unknown', 'project-unknown'],
    );
    await shop.executor.acknowledge(lies.map(({ id }) => id));
  }
  assert.equal(await sizeOf(shop.folder), before);
  assert.deepEqual((await readdir(shop.folder)).filter((name) => !names.includes(name)).sort(), [
    'audit-head.json',
    'audit.jsonl',
  ]);
});

test('text that was written and told does not stay in the journal of the machine', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const ifRev = shop.project().documents.get(first)?.rev ?? '';
  const text = `---\nstatus: planned\ncreated: 2026-01-01\n---\n\n# ${'secret '.repeat(40_000)}\n`;
  const { state, id, problem } = await shop.run('spec-document-write', { ...whole, content: text }, { ifRev });
  assert.equal(state, 'done', JSON.stringify(problem));
  await shop.executor.acknowledge([id]);
  await using again = await openJournal(shop.folder);
  assert.equal(again.ended(id)?.outcome.state, 'done');
  assert.doesNotMatch(await readFile(join(shop.folder, 'journal.jsonl'), 'utf8'), /secret/);
});

test('a command that is offered once more after its outcome was told is answered with it, also by the next life of the bridge (B19)', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const ifRev = shop.project().documents.get(first)?.rev ?? '';
  const command = delivered('spec-metadata-update', { spec: '001', status: 'in-progress' }, { ifRev });
  await shop.executor.accept([command]);
  await shop.executor.idle();
  await shop.executor.acknowledge([command.id]);
  const text = await readFile(join(shop.root, first), 'utf8');
  await using again = await shop.restart();
  await again.executor.accept([{ ...command, lease: '7.2' }]);
  await again.executor.idle();
  assert.deepEqual(
    again.executor.results().map(({ id, lease, state }) => [id, lease, state]),
    [[command.id, '7.2', 'done']],
  );
  assert.equal(await readFile(join(shop.root, first), 'utf8'), text);
});

/** The journal of an earlier release, after many reads of a document. */
async function writeOldJournal(folder: string, reads: number, bytes: number): Promise<void> {
  const file = await open(join(folder, 'journal.jsonl'), 'w');
  const line = (value: object) => file.appendFile(`${JSON.stringify(value)}\n`);
  for (let n = 0; n < reads; n++) {
    const command = delivered('file-read', { path: first }, { id: `old-read-${n}` });
    await line({ is: 'received', command });
    await line({
      is: 'settled',
      id: command.id,
      outcome: { state: 'done', result: { text: 'x'.repeat(bytes) } },
      at: 1,
    });
    await line({ is: 'acknowledged', id: command.id, again: false });
  }
  await line({ is: 'received', command: delivered('spec-metadata-update', {}, { id: 'old-edit-1' }) });
  await line({ is: 'effect', id: 'old-edit-1', ...begun });
  await file.close();
}

test('a journal that an earlier release let grow is opened, keeps what is under way, and is small from then on', async () => {
  await using folder = await openTemporaryFolder();
  await writeOldJournal(folder.path, 30, 1024 * 1024);
  await using journal = await openJournal(folder.path);
  assert.deepEqual(
    [...journal.allOpen()].map((entry) => [entry.command.id, entry.begun]),
    [['old-edit-1', [begun]]],
  );
  assert.equal(journal.ended('old-read-7')?.outcome.state, 'done');
  assert.ok((await sizeOf(folder.path)) < 64 * 1024);
});

test('lines that are damaged, foreign or endless are set aside, the rest counts, and the relay is told that this is another journal', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'journal.jsonl');
  const kept = delivered('spec-metadata-update', {});
  let before: { id: string };
  {
    await using journal = await openJournal(folder.path);
    await journal.received([kept]);
    before = journal.mark();
  }
  const damage = [
    '{"is":"received","comm\u0000\u0000',
    '{"is":"of-a-later-release","id":"abcdefgh"}',
    'null',
    `"${'y'.repeat(limits.journalLineBytesMax)}"`,
  ];
  const [head = '', ...others] = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, [head, ...damage, ...others].join('\n'));
  const said: string[] = [];
  await using journal = await openJournal(folder.path, Date.now, (sentence) => said.push(sentence));
  assert.deepEqual(
    [...journal.allOpen()].map(({ command }) => command.id),
    [kept.id],
  );
  assert.notEqual(journal.mark().id, before.id);
  assert.match(said.join(), /4 lines of the journal could not be read/);
  const aside = await readFile(`${path}.damaged`, 'utf8');
  assert.ok(damage.slice(0, 3).every((line) => aside.includes(line)));
  await using next = await openJournal(folder.path);
  assert.equal(next.mark().id, journal.mark().id);
});

test('a journal that is no file at all does not keep a bridge from starting', async () => {
  await using folder = await openTemporaryFolder();
  await writeFiles(folder.path, { 'journal.jsonl/what-is-this': 'x' });
  await using journal = await openJournal(folder.path);
  await live(journal);
  assert.ok((await readdir(folder.path)).some((name) => name.startsWith('journal.jsonl.damaged-')));
});

/** Sends a change of status without waiting for anything but the journal. */
async function sendEdit(shop: Workshop, status: string): Promise<string> {
  const ifRev = (await shop.rescan()).documents.get(first)?.rev ?? '';
  const command = delivered('spec-metadata-update', { spec: '001', status }, { ifRev });
  await shop.executor.accept([command]);
  return command.id;
}

async function stateOf(shop: Workshop, id: string): Promise<string> {
  return await eventually(() => shop.executor.results().find((result) => result.id === id)?.state);
}

test('a machine whose audit log cannot be written tells every receipt, and enters what was done once it can', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  await writeFiles(shop.folder, { 'audit.jsonl/in-the-way': 'x' });
  const ids: string[] = [];
  for (const status of ['in-progress', 'planned', 'in-progress']) {
    const id = await sendEdit(shop, status);
    assert.equal(await stateOf(shop, id), 'done');
    ids.push(id);
  }
  await shop.executor.acknowledge(ids);
  await rm(join(shop.folder, 'audit.jsonl'), { recursive: true });
  await shop.executor.idle();
  const entries = (await readAudit(shop.folder)).map((line) => JSON.parse(line) as { about: { command: string } });
  assert.deepEqual(
    entries.map(({ about }) => about.command),
    ids,
  );
});

test('what a bridge that was killed had not entered in the audit log yet is entered by its next life', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const command = delivered('spec-metadata-update', { spec: '001' });
  await shop.journal.received([command]);
  await shop.journal.settled(command.id, { state: 'done' }, { ...act, about: { command: command.id } });
  await shop.journal.acknowledged([command.id]);
  await using next = await shop.restart();
  await next.executor.idle();
  await using last = await shop.restart();
  await last.executor.idle();
  const entries = (await readAudit(shop.folder)).map((line) => JSON.parse(line) as { about: { command: string } });
  assert.deepEqual(
    entries.map(({ about }) => about.command),
    [command.id],
  );
});

test('an audit log whose end is no entry is kept aside, and what happens next is entered in a new one that goes on from it', async () => {
  await using folder = await openTemporaryFolder();
  const seqs: number[] = [];
  for (const damage of ['half an entry\n', `{"by":"${'x'.repeat(70_000)}"}\n`, 'x'.repeat(70_000)]) {
    await writeFile(join(folder.path, 'audit.jsonl'), damage);
    await enterAudit(folder.path, { ...act, by: { name: 'A'.repeat(70_000), via: 'relay' } });
    await enterAudit(folder.path, act);
    const lines = await readAudit(folder.path);
    const checked = verifyAudit(lines, sha256);
    assert.ok(checked.holds, JSON.stringify(checked));
    assert.equal(checked.entries, 2);
    seqs.push((JSON.parse(lines.at(-1) ?? '') as { seq: number }).seq);
  }
  // It goes on from the head that was kept, so that what lies aside is missed.
  assert.deepEqual(seqs, [2, 4, 6]);
  assert.equal((await readdir(folder.path)).filter((name) => name.includes('damaged')).length, 3);
});

test('an audit log that was cut or emptied is not whole again because something else happens', async () => {
  for (const left of [0, 2]) {
    await using folder = await openTemporaryFolder();
    for (const command of ['a', 'b', 'c', 'd']) await enterAudit(folder.path, { ...act, about: { command } });
    const lines = (await readAudit(folder.path)).slice(0, left);
    await writeFile(join(folder.path, 'audit.jsonl'), lines.map((line) => `${line}\n`).join(''));
    await enterAudit(folder.path, { ...act, about: { command: 'e' } });
    await enterAudit(folder.path, { ...act, about: { command: 'f' } });
    const kept = headsOf(await readAuditHead(folder.path));
    const found = verifyAudit(await readAudit(folder.path), sha256, kept);
    assert.deepEqual([found.holds, found.holds || found.line], [false, left + 1], JSON.stringify(found));
  }
});

test('an entry is made once, also where there is no room to shorten an audit log that has grown too large', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'audit.jsonl');
  await enterAudit(folder.path, { ...act, about: { command: 'long-ago' } });
  const entry = await readFile(path, 'utf8');
  await writeFile(path, entry.repeat(Math.ceil(limits.bridgeAuditBytesMax / entry.length)));
  const { ino } = await stat(path);
  await writeFiles(folder.path, { [`audit.jsonl.${process.pid}.new/in-the-way`]: 'x' });
  await using queue = createAuditQueue({
    write: (entered) => enterAudit(folder.path, entered),
    onTrouble: () => undefined,
    waitMs: () => 1,
  });
  assert.equal(await queue.enter({ ...act, about: { command: 'today' } }), true);
  assert.equal((await readAudit(folder.path)).filter((line) => line.includes('today')).length, 1);
  assert.equal((await stat(path)).ino, ino);

  await rm(`${path}.${process.pid}.new`, { recursive: true });
  await queue.enter({ ...act, about: { command: 'tomorrow' } });
  assert.ok((await stat(path)).size < (2 * limits.bridgeAuditBytesMax) / 3);
  assert.equal((await readAudit(folder.path)).filter((line) => line.includes('today')).length, 1);
});

test("a machine whose bridge's disk is full says that there is no space, changes nothing, and goes on once there is", {
  skip: smallDiskMissing,
}, async () => {
  await using disk = await openSmallDisk(512);
  await using shop = await openWorkshop(makeSmallProject, disk.path);
  assert.equal(await stateOf(shop, await sendEdit(shop, 'in-progress')), 'done');
  await disk.fill();
  // What is left of a block takes a few lines yet.
  const full = await eventually(async () => {
    const text = await readFile(join(shop.root, first), 'utf8');
    const id = await sendEdit(shop, text.includes('in-progress') ? 'planned' : 'in-progress');
    const state = await stateOf(shop, id);
    const result = shop.executor.results().find((one) => one.id === id);
    const isSame = (await readFile(join(shop.root, first), 'utf8')) === text;
    assert.equal(isSame, state !== 'done');
    return state !== 'done' && result;
  });
  assert.deepEqual([full.state, (full.problem as CommandProblem).code], ['failed', 'no-space']);
  assert.equal((await shop.ask('file-read', { path: first })).problem, undefined);
  await disk.free();
  assert.equal(await stateOf(shop, await sendEdit(shop, 'archived')), 'done');
  await using next = await shop.restart();
  assert.equal(next.journal.open(full.id), undefined);
  // Half a line would have been set aside, and made it another journal.
  assert.equal(next.journal.mark().id, shop.journal.mark().id);
  assert.match(await readFile(join(shop.root, first), 'utf8'), /archived/);
});
