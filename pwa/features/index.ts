/** The registry of features: one line each. A kind of the contract without a line here does not compile. */
import type { CommandKindName, KindName } from '#contract/kinds/index.ts';
import { documents } from './documents/index.ts';
import type { CommandFeature, CommandFeatures } from './feature.ts';
import { inbox } from './inbox/index.ts';
import { machines } from './machines/index.ts';
import { people } from './people/index.ts';
import type { Hooks } from './place.ts';
import { specArchive } from './spec-archive.ts';
import { specDocumentWrite } from './spec-document-write.ts';
import { specMetadataUpdate } from './spec-metadata-update.ts';
import { specUnarchive } from './spec-unarchive.ts';
import { specs } from './specs/index.ts';
import { steeringWrite } from './steering-write.ts';
import { taskStatusUpdate } from './task-status-update.ts';

type FeatureOf<Kind extends KindName> = Hooks & (Kind extends CommandKindName ? CommandFeature<Kind> : object);

/** By kind; undefined for a kind that no screen shows. */
const kindFeatures: { readonly [Kind in KindName]: FeatureOf<Kind> } = {
  'file-read': documents,
  'project-info': {},
  'spec-archive': specArchive,
  'spec-document-write': specDocumentWrite,
  'spec-metadata-update': specMetadataUpdate,
  'spec-unarchive': specUnarchive,
  'steering-write': steeringWrite,
  'task-status-update': taskStatusUpdate,
};

/** Those of commands. */
export const commandFeatures = Object.fromEntries(
  Object.entries(kindFeatures).filter(([, feature]) => 'words' in feature),
) as unknown as CommandFeatures;

/** All of them, those without a kind of their own too. */
export const features: readonly Hooks[] = [inbox, specs, machines, people, ...Object.values(kindFeatures)];
