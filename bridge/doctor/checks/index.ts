/** All checks, in the order in which people read them. A check comes after those that it needs. */
import type { Check } from '../check.ts';
import { address } from './address.ts';
import { answers } from './answers.ts';
import { bridge } from './bridge.ts';
import { clock } from './clock.ts';
import { connection } from './connection.ts';
import { dataFolder } from './data-folder.ts';
import { diskSpace } from './disk-space.ts';
import { dns } from './dns.ts';
import { events } from './events.ts';
import { fileSystem } from './file-system.ts';
import { folders } from './folders.ts';
import { held } from './held.ts';
import { ipv6 } from './ipv6.ts';
import { keptFiles } from './kept-files.ts';
import { key } from './key.ts';
import { methods } from './methods.ts';
import { projects } from './projects.ts';
import { proxy } from './proxy.ts';
import { repeats } from './repeats.ts';
import { service } from './service.ts';
import { store } from './store.ts';
import { terminals } from './terminals.ts';
import { tls } from './tls.ts';
import { uploads } from './uploads.ts';
import { versions } from './versions.ts';
import { watches } from './watches.ts';

const network = [address, proxy, dns, ipv6, connection, tls, answers];
const relay = [versions, store, key, methods, uploads, repeats, held, events];
const machine = [
  bridge,
  service,
  clock,
  dataFolder,
  keptFiles,
  diskSpace,
  projects,
  folders,
  fileSystem,
  watches,
  terminals,
];

export const checks: readonly Check[] = [...network, ...relay, ...machine];
