/** LeanSpec's rules on what a spec may become, as decisions on values: what the format's own tools would refuse. */
import { readChecklist } from '#contract/grammar/checklist.ts';
import type { SpecMeta } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import type { IndexedDocument } from '../project.ts';
import type { FoundSpec } from './lookup.ts';

/** What a spec is to become; `from` is the status that it has in the file. */
export type Wish = Pick<SpecMeta, 'status' | 'depends_on'> & {
  readonly from: SpecMeta['status'];
  readonly parent?: string | null;
};

/** Throws `edit-refused` where a rule is broken; `force` overrides all but a spec that points at itself. */
export function checkSpecRules(
  spec: FoundSpec,
  specs: readonly FoundSpec[],
  text: string,
  wish: Wish,
  force: boolean,
): void {
  const targets = [...(wish.depends_on ?? []), ...(wish.parent ? [wish.parent] : [])];
  if (targets.some((target) => isItself(target, spec, specs)))
    refuse('A spec cannot depend on itself or be its own parent.');
  if (force) return;
  const unknown = targets.find((target) => !specs.some((other) => means(target, other)));
  if (unknown !== undefined) refuse(`There is no spec "${unknown}" to point at.`);
  if (wish.from === 'draft' && (wish.status === 'in-progress' || wish.status === 'complete'))
    refuse('A draft is planned before it is begun.');
  if (wish.status === 'complete' && wish.from !== 'complete') checkCompletion(spec, specs, text);
}

function checkCompletion(spec: FoundSpec, specs: readonly FoundSpec[], text: string): void {
  const open = specs.find((other) => {
    const { parent, status } = metaOf(other);
    return parent !== undefined && means(parent, spec) && status !== 'complete' && status !== 'archived';
  });
  if (open !== undefined) refuse(`Its child ${open.spec} is not complete.`);
  const unchecked = readChecklist(text).filter(({ done }) => !done);
  const [first] = unchecked;
  if (first !== undefined) refuse(`Checklist items are open: ${unchecked.length}, the first in line ${first.line}.`);
}

function isItself(reference: string, spec: FoundSpec, specs: readonly FoundSpec[]): boolean {
  if (reference === spec.spec) return true;
  return means(reference, spec) && specs.filter((other) => means(reference, other)).length === 1;
}

/** Whether a reference in front matter means a spec: by its folder's name, its number, or as an old path that ends in it. */
function means(reference: string, { spec }: FoundSpec): boolean {
  return reference === spec || reference.split('/').at(-1) === spec || /^(\d+)-/.exec(spec)?.[1] === reference;
}

function metaOf(spec: FoundSpec): Partial<SpecMeta> {
  const main: IndexedDocument | undefined = spec.documents.find(({ kind }) => kind === 'spec');
  return (main?.meta ?? {}) as Partial<SpecMeta>;
}

function refuse(why: string): never {
  throw new Problem('edit-refused', why);
}
