/** The scripts of the engine, read once from `lua/`. All except `raise` take a shard's keys (layout.ts) and the keys that they name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createScript } from './link.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, 'lua', `${name}.lua`), 'utf8');
const shared = read('shared');
const script = (name: string) => createScript(`${shared}\n${read(name)}`);

export const scripts = {
  commit: script('commit'),
  list: script('list'),
  ticket: script('ticket'),
  entries: script('entries'),
  trim: script('trim'),
  whole: script('whole'),
  addPiece: script('add-piece'),
  dropReleased: script('drop-released'),
  due: script('due'),
  touch: script('touch'),
  drop: script('drop'),
  raise: createScript(read('raise')),
} as const;
