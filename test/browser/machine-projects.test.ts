/** The page of a machine: agents at work, projects that tools have registered, adding one where the policy allows it, and removing one. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before } from 'node:test';
import { defaultPolicy } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a person sees who works where, adds a project that a tool has registered, removes it, and takes that back', async () => {
  await using stage = await openStage({
    env: (folder) => ({ HOME: join(folder, 'home') }),
    prepare: async (root) => {
      const cafe = await makeSmallProject(join(dirname(root), 'cafe'));
      await writeFiles(dirname(root), {
        'shop/.git/HEAD': 'ref: refs/heads/tax\n',
        'home/.spec-workflow-mcp/activeProjects.json': JSON.stringify({
          a: { projectPath: root, workflowRootPath: root, instances: [{ pid: process.pid }, { pid: process.ppid }] },
          b: { projectPath: cafe, workflowRootPath: cafe, instances: [] },
        }),
      });
    },
  });
  const { page, world, machine } = stage;
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);
  const article = page.locator('article', { hasText: 'laptop' });
  await article.getByText('2 agents at work').waitFor();
  const free = article.getByRole('list', { name: 'Projects that are not watched' });
  await free.getByText('cafe', { exact: true }).waitFor();
  await article.getByText('To add one from here, allow project-add').waitFor();

  await writeFile(
    join(machine.data, 'policy.json'),
    JSON.stringify({ ...defaultPolicy, kinds: { 'project-add': 'allow' } }),
  );
  await free.getByRole('button', { name: 'Add cafe' }).click();
  await page.getByText('Project added').waitFor();
  const row = article.getByRole('link', { name: /^cafe/ });
  await row.waitFor();
  await free.waitFor({ state: 'detached' });

  await article.getByRole('button', { name: 'Remove a project' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: 'cafe' }).click();
  await sheet.getByText('No file on the machine is touched').waitFor();
  await sheet.getByRole('button', { name: 'Remove', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await free.getByText('cafe', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row.waitFor();
});
