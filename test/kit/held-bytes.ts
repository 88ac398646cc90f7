/** What a store holds, in bytes, whatever its engine: the sum of everything that is kept in it. */
import { rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import type { TestApi } from './api.ts';

/** Bytes of all that a relay's store holds. */
export async function heldBytes({ config, ask }: TestApi): Promise<number> {
  const { store = '' } = config;
  if (store.startsWith('redis')) return await bytesInRedis(store);
  const { json } = await ask<{ file: string }>('POST', '/v1/backups', { body: {} });
  try {
    return bytesInCopy(json.file);
  } finally {
    await rm(json.file);
  }
}

function bytesInCopy(path: string): number {
  using db = new DatabaseSync(path, { readOnly: true });
  const columns = { rows: 'value', ticket: 'value', entry: 'value', blob: 'bytes', piece: 'bytes' };
  return Object.entries(columns)
    .map(([table, column]) => Number(db.prepare(`SELECT SUM(LENGTH(${column})) AS sum FROM ${table}`).get()?.sum ?? 0))
    .reduce((sum, bytes) => sum + bytes, 0);
}

async function bytesInRedis(url: string): Promise<number> {
  const client = await createClient({ url }).connect();
  try {
    let bytes = 0;
    for await (const keys of client.scanIterator()) {
      for (const key of keys) bytes += Number(await client.sendCommand(['MEMORY', 'USAGE', key, 'SAMPLES', '0']));
    }
    return bytes;
  } finally {
    client.destroy();
  }
}
