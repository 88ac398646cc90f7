/** LeanSpec's rules for changes of a spec, which the format's own tools would refuse. Pure. */
import { readChecklist } from '#contract/grammar/checklist.ts';
import type { SpecMeta } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import { namesOf, type Spec, type Specs } from '../watch/specs.ts';

/** The wanted change of a spec; `from` is the status in the file. */
export type Wish = Pick<SpecMeta, 'status' | 'depends_on'> & {
  readonly from: SpecMeta['status'];
  readonly parent?: string | null;
};

/** Throws `edit-refused` if a rule is broken. `force` overrides all rules except that a spec must not refer to itself. */
export function checkSpecRules(spec: Spec, specs: Specs, text: string, wish: Wish, force: boolean): void {
  const targets = [...(wish.depends_on ?? []), ...(wish.parent ? [wish.parent] : [])];
  if (targets.some((target) => isItself(target, spec, specs)))
    refuse('A spec cannot depend on itself or be its own parent.');
  if (force) return;
  const unknown = targets.find((target) => meantBy(target, specs).length === 0);
  if (unknown !== undefined) refuse(`There is no spec "${unknown}" to point at.`);
  if (wish.from === 'draft' && (wish.status === 'in-progress' || wish.status === 'complete'))
    refuse('A draft is planned before it is begun.');
  if (wish.status === 'complete' && wish.from !== 'complete') checkCompletion(spec, specs, text);
}

function checkCompletion(spec: Spec, specs: Specs, text: string): void {
  for (const child of namesOf(spec.spec).flatMap((name) => [...specs.childrenOf(name)])) {
    const { parent = '', status } = (child.main?.meta ?? {}) as Partial<SpecMeta>;
    if (status !== 'complete' && status !== 'archived' && means(parent, spec))
      refuse(`Its child ${child.spec} is not complete.`);
  }
  const unchecked = readChecklist(text).filter(({ done }) => !done);
  const [first] = unchecked;
  if (first !== undefined) refuse(`Checklist items are open: ${unchecked.length}, the first in line ${first.line}.`);
}

function isItself(reference: string, spec: Spec, specs: Specs): boolean {
  if (reference === spec.spec) return true;
  return means(reference, spec) && meantBy(reference, specs).length === 1;
}

/** The specs that a reference in front matter means: by the folder's name, its number, or an old path that ends in it. */
function meantBy(reference: string, specs: Specs): readonly Spec[] {
  const tail = reference.split('/').at(-1) ?? reference;
  const called = [...specs.called(reference), ...specs.called(tail)];
  const byFolder = new Map(called.map((spec) => [spec.folder, spec]));
  return [...byFolder.values()].filter((spec) => means(reference, spec));
}

function means(reference: string, { spec }: Pick<Spec, 'spec'>): boolean {
  return reference === spec || reference.split('/').at(-1) === spec || /^(\d+)-/.exec(spec)?.[1] === reference;
}

function refuse(why: string): never {
  throw new Problem('edit-refused', why);
}
