/** What a conflict over a text is about: the text that was opened, what was typed, and what the file holds now. */

import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { TextEdit } from '#contract/kinds/args.ts';
import type { App, Draft, Wish } from '../../state/app-state.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { specArgOf } from '../specs/spec-groups.ts';
import { applyEdits, shownText } from './text-edits.ts';

export interface TextVersions {
  /** What was typed, as a draft over the text that was opened. */
  readonly mine: Draft;
  /** The exact text of the file now, and its rev. */
  readonly theirs: string;
  readonly rev: string;
}

/** The draft that a wish carries, or what was typed on since; where there is none (an undo), it is made of the wish. Undefined while the text that was opened is not here. */
export async function draftOf(app: App, wish: Wish): Promise<Draft | undefined> {
  const document = documentOf(app, wish);
  // A document has one draft: whatever is decided takes its place.
  const kept =
    Object.values(app.state.drafts).find((draft) => draft.wish === wish.id) ??
    (document && app.state.drafts[draftKey(wish.machine, document)]);
  if (kept !== undefined) return { ...kept };
  const { machine, ifRev = '' } = wish;
  const body = await app.body(machine, ifRev);
  if (document === undefined || body?.exact !== true) return undefined;
  const { content, edits = [] } = wish.args as { content?: string; edits?: readonly TextEdit[] };
  const text = shownText(content ?? applyEdits(body.text, edits));
  return {
    machine,
    document: { ...document, rev: ifRev },
    base: body.text,
    text,
    changedAt: wish.sentAt,
    wish: undefined,
  };
}

/** Both sides, as far as they are here. */
export async function versionsOf(app: App, wish: Wish): Promise<TextVersions | undefined> {
  const mine = await draftOf(app, wish);
  const now = mine && documentsOf(app.state, wish.machine)[documentKey(mine.document)];
  // The screen may not have heard of the save yet that the machine speaks of; or of a later one already.
  const rev = now === undefined || now.rev === wish.ifRev ? wish.problem?.currentRev : now.rev;
  if (mine === undefined || rev === undefined) return undefined;
  const body = await app.body(wish.machine, rev);
  return body?.exact === true ? { mine, theirs: body.text, rev } : undefined;
}

function documentOf(app: App, { machine, kind, args }: Wish): Document | undefined {
  const named = args as { project: string; spec?: string; format?: string; document: string };
  const { project, spec, format, document: name } = named;
  const found = Object.values(documentsOf(app.state, machine)).find((document) => {
    const file = document.path.split('/').at(-1);
    if (document.project !== project) return false;
    return kind === 'steering-write'
      ? document.kind === 'steering' &&
          file === `${name}.md` &&
          document.meta.format === (format ?? document.meta.format)
      : specArgOf(document) === spec && file === name;
  });
  return found && (JSON.parse(JSON.stringify(found)) as Document);
}
