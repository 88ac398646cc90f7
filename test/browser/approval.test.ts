/** An agent asks, a person decides on the phone: reads what has changed, comments on a line, sends it back, and approves the next text. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText, design, firstId, renameOver } from '../kit/approvals.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage, type Stage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first =
  '# Design\n\n## Storage\n\nOrders are kept for 90 days.\nA nightly job deletes them.\n\n## Limits\n\nWait 5 minutes, then give up.\n';
const second = first.replace('A nightly job deletes them.', 'A TTL on each order removes them; no job is needed.');
const third = second.replace('5 minutes', '2 minutes');

const asked = (id: string, more: object = {}) => ({
  [approvalPath(id)]: approvalText(id, { title: 'Design of checkout', ...more }),
});

async function decided(stage: Stage, id: string) {
  return await eventually(async () => {
    const json = JSON.parse(await readFile(join(stage.root, approvalPath(id)), 'utf8')) as {
      status: string;
      response?: string;
      comments?: { comment: string; selectedText?: string }[];
    };
    assert.notEqual(json.status, 'pending');
    return json;
  });
}

test('a design is approved, sent back with a comment on a line, and approved again by what has changed alone', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) => writeFiles(root, { [design]: first, ...asked(firstId) }),
  });
  const { page, root } = stage;
  await page.getByRole('link', { name: /^Inbox/ }).click();
  await page.getByRole('link', { name: 'Review' }).click();
  await page.getByRole('heading', { name: 'Design of checkout', level: 1 }).waitFor();
  await page.locator('.markdown').getByText('A nightly job deletes them.').waitFor();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  assert.equal((await decided(stage, firstId)).status, 'approved');
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Review' }).waitFor({ state: 'detached' });

  // The agent takes the decision, writes on, and asks again.
  await rm(join(root, approvalPath(firstId)));
  await writeFile(join(root, design), second);
  await writeFiles(root, asked('approval_2'));
  await page.getByRole('link', { name: 'Review' }).click();
  await page.getByRole('link', { name: 'Since version 1 +1 −1' }).waitFor();
  assert.deepEqual(await page.locator('.diff mark').allTextContents(), [
    'nightly job deletes',
    'TTL on each order removes',
    '; no job is needed',
  ]);
  await page.getByRole('link', { name: 'Document' }).click();
  await page.locator('.markdown').getByText('Wait 5 minutes, then give up.').click();
  await page.getByLabel('What should the agent know?').fill('2 minutes, not 5');
  await page.getByRole('button', { name: 'Add comment' }).click();
  // The comment is kept on the device, over a reload.
  await page.reload();
  await page.locator('.review-side .review-comment.own').getByText('2 minutes, not 5').waitFor();
  // It stands after its paragraph, too.
  await page.locator('.markdown p + [data-note]').getByText('2 minutes, not 5').waitFor();
  await page.getByLabel('Words for the agent').fill('Nearly');
  await page.getByText('with your words').waitFor();
  await page.getByRole('button', { name: /Needs revision with 1 comment/ }).click();
  assert.equal(await page.getByLabel('What should change?').inputValue(), 'Nearly');
  await page.getByLabel('What should change?').fill('Nearly there');
  await page.getByRole('button', { name: 'Ask for a revision' }).click();
  const sentBack = await decided(stage, 'approval_2');
  assert.deepEqual([sentBack.status, sentBack.response], ['needs-revision', 'Nearly there']);
  assert.deepEqual(
    sentBack.comments?.map(({ comment, selectedText }) => [comment, selectedText]),
    [['2 minutes, not 5', 'Wait 5 minutes, then give up.']],
  );

  await page.getByRole('link', { name: 'Review' }).waitFor({ state: 'detached' });
  await writeFile(join(root, design), third);
  await writeFiles(root, asked('approval_3'));
  await page.getByRole('link', { name: 'Review' }).click();
  await page.getByRole('link', { name: /^Since version 2/ }).waitFor();
  // By keyboard: one key leads to the change, one asks for the decision, and Enter confirms.
  await page.keyboard.press('j');
  await page.locator('.diff-head:focus').waitFor();
  await page.keyboard.press('a');
  await page.getByRole('dialog', { name: 'Approve this text?' }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal((await decided(stage, 'approval_3')).status, 'approved');

  // Next month one still sees who approved which text.
  const spec = `/#/m/${stage.machine.id}/p/${(await stage.machine.documents())[0]?.project}/spec/${encodeURIComponent('.spec-workflow/specs/checkout')}`;
  await page.goto(new URL(`${spec}?doc=${encodeURIComponent(design)}`, stage.world.url).href);
  await page.getByText(/^Approved by .+, this text\.$/).waitFor();
  await page.goto(
    new URL(spec.replace(/\/spec\/.*/, `/approval/${encodeURIComponent(approvalPath('approval_3'))}`), stage.world.url)
      .href,
  );
  // The agent removes it while it is on the screen.
  await page.getByRole('button', { name: 'Take the decision back' }).waitFor();
  await rm(join(root, approvalPath('approval_3')));
  await page.getByText(/Design of checkout: Approved by .+ · the agent has taken it/).waitFor();
  const receipts = page.getByRole('listitem');
  for (const words of ['Queued', 'Delivered', 'Written', 'Taken by the agent'])
    await receipts.filter({ hasText: new RegExp(`^${words} \\d\\d:\\d\\d$`) }).waitFor();
});

test('a text that changes while it is read is not decided on unseen, and a decision is taken back', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) => writeFiles(root, { [design]: first, ...asked(firstId) }),
  });
  const { page, root } = stage;
  await page.goto(new URL(`/#/m/${stage.machine.id}/inbox`, stage.world.url).href);
  await page.getByRole('link', { name: 'Review' }).click();
  const approve = page.getByRole('button', { name: 'Approve', exact: true });
  await approve.waitFor();
  const review = page.url();
  // The save and the tap cross: the machine has the last word.
  stage.machine.bridge().child.kill('SIGSTOP');
  await renameOver(root, design, second);
  await approve.click();
  // What is under way, or can be taken back, is told above the next decision and not over it.
  await page.goto(review);
  await eventually(async () => {
    const told = await page.locator('.toast').boundingBox();
    const bar = await page.getByRole('region', { name: 'Decision' }).boundingBox();
    assert.ok(told && bar && told.y + told.height <= bar.y, JSON.stringify({ told, bar }));
    return true;
  });
  stage.machine.bridge().child.kill('SIGCONT');
  await page
    .getByText(/the text has changed since you read it/i)
    .first()
    .waitFor();
  assert.equal(
    (JSON.parse(await readFile(join(root, approvalPath(firstId)), 'utf8')) as { status: string }).status,
    'pending',
  );
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.getByRole('button', { name: 'See what changed' }).click();
  await page.locator('.markdown').getByText('A TTL on each order removes them').waitFor();

  // What another program decides is shown as decided, and not offered to be taken back: the machine would refuse that.
  await rm(join(root, design));
  await renameOver(root, approvalPath(firstId), approvalText(firstId, { status: 'approved', response: 'By hand' }));
  await page.getByText('Another program has made this decision').waitFor();
  await page.getByRole('heading', { name: 'What was decided on' }).waitFor();
  await page.getByText('The text cannot be shown').waitFor();
  assert.equal(await page.getByText('You can still decide').count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Take the decision back' }).count(), 0);
});
