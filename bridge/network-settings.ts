/** What this machine was told about its network, in `network.json` of the data folder: the PAC file of the last `--pac`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { readParsed, writePrivate } from './private-file.ts';

const NetworkKept = v.object({ pac: v.string() });

/** The PAC file that is kept. */
export function readPacKept(folder: string): string | undefined {
  return readParsed(fileOf(folder), NetworkKept)?.pac;
}

/** Keeps a PAC file for later runs; undefined forgets it. */
export async function keepPac(folder: string, pac: string | undefined): Promise<void> {
  if (pac === undefined) await rm(fileOf(folder), { force: true });
  else if (pac !== readPacKept(folder)) await writePrivate(fileOf(folder), `${JSON.stringify({ pac })}\n`);
}

function fileOf(folder: string): string {
  return join(folder, 'network.json');
}
