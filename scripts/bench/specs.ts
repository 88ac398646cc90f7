/** `npm run bench:specs`: what a command costs to find its spec and check the format's rules in a project of 10,000 and of 40,000 files, spread over specs and all in one; beside one pass over the same files. */
import { findSpec } from '../../bridge/commands/lookup.ts';
import { checkSpecRules } from '../../bridge/commands/spec-rules.ts';
import type { Project } from '../../bridge/projects/project.ts';
import { createDocumentIndex } from '../../bridge/watch/documents.ts';
import type { IndexedDocument } from '../../bridge/watch/indexed-document.ts';
import { percentile } from './statistics.ts';

const sizes = [10_000, 40_000];
const rounds = 200;

for (const [layout, filesPerSpec] of [
  ['4 files a spec', () => 4],
  ['all in one spec', (files: number) => files],
] as const) {
  const [small = Number.NaN, large = Number.NaN] = sizes.map((files) => measure(layout, files, filesPerSpec(files)));
  console.log(`  ${layout}: ${(large / small).toFixed(1)} × the time for 4 × the files (aim: at most 4 ×)`);
}

/** Median ms of one command. */
function measure(layout: string, files: number, filesPerSpec: number): number {
  const index = createDocumentIndex('bench');
  const documents = Array.from({ length: files }, (_, nth) => documentOf(nth, filesPerSpec));
  const filling = timed(() => {
    for (const document of documents) index.put(document, undefined);
  });
  const { documents: byPath, specs } = index;
  const project: Project = {
    id: 'bench',
    name: 'bench',
    root: '/',
    layouts: [],
    rules: undefined,
    documents: byPath,
    specs,
  };
  const name = documents.at(-1)?.spec ?? '';
  const wish = { from: 'planned', status: 'complete', parent: null } as const;
  const command = median(() => checkSpecRules(findSpec(project, name), project.specs, '', wish, false));
  const floor = median(() => {
    let bytes = 0;
    for (const { size } of byPath.values()) bytes += size;
    return bytes;
  });
  const change = median(() => index.put({ ...(documents[0] as IndexedDocument), rev: 'f'.repeat(64) }, undefined));
  console.log(
    `${layout}, ${files} files: a command ${command.toFixed(3)} ms, a changed file ${change.toFixed(4)} ms; floor, a pass over all files ${floor.toFixed(3)} ms; filling the index ${filling.toFixed(0)} ms`,
  );
  return command;
}

function documentOf(nth: number, filesPerSpec: number): IndexedDocument {
  const [at, number] = [nth % filesPerSpec, Math.floor(nth / filesPerSpec) + 1];
  const spec = `${number}-spec`;
  const folder = `specs/${spec}`;
  const kind = at === 0 ? 'spec' : 'sub-spec';
  const place = {
    project: 'bench',
    path: `${folder}/${at === 0 ? 'README' : at}.md`,
    rev: String(nth).padStart(64, '0'),
    size: 1,
    mtime: 0,
  };
  return { ...place, spec, folder, kind, format: 'lean-spec', describe: 1, meta: { status: 'planned' } };
}

function median(run: () => unknown): number {
  return percentile(
    Array.from({ length: rounds }, () => timed(run)),
    0.5,
  );
}

function timed(run: () => unknown): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}
