/** Lists exactly what a run would upload of a project, without a relay: uses the same scan, rules and reading. */
import { readAt } from '../files/read.ts';
import { formatReaders } from '../formats/index.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import { describeFile, type VersionedLayout } from '../watch/describe.ts';
import { fileAsked } from '../watch/documents.ts';
import { tryGround } from '../watch/ground.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import { whyNoDocument } from '../watch/pass.ts';
import { reviewedLayout } from '../watch/reviewed.ts';
import { eachBounded, type LeftOut, scanLayouts } from '../watch/scan.ts';

export interface DocumentPreview {
  readonly path: string;
  readonly kind: string;
  /** Bytes. */
  readonly size: number;
  /** `omitted`: only listed, for its size. */
  readonly body: 'uploaded' | 'omitted' | 'withheld';
  /** Why it leaves, or is only listed. */
  readonly why: string;
}

export interface UploadPreview {
  readonly root: string;
  readonly formats: readonly string[];
  /** In the order of their paths. */
  readonly documents: readonly DocumentPreview[];
  readonly leftOut: readonly LeftOut[];
  /** All bodies together, before compression. */
  readonly bytes: number;
}

const atOnce = 16;

/** What would leave of the project at `root` (absolute, real); empty if there is no project. */
export async function previewUpload(root: string): Promise<UploadPreview> {
  const ground = await tryGround(root, formatReaders, neverLeaves);
  if (ground === undefined) return { root, formats: [], documents: [], leftOut: [], bytes: 0 };
  const { layouts, rules } = ground;
  const scan = await scanLayouts(
    root,
    layouts.map(({ layout }) => layout),
    rules,
  );
  const seen: Seen = { root, rules, documents: [], leftOut: [...scan.leftOut], reviewed: new Set() };
  await eachBounded(scan.files, atOnce, (path) => preview(seen, layouts, path));
  const asked = reviewedLayout(layouts, seen.reviewed);
  const files = await scanLayouts(
    root,
    asked.map(({ layout }) => layout),
    rules,
  );
  seen.leftOut.push(...files.leftOut);
  await eachBounded(files.files, atOnce, (path) => preview(seen, asked, path));
  const { documents, leftOut } = seen;
  const bytes = documents.reduce((sum, { size, body }) => sum + (body === 'uploaded' ? size : 0), 0);
  return {
    root,
    formats: layouts.map(({ layout }) => layout.format),
    documents: documents.sort(byPath),
    leftOut: leftOut.sort(byPath),
    bytes,
  };
}

interface Seen {
  readonly root: string;
  readonly rules: LeaveRules;
  readonly documents: DocumentPreview[];
  readonly leftOut: LeftOut[];
  /** Files that approvals ask about. */
  readonly reviewed: Set<string>;
}

async function preview(seen: Seen, layouts: readonly VersionedLayout[], path: string): Promise<void> {
  const { root, rules, documents, leftOut, reviewed } = seen;
  const rule = await whyNoDocument({ layouts, rules }, path);
  if (rule !== undefined) {
    leftOut.push({ path, rule });
    return;
  }
  const file = await readAt(root, path);
  if (file.is !== 'file' || !('rev' in file)) {
    leftOut.push({ path, rule: 'why' in file ? file.why : 'it was deleted' });
    return;
  }
  const document = describeFile('preview', layouts, path, file, rules);
  if (document === undefined) return;
  const asked = fileAsked(document);
  if (asked !== undefined) reviewed.add(asked);
  documents.push(previewOf(document, file.bytes !== undefined));
}

function previewOf({ path, kind, size, format, meta }: IndexedDocument, isSmall: boolean): DocumentPreview {
  const { withheld, problem } = meta;
  if (typeof withheld === 'string') return { path, kind, size, body: 'withheld', why: withheld };
  if (!isSmall) return { path, kind, size, body: 'omitted', why: String(problem) };
  const beside = meta.reviewed === true ? 'an approval asks about it' : 'a file of an allowed type beside a document';
  const why = kind === 'file' ? beside : `a document of ${format}`;
  return { path, kind, size, body: 'uploaded', why };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
