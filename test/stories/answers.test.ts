/** Queries that need no machine: the relay, and the app on its own, answer them as the machine would, also while the machine is away. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { QueryKindName } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { answerHere } from '../../pwa/state/copy.ts';
import { eventually } from '../kit/eventually.ts';
import { heldByApp } from '../kit/held-by-app.ts';
import { copyRealProject, makeSmallProject, realProjectsMissing, specText, writeFiles } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

interface Answer {
  readonly source: string;
  readonly asOf: string;
  readonly result: unknown;
}
interface Refusal {
  readonly code: string;
  readonly hint: string;
}

const latin1 = '.spec-workflow/specs/checkout/latin.md';
const secret = 'specs/001-first-light/DEPLOY.md';

/** Every sort of document: both formats, archives, specs without a main file, bytes that are no text, a text that stays on the machine. */
async function makeMixedProject(root: string): Promise<string> {
  await makeSmallProject(root);
  const key = `-----BEGIN ${'OPENSSH PRIVATE KEY'}-----\n${'b3BlbnNzaC1rZXk'.repeat(8)}\n-----END ${'OPENSSH PRIVATE KEY'}-----\n`;
  await writeFiles(root, {
    [secret]: `# How to deploy\n\n${key}`,
    'specs/004-bom/README.md': `\ufeff${specText('With a mark', { status: 'complete' }).replaceAll('\n', '\r\n')}`,
    'specs/005-no-main/NOTES.md': '# Notes\n',
    'specs/archived/001-first-light/README.md': specText('Put away', { status: 'archived' }),
    [latin1]: Buffer.from('# Gr\u00fc\u00dfe\n', 'latin1'),
    '.spec-workflow/archive/specs/old-till/tasks.md': '# Tasks\n\n- [x] 1. Done\n',
    '.spec-workflow/approvals/checkout/notes.txt': 'Not a spec of its own.\n',
    '.spec-workflow/approvals/checkout/.snapshots/design.md/metadata.json': '{}\n',
  });
  return root;
}

function pathOf(machine: MachineInWorld, kind: QueryKindName, project: string, path = ''): string {
  const at = `/v1/machines/${machine.id}/projects/${project}`;
  if (kind === 'project-info') return at;
  return `${at}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Asks relay, machine and app the same of every project and every so many files, and compares. Resolves to how many questions that were. */
async function compareAll(world: World, machine: MachineInWorld, every = 1): Promise<number> {
  const documents = await machine.documents();
  const held = await heldByApp(world, machine, documents);
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const questions = [
    ...projects.map(({ id }) => ({ kind: 'project-info' as const, args: { project: id } })),
    ...documents
      .filter(({ body }, index) => body === 'held' && index % every === 0)
      .map(({ project, path }) => ({ kind: 'file-read' as const, args: { project, path } })),
  ];
  for (const { kind, args } of questions) {
    const path = pathOf(machine, kind, args.project, 'path' in args ? args.path : '');
    const [relay, disk] = [
      await world.call<Answer>('GET', path),
      await world.call<Answer>('GET', `${path}?source=machine`),
    ];
    assert.deepEqual([relay.source, disk.source], ['relay', 'machine'], path);
    // The machine alone knows in which checkouts agents work.
    const { workspaces: _, ...told } = disk.result as { readonly workspaces?: unknown };
    assert.deepEqual(relay.result, told, path);
    assert.deepEqual(await answerHere(held, machine.id, kind, args as never), told, `the app, of ${path}`);
  }
  return questions.length;
}

test('relay, machine and app answer the same over every sort of document (Q6)', async () => {
  await using world = await openWorld();
  const machine = await world.startMachine('laptop', [await makeMixedProject(join(world.folder, 'shop'))]);
  assert.ok((await compareAll(world, machine)) > 15);
});

test('relay, machine and app answer the same over two real projects', {
  skip: realProjectsMissing,
  timeout: 120_000,
}, async () => {
  await using world = await openWorld();
  const roots = [
    await copyRealProject('lean-spec', world.folder),
    await copyRealProject('spec-workflow', world.folder),
  ];
  assert.ok((await compareAll(world, await world.startMachine('laptop', roots), 8)) > 50);
});

test('a path answers from the relay, says as of when, and asks the machine for what only it can tell (Q5)', async () => {
  await using world = await openWorld();
  const root = await makeMixedProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  const file = pathOf(machine, 'file-read', 'shop', 'specs/001-first-light/README.md');
  const ask = <Body>(path: string, expected?: number) => world.call<Body>('GET', path, undefined, expected);
  const text = await readFile(join(root, 'specs/001-first-light/README.md'), 'utf8');

  const online = await ask<Answer & { result: { text: string } }>(file);
  assert.deepEqual([online.source, online.result.text], ['relay', text]);
  assert.ok(Math.abs(Date.parse(online.asOf) - Date.now()) < 90_000, online.asOf);
  const withheld = pathOf(machine, 'file-read', 'shop', secret);
  assert.equal(
    (await ask<Refusal>(withheld, 403)).code,
    'withheld',
    'what the relay does not hold, the machine is asked',
  );
  assert.equal((await ask<Refusal>(`${file}?source=relay`, 400)).code, 'parameter-invalid');
  assert.equal((await ask<Refusal>(`${file}?path=x`, 400)).code, 'parameter-invalid');
  const nowhere = pathOf(machine, 'file-read', 'shop', 'specs/nowhere.md');
  assert.equal((await ask<Refusal>(nowhere, 404)).code, 'document-unknown');
  assert.equal((await ask<Refusal>(pathOf(machine, 'project-info', 'elsewhere'), 404)).code, 'project-unknown');

  await machine.bridge().end();
  await eventually(async () => (await ask<Machine>(`/v1/machines/${machine.id}`)).status === 'offline');
  const away = await ask<Answer & { result: { text: string } }>(file);
  assert.deepEqual([away.source, away.result.text], ['relay', text]);
  const { lastSeenAt } = await ask<Machine>(`/v1/machines/${machine.id}`);
  assert.equal(away.asOf, lastSeenAt, 'as of when the machine was last heard of');
  const info = await ask<Answer & { result: { specs: unknown[] } }>(pathOf(machine, 'project-info', 'shop'));
  assert.deepEqual([info.source, info.result.specs.length], ['relay', 8]);
  for (const path of [`${file}?source=machine`, withheld, nowhere]) {
    const { code, hint } = await ask<Refusal>(path, 409);
    assert.deepEqual([code, hint.includes('whenOffline')], ['machine-unavailable', false], path);
  }
});
