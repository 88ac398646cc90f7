/** The registry of command kinds: one line each. Whoever runs or shows commands is held to these names by `satisfies`. */
import type * as v from 'valibot';
import { fileRead } from './file-read.ts';
import type { CommandKind } from './kind.ts';
import { projectInfo } from './project-info.ts';
import { specArchive } from './spec-archive.ts';
import { specDocumentWrite } from './spec-document-write.ts';
import { specMetadataUpdate } from './spec-metadata-update.ts';
import { specUnarchive } from './spec-unarchive.ts';
import { steeringWrite } from './steering-write.ts';
import { taskStatusUpdate } from './task-status-update.ts';

export const commandKinds = {
  'file-read': fileRead,
  'project-info': projectInfo,
  'spec-archive': specArchive,
  'spec-document-write': specDocumentWrite,
  'spec-metadata-update': specMetadataUpdate,
  'spec-unarchive': specUnarchive,
  'steering-write': steeringWrite,
  'task-status-update': taskStatusUpdate,
} as const satisfies Record<string, CommandKind>;

export type CommandKindName = keyof typeof commandKinds;
export type CommandArgs<Kind extends CommandKindName> = v.InferOutput<(typeof commandKinds)[Kind]['args']>;
export type CommandResult<Kind extends CommandKindName> = v.InferOutput<(typeof commandKinds)[Kind]['result']>;

/** The declaration of a kind, or undefined for a name that is none. */
export function commandKind(name: string): CommandKind | undefined {
  return Object.hasOwn(commandKinds, name) ? commandKinds[name as CommandKindName] : undefined;
}
