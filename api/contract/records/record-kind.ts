/** What a kind of record declares. Each kind has a file beside this one; the registry is `index.ts`. The relay relies only on these declarations and does not interpret records. */
import type * as v from 'valibot';
import { limits } from '../limits.ts';
import type { Scope } from '../scopes.ts';

export type OwnerSort = 'machine' | 'organisation' | 'person';

export interface RecordKind<Meta extends v.GenericSchema = v.GenericSchema> {
  /** Its name for people: "A saved view". */
  readonly title: string;
  /** Two sentences at most. */
  readonly summary: string;
  /** Whose it may be; of those that a person may choose, the first where they do not say. */
  readonly owners: readonly [OwnerSort, ...OwnerSort[]];
  readonly states: readonly [string, ...string[]];
  readonly meta: Meta;
  /** Bytes of its meta as JSON. */
  readonly metaBytesMax?: number;
  /** Scope for reading. Only the person themselves can read their own. */
  readonly read: Scope;
  /** Of those of the organisation: who may make, change and remove them. */
  readonly write?: Scope;
  /** The relay keeps it although its machine does not name it any more: what has happened stays so. */
  readonly keptBy?: 'relay';
  /** Where an owner has as many as there may be: whether a new one is refused, or the one that was changed longest ago leaves. */
  readonly whenFull: 'refuse' | 'oldest-leaves';
  /** Names of meta that change often and matter little: they are no part of `rev`. */
  readonly volatile?: readonly string[];
  /** The channel of such a record. */
  readonly channel?: {
    /** `tail`: the newest entries, until some days after the end. */
    readonly retention: 'tail';
    /** Scope for sending inputs; absent where there are none. */
    readonly inputScope?: Scope;
  };
}

/** Keeps the type of `meta` for those who make and show such records. */
export function defineRecord<const Given extends RecordKind>(kind: Given): Given {
  return kind;
}

/** Of a kind that this release does not know, which only a machine's newer bridge can tell: carried, and shown to those who may run something on the machine. */
export const unknownKind: Pick<RecordKind, 'read' | 'whenFull'> = { read: 'execute', whenFull: 'oldest-leaves' };

export function metaBytesOf(kind: Pick<RecordKind, 'metaBytesMax'> | undefined): number {
  return kind?.metaBytesMax ?? limits.recordMetaBytesMax;
}
