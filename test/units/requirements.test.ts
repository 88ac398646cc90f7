/** The criteria that tasks refer to, as they are found in requirements.md. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { criterionOf, readCriteria } from '#contract/grammar/requirements.ts';
import { readTasks } from '#contract/grammar/tasks.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../kit/projects.ts';

test('a requirement and its criteria are found by their numbers, with their lines, and nothing else is', () => {
  const text = [
    '# Requirements',
    '1. Not one',
    '### Requirement 1: Till',
    '1. No criterion yet',
    '#### Acceptance Criteria',
    '1. WHEN it rings THEN open',
    '   1. a part of it',
    '2) second',
    '```',
    '3. code',
    '```',
    '### Requirement 2',
    '#### Acceptance Criteria',
    '1. other',
    '1. again',
    '## Non-Functional Requirements',
    '1. fast',
  ].join('\r\n');
  assert.deepEqual(
    [...readCriteria(text).values()].map(({ id, text: words, line }) => `${id} ${words} ${line}`),
    ['1 Till 3', '1.1 WHEN it rings THEN open 6', '1.2 second 8', '2 Requirement 2 12', '2.1 other 14'],
  );
});

test('most references of the real tasks lead to a criterion or its requirement', {
  skip: realProjectsMissing,
}, async () => {
  await using folder = await openTemporaryFolder();
  const root = await copyRealProject('spec-workflow', folder.path);
  let [found, all] = [0, 0];
  for await (const path of glob('.spec-workflow/{specs,archive/specs}/*/tasks.md', { cwd: root })) {
    const requirements = await readFile(join(root, path.replace(/tasks\.md$/, 'requirements.md')), 'utf8');
    const criteria = readCriteria(requirements);
    for (const { requirements: ids } of readTasks(await readFile(join(root, path), 'utf8')))
      for (const id of ids.filter((each) => /^\d+(\.\d+)?$/.test(each))) {
        all += 1;
        if (criterionOf(criteria, id) !== undefined) found += 1;
      }
  }
  assert.ok(all > 500 && found / all > 0.8, `${found} of ${all}`);
});
