/** The formats that the bridge knows: one line each. */
import type { FormatReader, Layout } from './format.ts';
import { leanSpec } from './lean-spec.ts';
import { specContext, specWorkflow } from './spec-workflow.ts';

export const formatReaders: readonly FormatReader[] = [leanSpec, specWorkflow, specContext];

/** The layouts of the project at a folder, one for each of its formats. */
export async function layoutsAt(root: string): Promise<readonly Layout[]> {
  const found = await Promise.all(formatReaders.map((reader) => reader.detect(root).catch(() => undefined)));
  return found.filter((layout) => layout !== undefined);
}
