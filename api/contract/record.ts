/** A record: a description of something that is not a file. Its owner, which is a machine, an organisation or a person, writes it. */
import * as v from 'valibot';
import { Id, type Json, label, MetaRecord, NoticeSaid, OpenName, Rev } from './document.ts';
import { limits } from './limits.ts';

const title = label(limits.recordTitleLengthMax);

/** The owner's part of a record. `state` is one of those that its kind declares; `project` is the id of a project of the machine. */
const told = {
  id: Id,
  kind: OpenName,
  project: v.optional(Id),
  title,
  state: OpenName,
  meta: MetaRecord,
  notice: v.optional(NoticeSaid),
  /** How its channel is sealed (`sealing.ts`); absent where it is not. */
  seal: v.optional(OpenName),
};

/** A record as a bridge sends it. */
export const RecordTold = v.object(told);
export type RecordTold = v.InferOutput<typeof RecordTold>;

/** The owner of a record: the id of a machine, an organisation or a person. */
export const RecordOwner = v.union([
  v.object({ machine: Id }),
  v.object({ organisation: Id }),
  v.object({ person: Id }),
]);
export type RecordOwner = v.InferOutput<typeof RecordOwner>;

/** A record as it is read. */
export const RecordItem = v.object({
  ...told,
  owner: RecordOwner,
  /** SHA-256 (hex) of `recordRevText`. */
  rev: Rev,
  /** ISO 8601, by the relay's clock. */
  createdAt: v.string(),
  changedAt: v.string(),
  /** The person who created it; absent for a machine's. */
  by: v.optional(v.object({ person: Id, name: v.string() })),
});
export type RecordItem = v.InferOutput<typeof RecordItem>;

/** Whose a record becomes that a person makes. */
export const personOwners = ['person', 'organisation'] as const;

/** The body of `POST /v1/records`. The same id with the same content again is the same record. */
export const RecordCreate = v.strictObject({
  id: v.optional(Id),
  kind: OpenName,
  /** The owner; default the first that its kind declares. */
  owner: v.optional(v.picklist(personOwners)),
  title: v.optional(title, ''),
  state: OpenName,
  meta: v.optional(MetaRecord, {}),
});
export type RecordCreate = v.InferOutput<typeof RecordCreate>;

/** The body of `PATCH /v1/records/:record`. Absent members stay; `meta` is replaced as a whole. With `ifRev`, only if that is still the rev. */
export const RecordChange = v.strictObject({
  title: v.optional(title),
  state: v.optional(OpenName),
  meta: v.optional(MetaRecord),
  ifRev: v.optional(Rev),
});
export type RecordChange = v.InferOutput<typeof RecordChange>;

/** The text whose SHA-256 is a record's rev: all that its owner says of it but its id and what its kind calls volatile, as canonical JSON (RFC 8785). */
export function recordRevText({ id: _, ...said }: RecordTold, volatile: readonly string[] = []): string {
  const meta = Object.fromEntries(Object.entries(said.meta).filter(([name]) => !volatile.includes(name)));
  return canonicalJson({ ...said, meta } as unknown as Json);
}

/** Builds text and no sorted object: JavaScript always puts names such as `10` in numeric order. */
function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = value as { readonly [name: string]: Json | undefined };
  const parts = Object.keys(fields)
    .sort()
    .flatMap((name) => {
      const part = fields[name];
      return part === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(part)}`];
    });
  return `{${parts.join(',')}}`;
}
