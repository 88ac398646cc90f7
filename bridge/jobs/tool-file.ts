/** A JSON file in the home of a tool, read with distrust and written as the tool writes it: settings, history, the session of its dashboard. */
import { type Fields, parseFields } from '#contract/approvals/approval.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { WriteFile } from '../commands/effects/write-file.ts';
import { readAt } from '../files/read.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import type { ToolHome } from '../projects/homes.ts';

export type ToolFileName = 'settings.json' | 'job-execution-history.json' | 'activeSession.json';

export interface ToolFile {
  readonly path: ToolFileName;
  /** `absent` where there is none. */
  readonly rev: string;
  readonly bytes: Uint8Array | null;
  readonly fields: Fields;
}

/** Reads one of the files. Throws `file-unparsable`, `file-too-large`, `path-refused`, `file-failed`; a file that is not there has no fields. */
export async function readToolFile({ root }: Pick<ToolHome, 'root'>, path: ToolFileName): Promise<ToolFile> {
  const read = await readAt(root, path);
  if (read.is === 'absent') return { path, rev: 'absent', bytes: null, fields: {} };
  if (read.is === 'hidden')
    throw new Problem('file-failed', `The bridge cannot read ${path} of the tool: ${read.why}.`);
  if (read.is !== 'file' || !('rev' in read))
    throw new Problem(
      'path-refused',
      `${path} of the tool is not read: ${'why' in read ? read.why : 'it is a folder'}.`,
    );
  const { bytes, rev, size } = read;
  if (bytes === undefined || size > limits.jobFileBytesMax)
    throw new Problem(
      'file-too-large',
      `${path} of the tool has ${size} bytes; up to ${limits.jobFileBytesMax} are read.`,
    );
  const text = decodeUtf8(bytes);
  const fields = text === undefined ? 'The file is not valid UTF-8.' : parseFields(text);
  if (typeof fields === 'string') throw new Problem('file-unparsable', `${path} of the tool: ${fields}`);
  // It would come back as a prototype wherever such an object is copied carelessly.
  if (Object.hasOwn(fields, '__proto__'))
    throw new Problem('file-unparsable', `${path} of the tool names "__proto__".`);
  return { path, rev, bytes, fields };
}

/** The list of objects in a member; empty where it is absent. Throws `file-unparsable` for anything else there. */
export function listIn({ path, fields }: ToolFile, member: string, countMax: number): readonly Fields[] {
  const list: unknown = Object.hasOwn(fields, member) ? fields[member] : [];
  if (!Array.isArray(list)) throw new Problem('file-unparsable', `"${member}" in ${path} of the tool is no list.`);
  if (list.length > countMax)
    throw new Problem('file-too-large', `"${member}" in ${path} of the tool has over ${countMax} entries.`);
  return list.map((entry: unknown) => (isObject(entry) ? entry : {}));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The effect that gives a file other members. All others stay, in their order; two spaces and no final line break, as the tool writes it. */
export function fileWith({ path, bytes, fields }: ToolFile, members: Fields): WriteFile {
  const text = JSON.stringify({ ...fields, ...members }, null, 2);
  return { is: 'write-file', path, before: bytes, bytes: new TextEncoder().encode(text) };
}

/** A member that is a text. */
export function textIn(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value.slice(0, textLengthMax) : undefined;
}

/** A member that is a finite number. */
export function numberIn(fields: Fields, name: string): number | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A member that is an object. */
export function objectIn(fields: Fields, name: string): Fields {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return isObject(value) ? value : {};
}

/** In UTF-16 units: a name, a sentence. */
const textLengthMax = 500;
