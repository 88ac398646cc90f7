/** `npm run bench:grouping`: what one saved file costs the app with 1,250 and with 5,000 specs on a machine, and what the first look costs; beside one pass over the same documents. */
import { createRoot } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import { createMachineSpecs } from '../../pwa/features/specs/machine-specs.ts';
import { percentile } from './statistics.ts';

const sizes = [1250, 5000];
const rounds = 200;
const statuses = ['planned', 'complete'];

const [small = Number.NaN, large = Number.NaN] = sizes.map(measure);
console.log(`${(large / small).toFixed(1)} × the time for 4 × the specs (aim: at most 4 ×)`);

/** Median ms of one save until all specs are there again. */
function measure(count: number): number {
  return createRoot((dispose) => {
    const all = Array.from({ length: count }, (_, nth) => documentOf(nth, 'planned'));
    const [state, setState] = createStore({ documents: Object.fromEntries(all.entries()) as Record<string, Document> });
    const start = performance.now();
    const specs = createMachineSpecs(() => state.documents);
    specs();
    const first = performance.now() - start;
    const save = median((round) => {
      const nth = (round * 7) % count;
      setState('documents', String(nth), documentOf(nth, statuses[round % 2] ?? ''));
      return specs();
    });
    const floor = median(() => all.reduce((bytes, { size }) => bytes + size, 0));
    console.log(
      `${count} specs: a save ${save.toFixed(3)} ms, the first look ${first.toFixed(0)} ms; floor, a pass over all ${floor.toFixed(3)} ms`,
    );
    dispose();
    return save;
  });
}

function documentOf(nth: number, status: string): Document {
  const spec = `${nth}-spec`;
  const place = { project: 'bench', path: `specs/${spec}/README.md`, kind: 'spec', spec, title: spec } as const;
  const meta = { format: 'lean-spec', number: String(nth), status, tags: ['one', 'two'] };
  return { ...place, rev: status.padEnd(64, '0'), size: 1, mtime: 1, body: 'held', meta };
}

function median(run: (round: number) => unknown): number {
  return percentile(
    Array.from({ length: rounds }, (_, round) => {
      const start = performance.now();
      run(round);
      return performance.now() - start;
    }),
    0.5,
  );
}
