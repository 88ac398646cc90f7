/** Writes a Markdown document of a known spec. */
import type { CommandHandler } from './handler.ts';
import { findSpec } from './lookup.ts';
import { writeWhole } from './write-whole.ts';

export const specDocumentWrite: CommandHandler<'spec-document-write'> = async (
  { spec, document, content },
  context,
) => {
  return await writeWhole(context, `${findSpec(context.project, spec).folder}/${document}`, content);
};
