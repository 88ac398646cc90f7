/** The formats that the bridge knows: one line each. */
import type { FormatReader } from './format.ts';
import { leanSpec } from './lean-spec.ts';
import { specContext, specWorkflow } from './spec-workflow.ts';

export const formatReaders: readonly FormatReader[] = [leanSpec, specWorkflow, specContext];
