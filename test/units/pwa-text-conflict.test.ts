/** What a conflict over a text takes for what was typed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import { feedOfMachine } from '#contract/feed-name.ts';
import { draftOf } from '../../pwa/features/documents/text-conflict.ts';
import type { App, Draft, Wish } from '../../pwa/state/app-state.ts';
import { emptyState } from '../../pwa/state/facts/shown.ts';
import { draftKey } from '../../pwa/state/wishes/drafts.ts';

const machine = 'machine-one';
const document: Document = {
  project: 'project-one',
  path: 'specs/001-one/README.md',
  spec: '001-one',
  kind: 'spec',
  rev: 'a'.repeat(64),
  size: 1,
  mtime: 1,
  meta: {},
  body: 'held',
};
const opened = 'One\n';
const draft = (text: string, wish: string | undefined): Draft => ({
  machine,
  document,
  base: opened,
  text,
  changedAt: 1,
  wish,
});
const edits = [{ start: 0, end: 3, text: 'First' }];
const wish = {
  id: 'wish-one',
  machine,
  kind: 'spec-document-write',
  args: { project: document.project, spec: '001-one', document: 'README.md', edits },
  ifRev: document.rev,
  state: 'conflict',
  sentAt: 1,
} as unknown as Wish;

/** The app, as far as a conflict asks of it. */
function appWith(...drafts: readonly Draft[]): App {
  return appOf([document], drafts);
}

function appOf(documents: readonly Document[], drafts: readonly Draft[]): App {
  const byKey = Object.fromEntries(documents.map((each) => [documentKey(each), each]));
  const state = {
    ...emptyState(),
    items: { document: { [feedOfMachine(machine)]: byKey } },
    drafts: Object.fromEntries(drafts.map((kept) => [draftKey(machine, kept.document), kept])),
  };
  return { state, body: async () => ({ text: opened, exact: true }) } as unknown as App;
}

test('whoever wrote on after the save that became a conflict decides about all that they typed, and loses none of it', async () => {
  const texts = async (app: App) => (await draftOf(app, wish))?.text;
  assert.equal(await texts(appWith(draft('First\n', wish.id))), 'First\n');
  assert.equal(await texts(appWith(draft('First\n\nand more\n', undefined))), 'First\n\nand more\n');
  assert.equal(await texts(appWith()), 'First\n', 'of the wish, where there is no draft');
});

test('in a project of two formats the conflict over a steering document is about that of the format named', async () => {
  const steering = (format: string): Document => ({
    ...document,
    path: `.${format}/steering/product.md`,
    kind: 'steering',
    meta: { format },
  });
  const app = appOf([steering('spec-context'), steering('spec-workflow')], []);
  const pathOf = async (format: object) => {
    const args = { project: document.project, document: 'product', edits, ...format };
    const undone = { ...wish, kind: 'steering-write', args } as unknown as Wish;
    return (await draftOf(app, undone))?.document.path;
  };
  assert.equal(await pathOf({ format: 'spec-workflow' }), '.spec-workflow/steering/product.md');
  assert.equal(await pathOf({ format: 'spec-context' }), '.spec-context/steering/product.md');
});
