/** Answers a query about a text under review from the checkout that is shown, and says which one it is where their texts differ. */
import { findApproval } from '#contract/approvals/find.ts';
import type { FileNow, ProjectCopy } from '#contract/copy.ts';
import type { Document } from '#contract/document.ts';
import { type ArgsOf, queryKind, type ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import { type Candidate, checkoutSaid, readCandidates, shownOf } from '../approvals/checkouts.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { copyOnDisk } from './answered.ts';
import type { QueryContext, QueryHandler } from './handler.ts';

type OfCheckout = 'approval-content' | 'approval-diff';

/** The handler of such a query. Throws what the kind's `answer` throws, `args-invalid` for an unknown checkout. */
export function answeredOfCheckout<Name extends OfCheckout>(name: Name): QueryHandler<Name> {
  const handler = async ({ checkout, ...args }: ArgsOf<OfCheckout>, context: QueryContext) => {
    const { project, records, watchList } = context;
    const copy = copyOnDisk(project, records);
    const { file, asked } = await fileOf(copy, args);
    const desk = { project, workspaces: () => watchList.workspaces(project.root) };
    const candidates = file === undefined ? undefined : await readCandidates(desk, file, asked);
    const shown = candidates && shownOf(candidates, checkout);
    const from = shown === undefined || shown.main || file === undefined ? copy : withText(copy, file, shown);
    const answer = await queryKind(name)?.answer?.(args as never, from);
    if (answer === undefined) throw new Problem('document-unknown', `${project.name} does not have that.`);
    return { ...(answer as object), ...(shown && candidates && checkoutSaid(shown, candidates)) } as ResultOf<Name>;
  };
  return handler as QueryHandler<Name>;
}

/** The file that is meant, and the checkout whose agent has asked about it. */
async function fileOf(
  copy: ProjectCopy,
  args: { readonly approval?: string | undefined; readonly file?: string | undefined },
) {
  const documents = (await copy.documents()) ?? [];
  if (args.approval === undefined) return { file: isAskedAbout(documents, args.file) ? args.file : undefined };
  const { meta } = findApproval(documents, args.approval);
  const textAt = (name: string) => (typeof meta[name] === 'string' ? meta[name] : undefined);
  return { file: textAt('file'), asked: textAt('checkout') };
}

/** Whether a file that a request names is one that the index holds, or that an approval which waits asks about: of other files no checkout shows a text. */
function isAskedAbout(documents: readonly Document[], file: string | undefined): boolean {
  return documents.some(
    ({ path, kind, meta }) =>
      path === file || (kind === 'approval' && meta.status === 'pending' && meta.file === file && file !== undefined),
  );
}

/** The copy in which a file has the text of another checkout. */
function withText(copy: ProjectCopy, path: string, { text }: Candidate): ProjectCopy {
  if ('why' in text) throw new Problem('reviewed-file-unreadable', text.why);
  const { rev, bytes } = text;
  const [size, mtime] = [bytes.length, Math.round(text.mtime)];
  const written = decodeUtf8(bytes);
  const now: FileNow = {
    ...{ path, rev, size, mtime },
    ...(written === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text: written }),
  };
  const place = { project: copy.project.id, path, kind: 'file', meta: {} };
  return {
    ...copy,
    documents: async () => {
      const all = (await copy.documents()) ?? [];
      const known: Omit<Document, 'rev' | 'size' | 'mtime' | 'body'> = all.find((each) => each.path === path) ?? place;
      return [...all.filter((each) => each.path !== path), { ...known, rev, size, mtime, body: 'held' }];
    },
    read: async (asked) => (asked === path ? now : await copy.read(asked)),
  };
}
