/** The screen of a terminal as a snapshot of its channel. */
import { promisify, stripVTControlCharacters } from 'node:util';
import { gzip } from 'node:zlib';
import type { Keeper } from '../keeper/keeper.ts';
import type { Shot } from './outflow-state.ts';

const zip = promisify(gzip);

/** Base64 of a snapshot, at most: with the entries beside it, it goes through gateways that take a MiB. */
const SHOT_UNITS_MAX = 384 * 1024;
/** Of a screen that is larger, so much of its plain text, in UTF-16 units. */
const PLAIN_UNITS_MAX = 64 * 1024;

export async function shotOf(keeper: Keeper, id: string): Promise<Shot> {
  const { position, ...screen } = await keeper.screen(id);
  const snapshot = await zipped(screen);
  if (snapshot.length <= SHOT_UNITS_MAX) return { position, snapshot };
  // Colours of each character, say: its words are what can be shown.
  const words = stripVTControlCharacters(screen.text).slice(-PLAIN_UNITS_MAX);
  return { position, snapshot: await zipped({ ...screen, text: words }) };
}

async function zipped(screen: object): Promise<string> {
  return (await zip(JSON.stringify(screen))).toString('base64');
}
