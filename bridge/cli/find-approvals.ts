/** Approvals over all machines that a person may see, from the relay's copies, and what a person reads before deciding one. */
import * as v from 'valibot';
import { isElsewhere } from '#contract/approvals/checkouts.ts';
import { type ApprovalListed, approvalId, describeApprovals, openReview } from '#contract/approvals/find.ts';
import { lastDecided } from '#contract/approvals/snapshots.ts';
import type { ProjectCopy } from '#contract/copy.ts';
import type { Document } from '#contract/document.ts';
import { approvalContent } from '#contract/kinds/approval-content.ts';
import { approvalDiff } from '#contract/kinds/approval-diff.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine, Project } from '#contract/machine.ts';
import { UsageError } from '#contract/options.ts';
import { checkouts } from '#contract/records/checkouts.ts';
import type { TextDiff } from '#contract/text-diff.ts';
import type { Client } from '../net/client.ts';
import { everyPage } from './as-person.ts';
import { openRelayCopy } from './relay-copy.ts';

export interface Waiting {
  readonly machine: Machine;
  readonly project: Project;
  readonly approval: ApprovalListed;
  readonly copy: ProjectCopy;
}

export interface Where {
  /** Ids or names. */
  readonly machine?: string | undefined;
  readonly project?: string | undefined;
}

/** All approvals, or those with a status, oldest first on each machine. */
export async function findApprovals(client: Client, where: Where, status?: string): Promise<readonly Waiting[]> {
  const machines = await everyPage<Machine>((after) => client.call('machines', { query: { limit: 500, after } }));
  const found: Waiting[] = [];
  for (const machine of machines.filter(isNamed(where.machine))) {
    // A list of approvals alone is small; a project with some is then read whole, for the files that they ask about.
    const asking = await everyPage<Document>((after) =>
      client.call('documents', { parameters: { machine: machine.id }, query: { limit: 500, after, kind: 'approval' } }),
    );
    const projects = new Set(asking.map(({ project }) => project));
    for (const project of machine.projects.filter(({ id }) => projects.has(id)).filter(isNamed(where.project))) {
      const copy = openRelayCopy(client, machine.id, project, machine.version);
      const approvals = describeApprovals((await copy.documents()) ?? [], status);
      found.push(...approvals.map((approval) => ({ machine, project, approval, copy })));
    }
  }
  return found;
}

function isNamed(wanted: string | undefined) {
  return ({ id, name }: { readonly id: string; readonly name: string }) =>
    wanted === undefined || id === wanted || name === wanted;
}

/** The one that a person means: its id, `category/id`, or the end of the id after its last `_`. Throws a UsageError where none or several are meant. */
export async function findApproval(client: Client, where: Where, named: string): Promise<Waiting> {
  const found = (await findApprovals(client, where)).filter(({ approval: { path } }) => {
    const id = approvalId(path);
    return id === named || id.endsWith(`_${named}`) || path.endsWith(`/${named}.json`);
  });
  const [first, ...others] = found;
  if (first === undefined)
    throw new UsageError(`There is no approval "${named}". sallyport approvals lists those that wait.`);
  if (others.length > 0)
    throw new UsageError(
      `"${named}" could be ${found.map(placeOf).join(' or ')}. Use --machine, --project or CATEGORY/ID.`,
    );
  return first;
}

/** "category/id in shop on laptop". */
function placeOf({ machine, project, approval: { path } }: Waiting): string {
  return `${path.split('/').at(-2)}/${approvalId(path)} in ${project.name} on ${machine.name}`;
}

/** The name of an approval that no other one of its project has. */
export function nameOf({ path }: ApprovalListed): string {
  return `${path.split('/').at(-2)}/${approvalId(path)}`;
}

/** Whether its file is another text in other checkouts of the project, or the person names one: then the machine is asked. */
export async function isAsked({ approval, copy }: Waiting, { checkout }: Chosen): Promise<boolean> {
  return checkout !== undefined || (await isElsewhere(copy, approval.file.path));
}

/** The checkout that a person chose by name, if any. */
export interface Chosen {
  readonly checkout?: string | undefined;
}

type Diff = TextDiff & Pick<ResultOf<'approval-diff'>, 'toRev' | 'checkout' | 'others' | 'missing'>;

/** What has changed since the text that was decided on last; where none was, the whole text. Undefined where the relay does not hold the texts. Throws `diff-too-large`, `reviewed-file-unreadable`, and what asking the machine throws. */
export async function changesOf(client: Client, waiting: Waiting, chosen: Chosen) {
  const { approval, copy } = waiting;
  const name = nameOf(approval);
  const review = await openReview(copy, name);
  const isFromMachine = await isAsked(waiting, chosen);
  const fileRev = isFromMachine ? (await textShown(client, waiting, chosen)).fileRev : approval.file.rev;
  const own = { approval: approval.id, fileRev };
  const decided = review && lastDecided(review.snapshots.items, own);
  const project = copy.project.id;
  const args = { project, approval: name, from: decided?.version ?? 0 };
  const diff: Diff | undefined = isFromMachine
    ? (v.parse(approvalDiff.result, await askMachine(client, waiting, 'approval-diff', { ...args, ...chosen })) as Diff)
    : await approvalDiff.answer?.(args, copy);
  return diff && { diff, since: decided };
}

/** The text that a decision counts for: its rev, `absent` where there is none to see, and the checkout that has it, where they differ. */
export interface TextShown extends Chosen {
  readonly fileRev: string;
}

/** The text in the checkout that is shown. */
export async function textShown(client: Client, waiting: Waiting, chosen: Chosen): Promise<TextShown> {
  const { file } = waiting.approval;
  if (!(await isAsked(waiting, chosen)))
    return { fileRev: file.readable && file.rev !== undefined ? file.rev : 'absent' };
  const args = { project: waiting.project.id, approval: nameOf(waiting.approval), ...chosen };
  const answer = await askMachine(client, waiting, 'approval-content', args);
  const { rev, checkout } = v.parse(approvalContent.result, answer);
  return { fileRev: rev, ...chosen, ...(checkout === undefined ? {} : { checkout }) };
}

/** The checkouts that have another text each, that which is shown first, and the one where the agent works if its text cannot be shown; undefined where they do not differ. */
export async function checkoutsIn({ approval, copy }: Waiting) {
  const told = (await copy.records('checkouts')) ?? [];
  const own = told.find(({ state, meta }) => state === 'differ' && meta.path === approval.path);
  return own && v.parse(checkouts.meta, own.meta);
}

async function askMachine(client: Client, { machine }: Waiting, kind: string, args: Record<string, unknown>) {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const body = { kind, args: given };
  return (await client.call('queryAsk', { parameters: { machine: machine.id }, body })).result;
}
