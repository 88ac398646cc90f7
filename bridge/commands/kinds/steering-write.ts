/** Writes a steering document. */
import { Problem } from '#contract/problems.ts';
import type { Project } from '../../project.ts';
import type { CommandHandler } from '../handler.ts';
import { writeText } from '../write-text.ts';

export const steeringWrite: CommandHandler<'steering-write'> = async ({ document, ...text }, context) => {
  return await writeText(context, `${steeringFolder(context.project, document)}/${document}.md`, text);
};

/** The steering folder of the project, if exactly one of its formats has one. Throws `edit-refused` otherwise. */
function steeringFolder(project: Project, document: string): string {
  const layouts = project.layouts.filter(({ format }) => format !== 'lean-spec');
  const [layout, ...others] = layouts;
  if (layout === undefined) throw new Problem('edit-refused', 'LeanSpec has no steering documents.');
  if (others.length > 0)
    throw new Problem(
      'edit-refused',
      'The project is kept in two formats that have steering documents: write the file on the machine.',
    );
  if (document === 'principles' && layout.format !== 'spec-context')
    throw new Problem('edit-refused', 'Only spec-context has principles.');
  return `${layout.folders[0]}/steering`;
}
