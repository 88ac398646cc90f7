/** Everything that a project can throw at a bridge at once: it stays within a budget of memory and of time in which nothing else moves, beside an idle bridge in the same run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { residentBytes } from '../kit/pressure.ts';
import { makeSmallProject, specText, writeFiles } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const MIB = 1024 * 1024;
const first = 'specs/001-first-light/README.md';
const monitored = { NODE_OPTIONS: `--import ${join(import.meta.dirname, '../kit/loop-delay.mjs')}` };
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const keys = numbers(40_000)
  .map((n) => `key${n}: 1`)
  .join('\n');
const rules = 'x/*/y\n'.repeat(180_000);

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world[Symbol.asyncDispose]());

const chained = (n: number) => `${String(n).padStart(4, '0')}-link`;

/** Specs of which each depends on the one before. */
async function writeChain(root: string, word: string): Promise<void> {
  const files = numbers(5000).map((n) => {
    const fields = n === 0 ? {} : { depends_on: `[${chained(n - 1)}]` };
    return [`specs/${chained(n)}/README.md`, specText(`${word} ${n}`, fields)];
  });
  await writeFiles(root, Object.fromEntries(files));
}

/** A tasks.md of 20,000 tasks, and front matter of 400 KB. */
async function writeHuge(root: string, mark: string): Promise<void> {
  const boxes = numbers(20_000).map((n) => `- [${mark}] ${n + 1}. Task ${n}\n  - _Requirements: 1.1_`);
  await writeFiles(root, {
    '.spec-workflow/specs/huge/tasks.md': `# Tasks\n\n${boxes.join('\n')}\n`,
    'specs/9000-keys/README.md': `---\nstatus: planned\n${keys}\nmark: "${mark}"\n---\n\n# Keys\n`,
  });
}

/** All of it in one project. */
async function makeHostile(root: string): Promise<void> {
  const long = 'n'.repeat(5000);
  const crowd = numbers(20_000).map((n) => [`specs/9003-crowd/${n}.txt`, '']);
  await writeChain(root, 'Link');
  await writeHuge(root, ' ');
  await writeFiles(root, Object.fromEntries(crowd));
  await writeFiles(root, {
    'specs/9001-names/README.md': specText(long, { assignee: long, tags: `[${long}]`, depends_on: `[${long}]` }),
    [`specs/9001-names/${'f'.repeat(250)}.md`]: `# ${long}\n`,
    'specs/9002-nested/README.md': specText('Nested', {}, `${'> '.repeat(5000)}${'['.repeat(50_000)}`),
    '.lean-spec/config.yaml': keys,
    '.gitignore': rules,
    'specs/9001-names/.gitignore': rules,
  });
  const names = join(root, 'specs/9001-names');
  execFileSync('mkfifo', [join(names, 'fifo.md'), join(root, '.lean-spec/config.json')]);
  await symlink('/dev/zero', join(names, 'device.md'));
  for (const n of numbers(100)) await link(join(names, 'README.md'), join(names, `hard-${n}.md`));
}

const delayOf = (machine: MachineInWorld) =>
  Math.max(...machine.bridge().lines.flatMap(({ event, ms }) => (event === 'loop-delay' ? [Number(ms)] : [])));

/** The time in ms from a save in a project until the relay has it, the longest of some. */
async function longestSave(machine: MachineInWorld, root: string, count: number): Promise<number> {
  let longest = 0;
  for (const n of numbers(count)) {
    const title = `Save ${n} of ${machine.name}`;
    const startedAt = performance.now();
    await writeFile(join(root, first), specText(title));
    await eventually(async () => (await machine.document(first)).title === title, { timeoutMs: 30_000 });
    longest = Math.max(longest, performance.now() - startedAt);
  }
  return longest;
}

test('a project of FIFOs, devices, huge files and chains, quiet and in a storm, keeps no other project waiting and no bridge from ending', async (t) => {
  const calm = await makeSmallProject(join(world.folder, 'calm'));
  const good = await makeSmallProject(join(world.folder, 'good'));
  const hostile = join(world.folder, 'hostile');
  await makeHostile(hostile);
  const gauge = async (machine: MachineInWorld, save: number) => ({
    save,
    delay: delayOf(machine),
    rss: await residentBytes(machine.bridge().child.pid),
  });
  const alone = await world.startMachine('calm', [calm], monitored);
  const idle = await gauge(alone, await longestSave(alone, calm, 3));
  assert.equal(await alone.bridge().end(), 0);

  const machine = await world.startMachine('hostile', [good, hostile], monitored);
  const quiet = await gauge(machine, await longestSave(machine, good, 3));
  const storm = Promise.all([writeChain(hostile, 'Other'), writeHuge(hostile, 'x')]);
  const stormed = await gauge(machine, await longestSave(machine, good, 3));
  await storm;
  const asked = performance.now();
  assert.equal(await machine.bridge().end('SIGTERM'), 0);
  const endedMs = performance.now() - asked;

  const figures = JSON.stringify({ idle, quiet, stormed, endedMs });
  t.diagnostic(figures);
  assert.ok(endedMs < 20 * idle.delay + 2000, figures);
  for (const found of [quiet, stormed]) {
    assert.ok(found.delay < 20 * idle.delay + 3000, figures);
    assert.ok(found.save < 20 * idle.save + 5000, figures);
    assert.ok(found.rss - idle.rss < 450 * MIB, figures);
  }
});
