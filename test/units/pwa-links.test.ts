/** Where the links of a text lead in the app. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { test } from 'node:test';
import MarkdownIt from 'markdown-it';
import type { Document } from '#contract/document.ts';
import { createLinker, type LinkTarget, slugOf } from '../../pwa/features/documents/links.ts';
import { realMarkdownFiles, realProjectsMissing } from '../kit/projects.ts';

function documentOf(path: string, spec?: string): Document {
  const kind = spec === undefined ? 'file' : path.endsWith('README.md') ? 'spec' : 'sub-spec';
  return {
    project: 'shop',
    path,
    kind,
    ...(spec === undefined ? {} : { spec }),
    title: path,
    rev: '0',
    size: 1,
    mtime: 1,
    meta: {},
    body: 'held',
  };
}

const from = documentOf('specs/002-two/README.md', '002-two');
const all = [
  from,
  documentOf('specs/001-one/README.md', '001-one'),
  documentOf('specs/001-one/DESIGN.md', '001-one'),
  documentOf('docs/guide with space.md'),
];
const linker = createLinker('laptop', from, all);
const at = '#/m/laptop/p/shop';

test('relative addresses lead to specs, their documents and other files', () => {
  const leads = {
    '../001-one/README.md': `${at}/spec/specs%2F001-one`,
    '../001-one/': `${at}/spec/specs%2F001-one`,
    '../001-one': `${at}/spec/specs%2F001-one`,
    '../001-one/DESIGN.md#why': `${at}/spec/specs%2F001-one?doc=specs%2F001-one%2FDESIGN.md`,
    '/specs/001-one/README.md': `${at}/spec/specs%2F001-one`,
    '001-one': `${at}/spec/specs%2F001-one`,
    '../../docs/guide%20with%20space.md': `${at}/document/docs%2Fguide%20with%20space.md`,
    '../../docs/guide with space': `${at}/document/docs%2Fguide%20with%20space.md`,
  };
  for (const [written, href] of Object.entries(leads)) {
    const target = linker.link(written);
    assert.equal(target.is === 'route' ? target.href : target.is, href, written);
  }
});

test('what is elsewhere stays as it is, and what is nowhere says so', () => {
  for (const written of [
    'https://example.com/a',
    'mailto:a@b.c',
    '//example.com',
    'javascript:alert(1)',
    'data:text/html,x',
  ])
    assert.deepEqual(linker.link(written), { is: 'outside' }, written);
  for (const written of ['../../../../etc/passwd', '../003-three/README.md', '%2e%2e/%2e%2e/%2e%2e/secret', '%zz'])
    assert.equal(linker.link(written).is, 'gone', written);
  assert.deepEqual(linker.link('#the-plan'), { is: 'heading', slug: 'the-plan' });
  assert.equal(slugOf(' The plan: “now”, then '), 'the-plan-now-then');
});

test('a bare name of a spec is known, and nothing else is', () => {
  assert.equal(linker.name('001-one')?.is, 'route');
  for (const word of ['003-three', '2026-01-02', 'constructor', '']) assert.equal(linker.name(word), undefined, word);
});

test('of the relative links of the real specs most lead somewhere, and the others are not in the project', {
  skip: realProjectsMissing,
}, async () => {
  const files = (await realMarkdownFiles()).filter((file) => file.includes(`${sep}lean-spec${sep}`));
  const root = files[0]?.slice(0, files[0].indexOf(`${sep}lean-spec${sep}`) + 'lean-spec/'.length) ?? '';
  const documents = files.map((file) => {
    const path = relative(root, file).split(sep).join('/');
    const [folder, spec, ...rest] = path.split('/');
    return documentOf(path, folder === 'specs' && rest.length > 0 ? spec : undefined);
  });
  const markdown = new MarkdownIt();
  const counts = new Map<LinkTarget['is'], number>();
  for (const [index, document] of documents.entries()) {
    const ofThis = createLinker('laptop', document, documents);
    const html = markdown.render(await readFile(files[index] ?? '', 'utf8'));
    for (const [, written = ''] of html.matchAll(/<a href="([^"]*)"/g)) {
      const { is } = ofThis.link(written);
      counts.set(is, (counts.get(is) ?? 0) + 1);
      if (is === 'gone')
        assert.ok(!documents.some(({ path }) => path === `${dirname(document.path)}/${written}`), written);
    }
  }
  const [route = 0, gone = 0] = [counts.get('route'), counts.get('gone')];
  console.log(`${route} lead to a screen, ${gone} to nothing in the project`);
  assert.ok(route > gone, `${route} of ${route + gone}`);
});
