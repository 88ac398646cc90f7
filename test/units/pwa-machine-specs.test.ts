/** The specs follow the documents by increments. Runs under `--conditions=browser`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRoot } from 'solid-js';
import { createStore, produce } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import { createMachineSpecs } from '../../pwa/features/specs/machine-specs.ts';
import { specOf } from '../../pwa/features/specs/spec-groups.ts';

function documentOf(name: string, file: string, status = 'planned'): Document {
  return {
    project: 'project-one',
    path: `specs/${name}/${file}`,
    kind: file === 'README.md' ? 'spec' : 'sub-spec',
    spec: name,
    rev: '0'.repeat(64),
    size: 1,
    mtime: 1,
    body: 'held',
    meta: { format: 'lean-spec', status },
  };
}

/** A store of specs, how many of them were grouped since the last look, and what is shown. */
function openSpecs(names: readonly string[]) {
  return createRoot((dispose) => {
    const [state, setState] = createStore<{ documents: Record<string, Document> }>({
      documents: Object.fromEntries(names.map((name) => [name, documentOf(name, 'README.md')])),
    });
    let grouped = 0;
    const specs = createMachineSpecs(
      () => state.documents,
      (...args) => {
        grouped += 1;
        return specOf(...args);
      },
    );
    const count = () => {
      const counted = grouped;
      grouped = 0;
      return counted;
    };
    return { setState, specs, count, [Symbol.dispose]: dispose };
  });
}

const names = Array.from({ length: 5000 }, (_, at) => `${at}-spec`);

test('one save among 5,000 specs regroups one of them, and the others stay the same objects', () => {
  using held = openSpecs(names);
  const before = held.specs();
  assert.equal(held.count(), 5000);

  held.setState('documents', '7-spec', {
    rev: '1'.repeat(64),
    mtime: 2,
    meta: { format: 'lean-spec', status: 'complete' },
  });

  const after = new Map(held.specs().map((spec) => [spec.name, spec]));
  assert.equal(held.count(), 1);
  assert.equal(after.get('7-spec')?.status, 'complete');
  assert.deepEqual(
    before.filter((spec) => after.get(spec.name) !== spec).map(({ name }) => name),
    ['7-spec'],
  );
});

test('a file that comes or goes regroups its spec alone, and a spec goes with its last file', () => {
  using held = openSpecs(names);
  held.count();
  const shown = () => held.specs().find(({ name }) => name === '7-spec');

  held.setState('documents', 'design', documentOf('7-spec', 'DESIGN.md'));
  assert.equal(shown()?.documents.length, 2);
  assert.equal(held.count(), 1);

  const remove = (...keys: string[]) =>
    held.setState(
      'documents',
      produce((documents) => {
        for (const key of keys) delete documents[key];
      }),
    );
  remove('design');
  assert.equal(shown()?.documents.length, 1);
  assert.equal(held.count(), 1);
  remove('7-spec');
  assert.equal(shown(), undefined);
  assert.equal(held.specs().length, 4999);
});

test('what is said again as it was makes no new spec', () => {
  using held = openSpecs(['1-spec', '2-spec']);
  const [first] = held.specs();
  held.setState('documents', '2-spec', 'meta', { format: 'lean-spec', status: 'planned' });
  assert.equal(held.specs()[0], first);
});
