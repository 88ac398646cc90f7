/** What the app knows of each command kind: its words. A kind of the contract without a line here does not compile. */
import type { CommandKindName } from '#contract/kinds/index.ts';
import type { CommandFeature } from './feature.ts';
import { specArchive } from './spec-archive.ts';
import { specDocumentWrite } from './spec-document-write.ts';
import { specMetadataUpdate } from './spec-metadata-update.ts';
import { specUnarchive } from './spec-unarchive.ts';
import { steeringWrite } from './steering-write.ts';
import { taskStatusUpdate } from './task-status-update.ts';

export const commandFeatures = {
  'spec-archive': specArchive,
  'spec-document-write': specDocumentWrite,
  'spec-metadata-update': specMetadataUpdate,
  'spec-unarchive': specUnarchive,
  'steering-write': steeringWrite,
  'task-status-update': taskStatusUpdate,
} as const satisfies { readonly [Kind in CommandKindName]: CommandFeature<Kind> };
