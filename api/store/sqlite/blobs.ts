/** Blobs of the SQLite engine: complete ones, pieces of unfinished ones, and their holders. */
import type { DatabaseSync } from 'node:sqlite';
import type { Store } from '../store.ts';

type BlobReads = Pick<Store, 'blob' | 'whole' | 'addPiece' | 'pieces' | 'dropPieces' | 'holders' | 'dropReleased'>;

/** Prepares the operations on blobs that are not part of a commit. */
export function createBlobReads(db: DatabaseSync, now: () => number): BlobReads {
  const blob = db.prepare('SELECT bytes FROM blob WHERE shard = ? AND rev = ?');
  const exists = db.prepare('SELECT 1 FROM blob WHERE shard = ? AND rev = ?');
  const holders = db.prepare('SELECT holder FROM holder WHERE shard = ? AND rev = ? ORDER BY holder');
  const dropBlobs = db.prepare(
    `DELETE FROM blob WHERE shard = ? AND released <= ?
      AND NOT EXISTS (SELECT 1 FROM holder h WHERE h.shard = blob.shard AND h.rev = blob.rev)`,
  );
  const dropOldPieces = db.prepare(
    'DELETE FROM piece WHERE shard = ?1 AND rev IN (SELECT rev FROM piece WHERE shard = ?1 GROUP BY rev HAVING max(at) <= ?2)',
  );
  return {
    ...createPieces(db, now),
    blob: async (shard, rev) => blob.get(shard, rev)?.bytes as Uint8Array | undefined,
    whole: async (shard, revs) => new Set(revs.filter((rev) => exists.get(shard, rev) !== undefined)),
    holders: async (shard, rev) => holders.all(shard, rev).map(({ holder }) => String(holder)),
    dropReleased: async (shard, ageMs) => {
      dropBlobs.run(shard, now() - ageMs);
      dropOldPieces.run(shard, now() - ageMs);
    },
  };
}

function createPieces(db: DatabaseSync, now: () => number): Pick<Store, 'addPiece' | 'pieces' | 'dropPieces'> {
  const size = db.prepare('SELECT coalesce(sum(length(bytes)), 0) AS n FROM piece WHERE shard = ? AND rev = ?');
  const add = db.prepare('INSERT INTO piece VALUES (?, ?, ?, ?, ?)');
  const all = db.prepare('SELECT bytes FROM piece WHERE shard = ? AND rev = ? ORDER BY start');
  const drop = db.prepare('DELETE FROM piece WHERE shard = ? AND rev = ?');
  return {
    addPiece: async (shard, rev, offset, bytes) => {
      const there = Number(size.get(shard, rev)?.n);
      if (offset !== there || bytes.length === 0) return there;
      add.run(shard, rev, offset, now(), bytes);
      return there + bytes.length;
    },
    pieces: async (shard, rev) => Buffer.concat(all.all(shard, rev).map(({ bytes }) => bytes as Uint8Array)),
    dropPieces: async (shard, rev) => {
      drop.run(shard, rev);
    },
  };
}
