/** Writes a Markdown document of a known spec. */
import type { CommandHandler } from '../handler.ts';
import { findSpec } from '../lookup.ts';
import { writeText } from '../write-text.ts';

export const specDocumentWrite: CommandHandler<'spec-document-write'> = async (
  { spec, document, ...text },
  context,
) => {
  return await writeText(context, `${findSpec(context.project, spec).folder}/${document}`, text);
};
