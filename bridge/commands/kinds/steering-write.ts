/** Writes a steering document. */
import { Problem } from '#contract/problems.ts';
import type { Project } from '../../projects/project.ts';
import type { CommandHandler } from '../handler.ts';
import { nothingMore, writeText } from '../write-text.ts';

export const steeringWrite: CommandHandler<'steering-write'> = async ({ document, format, ...text }, context) => {
  return await writeText(
    context,
    `${steeringFolder(context.project, document, format)}/${document}.md`,
    text,
    nothingMore,
  );
};

/** The steering folder of the named format, or of the only one that has steering documents. Throws `edit-refused` otherwise. */
function steeringFolder({ layouts: all }: Project, document: string, named: string | undefined): string {
  const layouts = all.filter(({ format }) => format !== 'lean-spec' && (named ?? format) === format);
  const [layout, ...others] = layouts;
  if (layout === undefined)
    throw new Problem('edit-refused', `The project is not kept in ${named ?? 'a format that has steering documents'}.`);
  if (others.length > 0)
    throw new Problem(
      'edit-refused',
      'The project is kept in two formats that have steering documents: name one as `format`.',
    );
  if (document === 'principles' && layout.format !== 'spec-context')
    throw new Problem('edit-refused', 'Only spec-context has principles.');
  return `${layout.folders[0]}/steering`;
}
