/** `sallyport approvals`, `approve`, `reject` and `revise`: what waits for a decision on all machines, what has changed in it, and the decision, bound to the text that was shown. */
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import type { CommandRecord } from '#contract/command.ts';
import { kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Client } from '../net/client.ts';
import { agoText } from '../system/ago.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { withRelay } from './as-person.ts';
import { askYes } from './ask.ts';
import { diffParts } from './diff-parts.ts';
import {
  type Chosen,
  changesOf,
  checkoutsIn,
  findApproval,
  findApprovals,
  isAsked,
  nameOf,
  type TextShown,
  textShown,
  type Waiting,
} from './find-approvals.ts';
import type { approvalsOptions, decideOptions } from './options.ts';
import { coded, printError, printJson, printLine, printList, printParts } from './output.ts';
import { codeOfState, sendAndWait, signed } from './send-and-wait.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Decision = 'approve' | 'reject' | 'needs-revision';
type Values = OptionValues<typeof decideOptions>;

/** Lists what waits on all machines, or shows one approval with what has changed. Resolves to the exit code. */
export async function approvals(
  values: OptionValues<typeof approvalsOptions>,
  words: readonly string[],
  env: Env,
): Promise<number> {
  const [id, ...more] = words;
  if (more.length > 0) throw new UsageError('approvals takes one approval, or none to list those that wait.');
  return await withRelay(values, env, async (client) => {
    if (id !== undefined) return void (await show(client, await findApproval(client, values, id), values, values.json));
    const waiting = await findApprovals(client, values, 'pending');
    if (values.json) for (const one of waiting) printJson(jsonOf(one));
    else
      printList(
        waiting.map(({ machine, project, approval: { id: name, createdAt, file, title } }) => [
          name,
          `${project.name} on ${machine.name}`,
          agoText(createdAt),
          file.path,
          title,
        ]),
        'Nothing waits for a decision.',
        ['ID', 'WHERE', 'ASKED', 'FILE', 'TITLE'],
      );
  });
}

/** Decides one approval: shows it, asks, sends both revs, and says what became of it. Resolves to the exit code. */
export async function decide(decision: Decision, values: Values, words: readonly string[], env: Env): Promise<number> {
  const [id, ...more] = words;
  if (id === undefined || more.length > 0) throw new UsageError(`Which one? ${verbs[decision].usage}`);
  const { message } = values;
  if (decision !== 'approve' && (message ?? '').trim() === '')
    throw new UsageError(`The agent needs a reason: ${verbs[decision].usage}`);
  let ended = exitCodes.ok as number;
  const code = await withRelay(values, env, async (client) => {
    const waiting = await findApproval(client, values, id);
    ended = await decideOne(client, decision, waiting, values, env);
  });
  return code === exitCodes.ok ? ended : code;
}

const verbs = {
  approve: { usage: 'sallyport approve ID [-m WORDS]', question: 'Approve this text?' },
  reject: { usage: 'sallyport reject ID -m WORDS', question: 'Reject it?' },
  'needs-revision': { usage: 'sallyport revise ID -m WORDS', question: 'Ask for a revision?' },
} as const;

async function decideOne(
  client: Client,
  decision: Decision,
  waiting: Waiting,
  values: Values,
  env: Env,
): Promise<number> {
  const { machine, project, approval } = waiting;
  if (approval.status !== 'pending') {
    printError(`It is decided already: ${approval.status}.`);
    return exitCodes.conflict;
  }
  const text = values.yes ? await textUnseen(client, waiting, values) : await show(client, waiting, values, false);
  const sure = values.yes || (await askYes(verbs[decision].question));
  if (sure === undefined)
    throw new UsageError('There is no terminal to ask on. Add --yes to decide without a question.');
  if (!sure) {
    printError('Nothing was sent.');
    return exitCodes.failure;
  }
  const { message } = values;
  const args = v.parse(kinds['approval-update'].args, {
    ...{ project: project.id, approval: nameOf(approval), decision, ...text },
    ...(message === undefined ? {} : { response: message }),
  });
  const wished = { kind: 'approval-update', args, ifRev: approval.rev };
  const livesMs = values.queue ? limits.commandExpiryWhenOfflineMs : limits.commandExpiryMs;
  const signature = values.sign ? await signed(machine.id, wished, livesMs, values, env) : {};
  const whenOffline = values.queue ? { whenOffline: 'queue' as const } : {};
  const record = await sendAndWait(client, machine.id, { ...wished, ...whenOffline, ...signature }, !values.queue);
  return await tell(client, waiting, record, values.json);
}

/** Prints what a person reads before deciding, and resolves to the text that was shown. */
async function show(client: Client, waiting: Waiting, chosen: Chosen, json: boolean): Promise<TextShown> {
  const { machine, project, approval } = waiting;
  const { title, status, createdAt, file } = approval;
  const shown = await changesOf(client, waiting, only(chosen)).catch((error: unknown) => {
    // Where the machine does not answer, there is nothing to decide on.
    if (error instanceof Problem && unshown.includes(error.code)) return error;
    throw error;
  });
  const isShown = shown !== undefined && !(shown instanceof Problem);
  if (json) printJson({ ...jsonOf(waiting), ...(isShown && { diff: shown.diff, since: shown.since?.version ?? 0 }) });
  else {
    printLine(title);
    printLine(`${file.path} · ${project.name} on ${machine.name} · asked ${agoText(createdAt)} · ${status}`);
    printLine();
    if (isShown) printCheckout(shown.diff);
    if (isShown) printChanges(shown);
    else printLine(shown?.message ?? 'The relay does not have this text. Read it on the machine, or in the app.');
    printLine();
  }
  if (isShown) {
    const { toRev, checkout } = shown.diff;
    return { fileRev: toRev, ...only(checkout === undefined ? chosen : { checkout }) };
  }
  if (shown?.code === 'diff-too-large') return await textShown(client, waiting, only(chosen));
  // What the relay has may be the text of another checkout than that which cannot be read.
  const isUnread = shown !== undefined && (await isAsked(waiting, chosen));
  return { fileRev: isUnread ? 'absent' : revIn(waiting), ...only(chosen) };
}

type Changes = NonNullable<Awaited<ReturnType<typeof changesOf>>>;

/** Problems of a text that is decided on without being shown. */
const unshown: readonly string[] = ['diff-too-large', 'reviewed-file-unreadable'];

function only({ checkout }: Chosen): Chosen {
  return checkout === undefined ? {} : { checkout };
}

/** Of a text that is not shown: it must be clear which one it is. Throws a UsageError. */
async function textUnseen(client: Client, waiting: Waiting, chosen: Chosen): Promise<TextShown> {
  const known = chosen.checkout === undefined ? await checkoutsIn(waiting) : undefined;
  if (known === undefined) return await textShown(client, waiting, only(chosen));
  const why =
    known.missing === undefined
      ? 'The file is not the same text in each checkout.'
      : `The text in the checkout ${known.missing}, where the agent works, cannot be shown.`;
  const names = known.checkouts.map(({ checkout }) => `--checkout ${checkout}`).join(' or ');
  throw new UsageError(`${why} Say which one you decide on: ${names}.`);
}

function printCheckout({ checkout, others = [], missing }: Changes['diff']): void {
  if (checkout === undefined) return;
  if (missing !== undefined)
    printLine(`The text in the checkout ${missing.checkout}, where the agent works, cannot be shown. ${missing.why}`);
  const named = others.map((other) => `${other.checkout} (--checkout ${other.checkout})`).join(', ');
  printLine(
    `This is the text in the checkout ${checkout}. ${named === '' ? '' : `It is another text in: ${named}.`}`.trim(),
  );
}

function printChanges({ diff, since }: Changes): void {
  if (since === undefined) printLine('No earlier text was decided on. This is all of it:');
  else {
    const { additions, deletions } = diff;
    const none = additions + deletions === 0;
    const ended = since.trigger === 'approved' ? 'approved' : 'sent back';
    const base = `the text that was ${ended} last (version ${since.version})`;
    printLine(none ? `Nothing has changed since ${base}.` : `+${additions} −${deletions} since ${base}:`);
  }
  for (const parts of diffParts(diff)) printParts(parts);
}

/** The rev of the file as the relay knows it. */
function revIn({ approval: { file } }: Waiting): string {
  return file.readable && file.rev !== undefined ? file.rev : 'absent';
}

function jsonOf({ machine, project, approval }: Waiting) {
  const named = ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name });
  return { machine: named(machine), project: named(project), ...approval };
}

/** Says how the decision has ended, and whether the agent has taken it. */
async function tell(client: Client, waiting: Waiting, record: CommandRecord, json: boolean): Promise<number> {
  const { state, problem } = record;
  const taken = state === 'done' ? await isTaken(client, waiting, record.id) : undefined;
  if (json) printJson({ ...record, ...(taken === undefined ? {} : { taken }) });
  else if (state === 'done') {
    const { status } = v.parse(v.looseObject({ status: v.string() }), record.result);
    const words = taken ? 'The agent has taken it.' : 'The agent has not taken it yet.';
    printLine(`${status}: ${waiting.approval.title}. ${words}`);
  } else if (state === 'queued' || state === 'delivered') {
    printLine(`${state}: ${waiting.machine.name} decides it, if the text is still the same.`);
  } else {
    const why = problem === undefined ? '.' : `: ${coded(problem.detail ?? problem.title, problem.code)}`;
    printError(`${state}${why} ${nextStep[problem?.code ?? ''] ?? ''}`.trim());
  }
  return overtaken.includes(problem?.code ?? '') ? exitCodes.conflict : codeOfState(state, true);
}

/** Problems that say: somebody or something was faster. */
const overtaken = ['conflict', 'already-decided', 'approval-gone', 'reviewed-file-changed'];
const again = 'Nothing was written. Run the command again to see what has changed.';
const nextStep: Readonly<Record<string, string>> = { conflict: again, 'reviewed-file-changed': again };

/** An agent that waits takes a decision within a second. */
const takenWithinMs = 3000;
const lookEveryMs = 300;

async function isTaken(client: Client, { machine, approval }: Waiting, command: string): Promise<boolean> {
  const query = { limit: 500, kind: 'decision', 'meta.approval': approval.id };
  const until = performance.now() + takenWithinMs;
  for (;;) {
    const { items } = await client.call('machineRecords', { parameters: { machine: machine.id }, query });
    const own = items.find((item: RecordItem) => item.meta.command === command);
    if (own?.state === 'taken') return true;
    if (performance.now() > until) return false;
    await delay(lookEveryMs);
  }
}
