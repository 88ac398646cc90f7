/** The review of a file that is another text in a worktree: the screen says which checkout it shows, offers the others, and the decision counts for the one on the screen. */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText, category, firstId } from '../kit/approvals.ts';
import { violationsOf } from '../kit/axe.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage, type Stage } from '../kit/stage.ts';
import { addWorktree } from '../kit/worktree.ts';

const test = testNeeding('chromium');

before(buildApp);

const notes = 'NOTES.md';
const treeOf = (root: string) => join(root, '../shop-tax');

/** A project whose file is another text in a worktree, where an agent is alive. */
async function prepare(root: string): Promise<void> {
  await writeFiles(root, { [notes]: '# Notes\n\nThe text of main.\n' });
  await addWorktree(root, treeOf(root));
  await writeFiles(treeOf(root), { [notes]: '# Notes\n\nThe text of the worktree.\n' });
  await writeFiles(root, { [approvalPath(firstId)]: approvalText(firstId, { title: 'Notes', filePath: notes }) });
  const entries = { a: { projectPath: treeOf(root), workflowRootPath: root, instances: [{ pid: process.pid }] } };
  await writeFiles(join(root, '..'), { '.spec-workflow-mcp/activeProjects.json': JSON.stringify(entries) });
}

async function goTo({ page, machine, world }: Stage, checkout = ''): Promise<void> {
  const project = (await machine.documents())[0]?.project;
  const at = `/#/m/${machine.id}/p/${project}/approval/${encodeURIComponent(approvalPath(firstId))}?tab=document&checkout=${checkout}`;
  await page.goto(new URL(at, world.url).href);
  await page.locator('.review-head').waitFor();
}

test('on a phone one sees which checkout the text is from, reads the other one, and approves exactly that', async () => {
  await using stage = await openStage({
    browser: { ...phone, viewport: { width: 390, height: 844 } },
    prepare,
    env: (folder) => ({ HOME: folder }),
  });
  const { page, root } = stage;
  await goTo(stage);
  const checkout = page.getByRole('region', { name: 'Checkout' });
  await checkout.getByText('This is the text in the checkout shop-tax.').waitFor();
  await page.getByText('The text of the worktree.').waitFor();
  await page.getByText('in shop-tax', { exact: false }).last().waitFor();
  assert.deepEqual(await violationsOf(page), []);

  // The agent goes on writing there.
  await writeFile(join(treeOf(root), notes), '# Notes\n\nThe later text of the worktree.\n');
  await page.getByText('The text has changed since you read it').waitFor();
  await page.getByRole('button', { name: 'Show what changed' }).click();
  await page.getByRole('button', { name: 'Decide on the new text' }).click();
  await page.getByText('The later text of the worktree.').waitFor();

  await checkout.getByRole('button', { name: 'Show the text in shop', exact: true }).click();
  await page.getByText('The text of main.').waitFor();
  await checkout.getByText('This is the text in the checkout shop.').waitFor();
  assert.equal(await page.getByText('The text has changed since you read it').count(), 0, 'it is another text');
  await page.locator('[data-decide=approve]').click();
  const decided = async () => JSON.parse(await readFile(join(root, approvalPath(firstId)), 'utf8')).status;
  await eventually(async () => (await decided()) === 'approved');
  const folder = join(root, category, '.snapshots', notes);
  const [name = ''] = (await readdir(folder)).filter((each) => each.startsWith('snapshot-'));
  assert.equal(JSON.parse(await readFile(join(folder, name), 'utf8')).content, '# Notes\n\nThe text of main.\n');
});

test('while the machine that has the texts is away, nothing can be decided unseen', async () => {
  await using stage = await openStage({
    browser: { ...phone, viewport: { width: 390, height: 844 } },
    prepare,
    env: (folder) => ({ HOME: folder }),
  });
  const { page, machine } = stage;
  await goTo(stage);
  await page.getByText('The text of the worktree.').waitFor();
  await machine.bridge().end();
  await page.reload();
  await page.getByText('Only laptop can show them. The machine did not answer.').waitFor();
  await page.getByRole('button', { name: 'Decide when it is back' }).click();
  assert.equal(await page.locator('[data-decide=approve]').isDisabled(), true);
  await machine.startBridge();
  await page.getByText('The text of the worktree.').waitFor();
  await page.locator('[data-decide=approve]:not([disabled])').waitFor();
});

test('a refusal of the machine is shown in its own words, with a way back', async () => {
  await using stage = await openStage({ prepare, env: (folder) => ({ HOME: folder }) });
  const { page } = stage;
  await goTo(stage, 'shop-none');
  const said = page.getByRole('region', { name: 'Checkout' });
  await said.getByText('There is no checkout "shop-none" in which agents work: shop').waitFor();
  assert.equal(await page.getByText('did not answer').count(), 0);
  assert.equal(await page.locator('[data-decide=approve]').isDisabled(), true);
  await said.getByRole('button', { name: 'Show another checkout' }).click();
  await page.getByText('The text of the worktree.').waitFor();
});

test('where the checkout that the agent asks about is gone, that is said, and the decision counts for the text on the screen', async () => {
  await using stage = await openStage({
    prepare: async (root) => {
      const more = { title: 'Notes', filePath: notes, metadata: { checkout: 'shop-gone' } };
      await writeFiles(root, {
        [notes]: '# Notes\n\nThe text of main.\n',
        [approvalPath(firstId)]: approvalText(firstId, more),
      });
    },
  });
  const { page, root } = stage;
  await goTo(stage);
  await page.getByText('The agent works in the checkout shop-gone, and the text there cannot be shown.').waitFor();
  await page.getByText('This is the text in the checkout shop. Your decision counts for this one.').waitFor();
  await page.getByText('The text of main.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.locator('[data-decide=approve]').click();
  await eventually(
    async () => JSON.parse(await readFile(join(root, approvalPath(firstId)), 'utf8')).status === 'approved',
  );
});
