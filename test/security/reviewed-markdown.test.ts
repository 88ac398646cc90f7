/** What an agent asks about may say anything: in the review nothing of it runs, nothing is fetched from elsewhere, and it covers no button. */
import assert from 'node:assert/strict';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText, design, firstId } from '../kit/approvals.ts';
import { phone } from '../kit/browser.ts';
import { injections } from '../kit/injections.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const attack = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
const text = `# Design\n\n${injections.join('\n\n')}\n\nthe end of it\n`;

test('scripts, handlers, frames, styles, links that run and MDX in a reviewed text, its title and its comments are text', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        [design]: text,
        [approvalPath(firstId)]: approvalText(firstId, {
          title: `Design ${attack}`,
          metadata: { reason: attack },
          comments: [
            {
              type: 'selection',
              comment: attack,
              selectedText: 'the end of it',
              timestamp: '2026-01-22T13:00:00.000Z',
            },
            { type: 'general', comment: attack, timestamp: '2026-01-22T13:00:00.000Z' },
          ],
        }),
      }),
  });
  const { page, world, machine } = stage;
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(world.url)) foreign.push(request.url());
  });
  const { project } = await machine.document(design);
  const at = `${world.url}/#/m/${machine.id}/p/${project}/approval/${encodeURIComponent(approvalPath(firstId))}`;
  for (const tab of ['document', 'changes', 'history']) {
    await page.goto(`${at}?tab=${tab}`);
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'onerror' }).waitFor();
    if (tab === 'document') await page.locator('.markdown [data-note]').filter({ hasText: 'onerror' }).waitFor();
    if (tab === 'changes') await page.locator('.diff-line').filter({ hasText: 'the end of it' }).first().waitFor();
    const active =
      'script, iframe:not([sandbox="allow-scripts"]), object, embed, style, form, input, [onerror], [onload], [onclick]';
    assert.equal(await page.locator(`.review-main :is(${active})`).count(), 0, tab);
    const links = await page
      .locator('.review-main a')
      .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href));
    assert.deepEqual(
      links.filter((href) => !/^https?:/.test(href)),
      [],
      tab,
    );
    assert.equal(await page.evaluate('window.pwned'), undefined, tab);
    assert.ok(await page.getByRole('button', { name: 'Approve', exact: true }).isVisible(), tab);
  }
  assert.deepEqual(foreign, []);
});
