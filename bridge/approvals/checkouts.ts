/** The file under review in each checkout where an agent may have meant it: the project's own folder and the worktrees that the bridge knows. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '#contract/problems.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import { openLeaveRules } from '../leaving/rules.ts';
import { type GitCheckout, gitCheckoutsOf } from '../projects/git-checkouts.ts';
import type { Project } from '../projects/project.ts';
import type { Workspace } from '../projects/workspaces.ts';
import { openShelf, readShowable, type Shelf, type Showable } from './reviewed-file.ts';

/** A project, and where agents work on it. */
export interface Desk {
  readonly project: Pick<Project, 'root' | 'layouts' | 'rules'>;
  workspaces(): Promise<readonly Workspace[]>;
}

/** The file as one checkout has it. */
export interface Candidate {
  readonly checkout: string;
  /** Whether it is the project's own folder. */
  readonly main: boolean;
  readonly text: Showable;
  /** Whether the agent works here, and has a text that cannot be shown: any other text is not the one that it asks about. */
  readonly isMissed: boolean;
  /** Reads it anew. */
  again(): Promise<Showable>;
}

/** Another text than the one that is shown, and where it is. */
export interface OtherText {
  readonly checkout: string;
  readonly rev: string;
}

/**
 * The file at a path of the project in each known checkout: in the one whose agent has asked (`asked`, its name) first, then where
 * agents are alive, then in the project's own folder. The one whose agent has asked is among them even if it is gone. The leave rules
 * of the project hold for all, and those of a worktree for its own.
 */
export async function readCandidates(
  desk: Desk,
  path: string,
  asked?: string,
): Promise<readonly [Candidate, ...Candidate[]]> {
  const shelf = await openShelf(desk.project);
  const [own, ...others] = await knownCheckouts(desk, asked);
  const ask = { path, asked, main: own.root };
  const first = await candidateOf(own, shelf, ask);
  const isGone = asked !== undefined && asked !== own.name && !others.some(({ name }) => name === asked);
  if (others.length === 0 && !isGone) return [first];
  const more = await Promise.all(
    others.map(async (other) => candidateOf(other, await openWorktreeShelf(shelf, other.root), ask)),
  );
  if (isGone) more.push(goneCandidate(asked));
  const busy = new Set([own, ...others].filter(({ isBusy }) => isBusy).map(({ name }) => name));
  const place = ({ checkout, main }: Candidate) => (checkout === asked ? 0 : busy.has(checkout) ? 1 : main ? 2 : 3);
  const [shown = first, ...rest] = [first, ...more].sort((a, b) => place(a) - place(b));
  return [shown, ...rest];
}

interface Known extends GitCheckout {
  /** Whether agents are alive in it. */
  readonly isBusy: boolean;
}

/** Of git's worktrees those that a tool's registry names, and the one whose agent has asked. */
export async function knownCheckouts(
  { project, workspaces }: Desk,
  asked: string | undefined,
): Promise<[Known, ...Known[]]> {
  const [own = { root: project.root, name: '' }, ...trees] = await gitCheckoutsOf(project.root);
  if (trees.length === 0) return [{ ...own, isBusy: false }];
  const agents = new Map((await workspaces()).map(({ root, agents }) => [root, agents]));
  const known = trees.filter(({ root, name }) => agents.has(root) || name === asked);
  const isBusy = ({ root }: GitCheckout) => (agents.get(root) ?? 0) > 0;
  return [{ ...own, isBusy: isBusy(own) }, ...known.map((tree) => ({ ...tree, isBusy: isBusy(tree) }))];
}

/** The shelf of a worktree of the project with a shelf. */
export async function openWorktreeShelf({ layouts, rules }: Shelf, root: string): Promise<Shelf> {
  return { root, layouts, rules: [...rules, await openLeaveRules(root, neverLeaves)] };
}

interface Ask {
  readonly path: string;
  readonly asked: string | undefined;
  /** Root of the project's own folder. */
  readonly main: string;
}

async function candidateOf({ name, root, isBusy }: Known, shelf: Shelf, ask: Ask): Promise<Candidate> {
  const again = () => readShowable(shelf, ask.path);
  const text = await again();
  const main = root === ask.main;
  // Where nobody is named, a file that only some checkouts have is no riddle.
  const isMeant = ask.asked === undefined ? isBusy && 'why' in text && !text.isAbsent : name === ask.asked;
  const isMissed = isMeant && 'why' in text && (main || !(await isLinkToMain(root, ask)));
  return { checkout: name, main, text, isMissed, again };
}

/** Some link the workflow folder of a worktree to that of the main checkout: it is the same file. */
async function isLinkToMain(root: string, { path, main }: Ask): Promise<boolean> {
  return (await realpath(join(root, path)).catch(() => undefined)) === join(main, path);
}

/** The checkout whose agent has asked, and of which nothing is known any more. */
function goneCandidate(checkout: string): Candidate {
  const text = { why: 'Git does not list this checkout.', isAbsent: true };
  return { checkout, main: false, text, isMissed: true, again: async () => text };
}

/** The one that is shown: as chosen by the name of its checkout, else the first with a text. Throws `args-invalid`. */
export function shownOf(candidates: readonly [Candidate, ...Candidate[]], checkout: string | undefined): Candidate {
  const named = candidates.find((candidate) => candidate.checkout === checkout);
  if (checkout !== undefined && named === undefined) {
    const names = candidates.map((candidate) => candidate.checkout).join(', ');
    throw new Problem('args-invalid', `There is no checkout "${checkout}" in which agents work: ${names}.`, {
      pointer: '/args/checkout',
    });
  }
  return named ?? candidates.find(({ text }) => 'rev' in text) ?? candidates.find(({ main }) => main) ?? candidates[0];
}

/** The texts that are not the shown one, each once. */
export function othersThan(shown: Candidate, candidates: readonly Candidate[]): OtherText[] {
  const seen = new Set([revIn(shown)]);
  return candidates.flatMap((candidate) => {
    const rev = revIn(candidate);
    if (rev === undefined || seen.has(rev)) return [];
    seen.add(rev);
    return [{ checkout: candidate.checkout, rev }];
  });
}

interface CheckoutSaid {
  readonly checkout?: string;
  readonly others?: OtherText[];
  readonly missing?: { readonly checkout: string; readonly why: string };
}

/** What is said of the checkout beside a text: nothing where all have the text of the project's own folder, and it is the one that is asked about. */
export function checkoutSaid(shown: Candidate, candidates: readonly Candidate[]): CheckoutSaid {
  const others = othersThan(shown, candidates);
  const own = candidates.find(({ main }) => main);
  const isOwn = own === undefined || revIn(own) === revIn(shown);
  const missing = missingBeside(shown, candidates);
  if (others.length === 0 && isOwn && missing === undefined) return {};
  return { checkout: shown.checkout, others, ...(missing === undefined ? {} : { missing }) };
}

/** Where nobody names a checkout, the text of another one than the agent's is not taken for it. Throws `reviewed-file-unreadable`. */
export function checkNotMissing(path: string, shown: Candidate, candidates: readonly Candidate[]): void {
  const missing = missingBeside(shown, candidates);
  if (missing !== undefined)
    throw new Problem(
      'reviewed-file-unreadable',
      `${path} in the checkout "${missing.checkout}", where the agent works: ${missing.why} To take the text in "${shown.checkout}" instead, read it and send \`checkout: "${shown.checkout}"\`.`,
    );
}

/** The checkout where the agent works, if its text cannot be shown and another one is. */
function missingBeside({ text }: Candidate, candidates: readonly Candidate[]) {
  const missed = 'rev' in text ? candidates.find(({ isMissed }) => isMissed) : undefined;
  return missed && 'why' in missed.text ? { checkout: missed.checkout, why: missed.text.why } : undefined;
}

function revIn({ text }: Candidate): string | undefined {
  return 'rev' in text ? text.rev : undefined;
}
