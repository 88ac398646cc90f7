/** The registry of what features hook into the frame, one line each. The words of commands are in `command-features.ts`, which loads later. */
import { activity } from './activity/index.ts';
import { approval } from './approval/index.ts';
import { documents } from './documents/index.ts';
import { inbox } from './inbox/index.ts';
import { jobs } from './jobs/index.ts';
import { logs } from './logs/index.ts';
import { machines } from './machines/index.ts';
import { notifications } from './notifications/index.ts';
import { people } from './people/index.ts';
import type { Hooks } from './place.ts';
import { search } from './search/index.ts';
import { settings } from './settings/index.ts';
import { specs } from './specs/index.ts';

export const features: readonly Hooks[] = [
  inbox,
  specs,
  activity,
  approval,
  documents,
  jobs,
  logs,
  machines,
  people,
  notifications,
  settings,
  search,
];
