/** Whether the small files of the data folder can be understood that must not be taken for nothing. */
import { basename, join } from 'node:path';
import { readCredentials } from '../../data/data-folder.ts';
import { createKeptProjects } from '../../data/kept-projects.ts';
import { readPolicy } from '../../data/policy.ts';
import { DamagedFile } from '../../data/private-file.ts';
import { ownKeys, readJwk } from '../../keys/device-key.ts';
import { readKnownMachines } from '../../keys/known-machines.ts';
import { readPins } from '../../keys/pins.ts';
import { readNetwork } from '../../net/network-settings.ts';
import { readEnvironment } from '../../service/kept-environment.ts';
import { machineKey } from '../../sessions/machine-key.ts';
import { type Check, ok } from '../check.ts';

const readers: readonly ((data: string) => unknown)[] = [
  readCredentials,
  (data) => createKeptProjects(join(data, 'projects.json')).all(),
  readNetwork,
  readEnvironment,
  readPolicy,
  readPins,
  ...[machineKey, ...ownKeys].map((key) => (data: string) => readJwk(data, key)),
  readKnownMachines,
];

export const keptFiles: Check = {
  name: 'kept-files',
  title: 'Kept files',
  group: 'This machine',
  after: ['data-folder'],
  run: ({ data }) => {
    const damages = readers.flatMap((read) => damageOf(() => read(data)));
    const [first, ...others] = damages;
    if (first === undefined) return ok('All that was noted here can be read.');
    const more = others.map(({ file }) => basename(file));
    const { says, copy } = first.loss;
    return {
      state: 'fail',
      says: `${first.title}${more.length === 0 ? '' : ` Damaged too: ${more.join(', ')}.`}`,
      fix: { says, copy },
      places: damages.map(({ file }) => file),
    };
  },
};

function damageOf(read: () => unknown): readonly DamagedFile[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof DamagedFile) return [error];
    throw error;
  }
}
