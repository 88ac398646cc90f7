/** The file under review in each checkout where an agent may have meant it: the project's own folder and the worktrees that the bridge knows. */
import { Problem } from '#contract/problems.ts';
import { type GitCheckout, gitCheckoutsOf } from '../git-checkouts.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import { openLeaveRules } from '../leaving/rules.ts';
import type { Project } from '../project.ts';
import type { Workspace } from '../workspaces.ts';
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
 * agents are alive, then in the project's own folder. The leave rules of the project hold for all, and those of a worktree for its own.
 */
export async function readCandidates(
  desk: Desk,
  path: string,
  asked?: string,
): Promise<readonly [Candidate, ...Candidate[]]> {
  const shelf = await openShelf(desk.project);
  const [own, ...others] = await knownCheckouts(desk, asked);
  const first = await candidateOf(own, shelf, path, true);
  if (others.length === 0) return [first];
  const more = await Promise.all(
    others.map(async (other) => candidateOf(other, await openWorktreeShelf(shelf, other.root), path, false)),
  );
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

async function candidateOf({ name }: GitCheckout, shelf: Shelf, path: string, main: boolean): Promise<Candidate> {
  const again = () => readShowable(shelf, path);
  return { checkout: name, main, text: await again(), again };
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

/** What is said of the checkout beside a text: nothing where all have the text of the project's own folder. */
export function checkoutSaid(shown: Candidate, candidates: readonly Candidate[]) {
  const others = othersThan(shown, candidates);
  const own = candidates.find(({ main }) => main);
  const isOwn = own === undefined || revIn(own) === revIn(shown);
  return others.length === 0 && isOwn ? {} : { checkout: shown.checkout, others };
}

function revIn({ text }: Candidate): string | undefined {
  return 'rev' in text ? text.rev : undefined;
}
