/** Writes a Markdown document of a known spec. */
import { tasksFileErrors } from '#contract/grammar/tasks-errors.ts';
import { limits } from '#contract/limits.ts';
import type { CommandHandler } from '../handler.ts';
import { findSpec } from '../lookup.ts';
import { nothingMore, writeText } from '../write-text.ts';

export const specDocumentWrite: CommandHandler<'spec-document-write'> = async (
  { spec: name, document, ...text },
  context,
) => {
  const spec = findSpec(context.project, name);
  const isTasks = spec.format !== 'lean-spec' && document === 'tasks.md';
  return await writeText(context, `${spec.folder}/${document}`, text, isTasks ? warningsOf : nothingMore);
};

/** What the agent's tool would refuse when it asks for approval. */
function warningsOf(text: string): object {
  const warnings = tasksFileErrors(text).slice(0, limits.warningsMax);
  return warnings.length === 0 ? {} : { warnings };
}
