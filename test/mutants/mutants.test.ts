/** Takes out one rule at a time, in a copy of the whole tree, and fails where nobody notices: each rule that guards data is held by a story, which passes with the rule in the run of all tests. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { TemporaryFolder } from '../kit/projects.ts';
import { copyTree, saidIn, withoutRule } from './copy.ts';
import { type Mutant, mutants } from './mutants.ts';

/** Stories at a time; most of them wait for what does not come. */
const copies = 4;
/** In milliseconds; a story that takes longer is ended, which is no proof. */
const storyMs = 120_000;

const idle: TemporaryFolder[] = [];

before(async () => {
  for (let index = 0; index < copies; index += 1) idle.push(await copyTree());
});
after(async () => void (await Promise.all(idle.map((folder) => folder[Symbol.asyncDispose]()))));

suite('rules that guard data', { concurrency: copies }, () => {
  for (const mutant of mutants) {
    const { rule, test: file, story } = mutant;
    test(`${rule}, held by "${story} …" (${file})`, async () => {
      const folder = idle.pop();
      assert.ok(folder);
      try {
        await check(folder.path, mutant);
      } finally {
        idle.push(folder);
      }
    });
  }
});

async function check(tree: string, mutant: Mutant): Promise<void> {
  await withoutRule(tree, mutant, async () => {
    assert.deepEqual(await runStory(tree, mutant), { passed: 0, failed: 1 }, 'the story without the rule');
  });
}

/** Runs one story in a tree, in one process, with the app of that tree where it is seen in a browser. */
async function runStory(tree: string, { test: file, story }: Mutant): Promise<{ passed: number; failed: number }> {
  if (file.startsWith('test/browser/')) await run(tree, ['scripts/build-pwa.ts']);
  const named = `--test-name-pattern=^${RegExp.escape(story)}`;
  const tap = await run(tree, ['--conditions=browser', '--test-force-exit', '--test-reporter=tap', named, file]);
  return { passed: countOf(tap, 'pass'), failed: countOf(tap, 'fail') };
}

/** What a program says. One that does not load tells of no test that failed by an assertion, so that a typing error in `without` proves nothing. */
async function run(tree: string, args: readonly string[]): Promise<string> {
  const said = await saidIn(tree, args, storyMs, { SALLYPORT_TEST_PATIENCE_MS: '10000' });
  assert.doesNotMatch(said, /SyntaxError|ERR_MODULE_NOT_FOUND|ReferenceError/);
  return said;
}

function countOf(tap: string, word: string): number {
  return Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
}
