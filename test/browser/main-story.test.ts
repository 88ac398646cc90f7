/** The story that approvals are for: an agent asks by MCP, the phone is notified, a person reads on it what has changed, says what is wrong with a sentence, and approves the next text; the agent goes on, and later one still sees who approved what. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { RecordItem } from '#contract/record.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openAgent } from '../kit/agent.ts';
import { design } from '../kit/approvals.ts';
import { violationsOf } from '../kit/axe.ts';
import { onDesktop, phone, selectWords } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openPushedBrowser } from '../kit/pushed.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium', 'chromium-desktop');

before(buildApp);

const drafts = [
  '# Design\n\n## Storage\n\nA nightly job deletes orders.\n\n## Limits\n\nThe client waits.\n',
  '# Design\n\n## Storage\n\nA TTL on each order removes it.\n\n## Limits\n\nThe client waits. It gives up after 5 minutes.\n',
  '# Design\n\n## Storage\n\nA TTL on each order removes it.\n\n## Limits\n\nThe client waits. It gives up after 2 minutes.\n',
] as const;

test('an agent asks, the person says what is wrong with a sentence and approves the next text, and the agent goes on', async () => {
  await using pushed = await openPushedBrowser();
  await using stage = await openStage({
    browser: { ...phone, ...onDesktop() },
    relay: pushed.relay,
    before: pushed.prepare,
    prepare: (root) => writeFiles(root, { [design]: drafts[0] }),
  });
  const { page, root, world } = stage;
  await using agent = await openAgent(root, join(world.folder, 'agent'));
  const ask = async (reason: string) =>
    await agent.call('request_approval', { title: 'Design of checkout', file: design, reason });
  const hear = ({ id }: Record<string, unknown>) => {
    const heard = agent.call('wait_for_approval', { id });
    // What went wrong before is what the test says, not that the agent was ended.
    void heard.catch(() => undefined);
    return heard;
  };
  // The phone buzzes, and a tap on what it shows opens the decision.
  const review = async (reason: string) => {
    const { title, body, href } = await pushed.hear(page);
    assert.deepEqual([title, body], ['Approval wanted: Design of checkout', 'checkout']);
    await page.goto(`${world.url}/${href}`);
    await page.getByText(reason).waitFor();
  };
  await page.goto(`${world.url}/#/notifications`);
  await page.getByRole('button', { name: 'Notify this device' }).tap();
  await page.getByRole('button', { name: 'Send a test' }).waitFor();

  // A first text is approved: what comes later is compared with it.
  const first = await ask('A first draft');
  const heardFirst = hear(first);
  await review('A first draft');
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  assert.equal((await heardFirst).status, 'approved');

  await writeFile(join(root, design), drafts[1]);
  const second = await ask('A TTL in place of the job');
  const heardSecond = hear(second);
  await review('A TTL in place of the job');
  await page.getByRole('link', { name: /^Since version \d+ \+2 −2$/ }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('link', { name: 'Document' }).click();
  await page.locator('.markdown').getByText('It gives up after 5 minutes.').waitFor();
  await page.evaluate(selectWords('It gives up after 5 minutes.'));
  await page.getByRole('button', { name: 'Comment on the selection' }).tap();
  await page.getByLabel('What should the agent know?').fill('2 minutes, not 5');
  await page.getByRole('button', { name: 'Add comment' }).click();
  await page.locator('.markdown [data-note]').getByText('2 minutes, not 5').waitFor();
  await page.getByRole('button', { name: /Needs revision with 1 comment/ }).click();
  await page.getByRole('button', { name: 'Ask for a revision' }).click();
  const answer = await heardSecond;
  const comments = answer.comments as { comment: string; selectedText?: string }[];
  assert.deepEqual(
    [answer.status, comments.map(({ comment, selectedText }) => [comment, selectedText])],
    ['needs-revision', [['2 minutes, not 5', 'It gives up after 5 minutes.']]],
  );

  // The agent does what the comment says, and asks again.
  await writeFile(
    join(root, design),
    drafts[1].replace(comments[0]?.selectedText ?? '', 'It gives up after 2 minutes.'),
  );
  const third = await ask('Two minutes now');
  assert.equal(third.reused, false);
  const heardThird = hear(third);
  await review('Two minutes now');
  // What is shown first is what has changed since the text that was sent back: the one sentence.
  await page.getByRole('link', { name: /^Since version \d+ \+1 −1$/ }).waitFor();
  await eventually(async () => {
    assert.deepEqual(await page.locator('.diff mark').allTextContents(), ['5', '2']);
    return true;
  });
  const base = page.getByRole('combobox', { name: 'Compared with' }).locator('option:checked');
  assert.match((await base.textContent()) ?? '', /sent back for revision$/);
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  const approved = await heardThird;
  assert.deepEqual([approved.status, approved.changed_since], ['approved', false]);

  // Next month one still sees who approved which text.
  const { project, rev } = await stage.machine.document(design);
  await eventually(async () => {
    const { items } = await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=decision');
    const { meta } = items.find((record) => record.meta.approval === third.id) ?? {};
    assert.deepEqual([meta?.status, meta?.how, meta?.file_rev], ['approved', 'here', rev]);
    return true;
  });
  const spec = encodeURIComponent('.spec-workflow/specs/checkout');
  await page.goto(`${world.url}/#/m/${stage.machine.id}/p/${project}/spec/${spec}?doc=${encodeURIComponent(design)}`);
  await page.getByText(/^Approved by .+, this text\.$/).waitFor();

  // Somebody writes on: the document says so, and shows how it differs from what was approved.
  await writeFile(join(root, design), `${await readFile(join(root, design), 'utf8')}\nIt says so.\n`);
  await page.getByText('Changed since approved.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('button', { name: 'See what changed' }).tap();
  const since = page.getByRole('region', { name: 'Changed since it was approved' });
  await since.locator('.diff-line.added', { hasText: 'It says so.' }).waitFor();
  assert.equal(await since.locator('.diff-line.removed').count(), 0);
  assert.deepEqual(await violationsOf(page), []);
});
