/** The second line of an ingest, untrusted: bytes → ops, each checked against the contract and against what it says of itself. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type DocumentOp, Op, type RecordOp } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { recordKind } from '#contract/records/index.ts';
import { metaBytesOf } from '#contract/records/record-kind.ts';
import { revOfRecord } from '../records/record-row.ts';

const Ops = v.pipe(v.array(Op), v.maxLength(limits.ingestOpsMax));

/** An op of a document whose bytes, where it brings any, have been decoded and hash to its rev. */
export interface CheckedOp {
  readonly op: DocumentOp;
  readonly bytes?: Uint8Array;
}

/** A batch, by what its ops are about; `index` is the place of each in the line. */
export interface CheckedOps {
  readonly documents: readonly (CheckedOp & { readonly index: number })[];
  readonly records: readonly { readonly op: CheckedRecordOp; readonly index: number }[];
}

/** An op about a record. `rev` covers exactly what the bridge sent, including fields that this release does not know. */
export type CheckedRecordOp = (Extract<RecordOp, { op: 'record-put' }> & { readonly rev: string }) | RecordDelete;
type RecordDelete = Extract<RecordOp, { op: 'record-delete' }>;

/** SHA-256 of bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Throws Problem `json-invalid`, or `body-invalid` with a `pointer` into the array. */
export function parseOps(line: Uint8Array): CheckedOps {
  const said = parseLine(line);
  const documents: CheckedOps['documents'][number][] = [];
  const records: CheckedOps['records'][number][] = [];
  for (const [index, op] of checkLine(Ops, said).entries()) {
    if (op.op === 'record-put' || op.op === 'record-delete') records.push({ op: checkRecord(op, said, index), index });
    else documents.push({ ...checkOp(op, index), index });
  }
  return { documents, records };
}

/** Of a kind that this release knows, no more than that a machine may tell it: what its meta means is between the machine and the app. */
function checkRecord(op: RecordOp, said: unknown, index: number): CheckedRecordOp {
  if (op.op === 'record-delete') return op;
  const kind = recordKind(op.record.kind);
  const pointer = `/${index}/record`;
  if (kind !== undefined && !kind.owners.includes('machine'))
    throw new Problem('body-invalid', 'Machines have no records of this kind', { pointer: `${pointer}/kind` });
  checkMeta(op.record.meta, metaBytesOf(kind), `${pointer}/meta`);
  const { record } = (said as readonly (typeof op)[])[index] ?? op;
  if (!isWithinDepth(record, limits.jsonDepthMax + 1))
    throw new Problem('body-invalid', 'Nested too deeply', { pointer });
  return { ...op, rev: revOfRecord(record) };
}

/** The JSON of the second line of a bridge's body. Throws `json-invalid`. */
export function parseLine(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new Problem('json-invalid', 'The second line is not a JSON array in UTF-8', {}, cause);
  }
}

/** What a second line says, as its schema has it. Throws `body-invalid` with a `pointer` into it. */
export function checkLine<Schema extends v.GenericSchema>(schema: Schema, said: unknown): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, said, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const pointer = `/${(issue.path ?? []).map(({ key }) => String(key)).join('/')}`;
  throw new Problem('body-invalid', issue.message, { pointer });
}

function checkOp(op: DocumentOp, index: number): CheckedOp {
  if (op.op === 'delete') return { op };
  checkMeta(op.document.meta, limits.metaBytesMax, `/${index}/document/meta`);
  if (op.op === 'move') return { op };
  const bytes = bytesOf(op, index);
  if (bytes === undefined) return { op };
  if (sha256(bytes) !== op.document.rev) {
    throw new Problem('body-invalid', 'The bytes do not hash to the rev', { pointer: `/${index}/document/rev` });
  }
  return { op, bytes };
}

function bytesOf(op: Extract<DocumentOp, { op: 'put' }>, index: number): Uint8Array | undefined {
  const given = [op.text, op.base64, op.body].filter((part) => part !== undefined);
  if (given.length > 1) {
    throw new Problem('body-invalid', 'A put has one of text, base64 and body', { pointer: `/${index}` });
  }
  if (op.text !== undefined) return Buffer.from(op.text, 'utf8');
  return op.base64 === undefined ? undefined : Buffer.from(op.base64, 'base64');
}

function checkMeta(meta: unknown, bytesMax: number, pointer: string): void {
  if (!isWithinDepth(meta, limits.jsonDepthMax)) throw new Problem('body-invalid', 'Nested too deeply', { pointer });
  if (Buffer.byteLength(JSON.stringify(meta)) > bytesMax)
    throw new Problem('body-invalid', 'This is too much meta', { pointer, limit: bytesMax });
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isWithinDepth(part, depth - 1));
}
