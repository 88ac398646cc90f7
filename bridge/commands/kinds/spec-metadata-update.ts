/** Sets metadata of a LeanSpec spec by the format's write rules. */
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import { readFrontMatter } from '../../formats/front-matter.ts';
import { editSpec, revertSpec, type SpecChanges, type SpecEdited } from '../../formats/lean-spec-edit.ts';
import { listOf, specFields } from '../../formats/lean-spec-meta.ts';
import { editDocument } from '../edit-document.ts';
import type { CommandHandler } from '../handler.ts';
import { findSpec, mainDocument } from '../lookup.ts';
import { checkSpecRules, type Wish } from '../spec-rules.ts';

type Args = ArgsOf<'spec-metadata-update'>;
type Fields = ReturnType<typeof specFields>;
type More = Pick<ResultOf<'spec-metadata-update'>, 'changed' | 'undo'>;

export const specMetadataUpdate: CommandHandler<'spec-metadata-update'> = async (args, context) => {
  const spec = findSpec(context.project, args.spec);
  return await editDocument<More>(context, mainDocument(spec).path, (text) => {
    if (args.edits !== undefined) return answer(revertSpec(text, args.edits));
    const matter = readFrontMatter(text);
    if ('problem' in matter) throw new Problem('file-unparsable', matter.problem);
    const current: Fields = specFields(matter.values);
    // The index may have only a part of a long list. The edit needs the whole list.
    for (const name of ['tags', 'depends_on'] as const)
      if (current[name] !== undefined) current[name] = listOf(matter.values[name]);
    checkSpecRules(spec, context.project.specs, text, wishOf(args, current), args.force === true);
    return answer(editSpec(text, changesOf(args, current), context.now));
  });
};

function answer({ text, changed, undo }: SpecEdited) {
  return { text, more: { changed: [...changed], ...(undo.length === 0 ? {} : { undo: { edits: [...undo] } }) } };
}

/** The changes for the rules: only values that differ from the file. */
function wishOf({ status, parent, addDependsOn = [] }: Args, current: Fields): Wish {
  return {
    from: current.status,
    depends_on: addDependsOn.filter((id) => !(current.depends_on ?? []).includes(id)),
    ...(status === undefined || status === current.status ? {} : { status }),
    ...(parent === undefined || parent === current.parent ? {} : { parent }),
  };
}

function changesOf(
  { status, priority, tags, assignee, parent, addDependsOn, removeDependsOn }: Args,
  current: Fields,
): SpecChanges {
  const changes = {
    status,
    priority,
    tags,
    assignee,
    parent,
    depends_on: dependsOn(current, addDependsOn, removeDependsOn),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function dependsOn(current: Fields, add: readonly string[] = [], remove: readonly string[] = []): string[] | undefined {
  if (add.length === 0 && remove.length === 0) return undefined;
  const standing = current.depends_on ?? [];
  const added = [...new Set(add)].filter((id) => !standing.includes(id));
  return [...standing, ...added].filter((id) => !remove.includes(id));
}
