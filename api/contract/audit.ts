/**
 * The audit log. Each entry carries the hash of the one before, so that a changed, added or missing entry is detected. The relay keeps
 * one for each shard, and each bridge keeps its own. A line of an export or of the bridge's file is an entry's text with its hash.
 */
import * as v from 'valibot';
import { Id } from './document.ts';

/** The actions that are recorded. */
export const auditActions = {
  'signed-in': 'somebody signed in, or was refused',
  'signed-out': 'a session was ended',
  'sign-in-link-made': 'a one-use sign-in link was made',
  'passwords-guessed':
    'many wrong passwords were tried for the e-mail of a member; strangers get fewer tries for a while',
  'password-set': 'a password was set or changed; other sessions ended',
  'passkey-added': 'a passkey was added',
  'passkey-removed': 'a passkey was removed',
  'account-linked': 'a sign-in of an OIDC provider was tied to a member',
  'device-key-added': 'a device that signs commands told its key',
  'device-key-removed': "a device's key was taken back",
  'member-invited': 'an invitation was made',
  'invitation-revoked': 'an invitation was taken back',
  'member-joined': 'somebody became a member',
  'member-changed': 'a member was given another role or name',
  'member-revoked': "all of a member's sessions, sign-in links, keys and device keys were ended",
  'member-removed': 'a member was removed',
  'organisation-made': 'an organisation was made, with its owner',
  'organisation-renamed': 'the organisation was given another name',
  'key-made': 'a key was made',
  'key-revoked': 'a key was revoked',
  'machine-made': 'a machine was registered',
  'machine-renamed': 'a machine was given another name',
  'machine-removed': 'a machine was removed; its own log goes on to be kept by the organisation',
  'machine-decided': 'a machine that asked with a code was let in, or turned away (refused)',
  'record-made': 'a record of the organisation was made',
  'record-changed': 'a record of the organisation was changed',
  'record-removed': 'a record of the organisation was removed',
  'backup-made': 'the whole store was copied to a file beside it',
  'command-sent': 'a command was sent',
  'command-cancelled': 'somebody asked that a command is not done',
  'command-ended': 'a command ended; the result is its state',
  'command-item-ended': 'one of several things that a command did ended, each with an entry of its own',
  'channel-read': 'somebody began to read the channel of a record, such as a terminal',
  'channel-typed': 'somebody began to type into one',
  'program-ended': 'on the machine: what ran in a terminal ended, by itself or because it was closed',
  'query-answered': 'on the machine: a query was answered; nothing was changed',
  'job-ran': 'on the machine: a clean-up job was run at its time, as policy.json wants it',
  'device-pinned': 'on the machine: commands signed by this key are taken',
  'device-unpinned': 'on the machine: commands signed by this key are refused again',
} as const;
export type AuditAction = keyof typeof auditActions;

/** Actions that happen many times a day, or that anyone can repeat. They have a separate log, so that they never push out entries about access. */
export const activities: ReadonlySet<AuditAction> = new Set([
  'signed-in',
  'signed-out',
  'sign-in-link-made',
  'passwords-guessed',
  'device-key-added',
  'device-key-removed',
  'command-sent',
  'command-cancelled',
  'command-ended',
  'command-item-ended',
  'record-made',
  'record-changed',
  'record-removed',
  'channel-read',
  'channel-typed',
]);
export const AuditAction = v.picklist(Object.keys(auditActions) as AuditAction[]);

/** `done`, `refused`, or the state that a command ended in. */
export const auditResults = [
  'done',
  'refused',
  'failed',
  'conflict',
  'interrupted',
  'unknown',
  'cancelled',
  'expired',
] as const;
export const AuditResult = v.picklist(auditResults);
export type AuditResult = v.InferOutput<typeof AuditResult>;

/** Who did it: a person (and how they were signed in), a machine, or the relay itself (by a timer or its command line). */
export const Actor = v.strictObject({
  person: v.optional(Id),
  machine: v.optional(Id),
  name: v.string(),
  via: v.picklist(['session', 'key', 'link', 'password', 'passkey', 'oidc', 'machine', 'relay', 'command-line']),
});
export type Actor = v.InferOutput<typeof Actor>;

/** An act before it becomes an entry. `about` names what it was done to, by field (`key`, `role`, `command`, `kind`, `spec` …). */
export interface Act {
  readonly action: AuditAction;
  readonly result: AuditResult;
  readonly by: Actor;
  readonly machine?: string;
  readonly about?: Readonly<Record<string, string>>;
  /** How each of several things ended that a command did by themselves. */
  readonly items?: readonly ItemEnded[];
}

/** One of them: what it was done to, and how it ended. */
export interface ItemEnded {
  readonly result: AuditResult;
  readonly about: Readonly<Record<string, string>>;
}

/** The acts that are entered, one after another: the act itself, then its items. */
export function* entriesOf({ items = [], ...act }: Act): Iterable<Act> {
  yield act;
  for (const { result, about } of items)
    yield { ...act, action: 'command-item-ended', result, about: { ...act.about, ...about } };
}

/** SHA-256 in hex. */
const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** An entry. `log` names its chain: `organisation` or the id of a machine, with `/activity` added for everyday actions, or `bridge`. `seq` counts from 1 in each chain; `at` is ISO 8601. */
export const AuditEntry = v.strictObject({
  log: v.string(),
  seq: v.number(),
  at: v.string(),
  action: AuditAction,
  result: AuditResult,
  by: Actor,
  machine: v.optional(Id),
  about: v.optional(v.record(v.string(), v.string())),
  /** The hash of the previous entry; zeros in the first. */
  previous: Hash,
  hash: Hash,
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

/** The head of a chain: its newest entry; `seq` is 0 if there is none. `atMs` never decreases. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64), atMs: 0 };

/** SHA-256 (hex) of a text's UTF-8 bytes. The contract imports nothing, so callers pass it in. */
export type Sha256 = (text: string) => string;

/** Makes an entry after `head`: returns the line to store, and the new head. `nowMs` in ms since 1970. */
export function enter(
  head: ChainHead,
  log: string,
  act: Act,
  nowMs: number,
  sha256: Sha256,
): { line: string; head: ChainHead } {
  const atMs = Math.max(nowMs, head.atMs);
  const { action, result, by, machine, about } = act;
  const entry = {
    log,
    seq: head.seq + 1,
    at: new Date(atMs).toISOString(),
    action,
    result,
    by,
    machine,
    about,
    previous: head.hash,
  };
  const text = JSON.stringify(entry);
  const hash = sha256(text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, head: { seq: entry.seq, hash, atMs } };
}

/** Lines beside entries: the last entry that was trimmed from a log, and the head of a log at the time of export. */
export const AuditMark = v.union([
  v.strictObject({ log: v.string(), anchor: v.strictObject({ seq: v.number(), hash: Hash }) }),
  v.strictObject({ log: v.string(), head: v.strictObject({ seq: v.number(), hash: Hash }) }),
]);
export type AuditMark = v.InferOutput<typeof AuditMark>;

/** The head of a log at some moment. A later copy of the log must contain it. */
export interface KeptHead {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Result of a check: the number of valid entries of each log, or the first invalid line (from 1), and why. A log is
 * `unproven` if neither its own head nor a kept one proves that nothing was cut off.
 */
export type Verified =
  | {
      readonly holds: true;
      readonly entries: number;
      readonly logs: readonly string[];
      readonly unproven: readonly string[];
    }
  | {
      readonly holds: false;
      readonly line: number;
      readonly log?: string;
      readonly seq?: number;
      readonly why: string;
    };

interface Chain {
  seq: number;
  hash: string;
  /** Whether the log reaches its head, or contains the kept one. */
  isProven: boolean;
}

/** Checks lines of one or several logs, each in order. A log must begin at 1 or at its anchor, reach its head if the lines name one, and contain its `kept` head. */
export function verifyAudit(
  lines: Iterable<string>,
  sha256: Sha256,
  kept: ReadonlyMap<string, KeptHead> = new Map(),
): Verified {
  const chains = new Map<string, Chain>();
  let entries = 0;
  let line = 0;
  for (const text of lines) {
    line += 1;
    const parsed = parseLine(text);
    if (parsed === undefined) return { holds: false, line, why: 'this is no entry of an audit log' };
    const { log } = parsed;
    const chain = chains.get(log) ?? { seq: 0, hash: emptyChain.hash, isProven: false };
    const why =
      ('seq' in parsed ? stepOn(chain, parsed, text, sha256) : meetMark(chains.has(log), chain, parsed)) ??
      meetKept(chain, kept.get(log));
    if (why !== undefined) return { holds: false, line, log, ...('seq' in parsed ? { seq: parsed.seq } : {}), why };
    chains.set(log, chain);
    if ('seq' in parsed) entries += 1;
  }
  for (const [log, { seq }] of kept) {
    const chain = chains.get(log) ?? { seq: 0 };
    if (chain.seq < seq)
      return { holds: false, line, log, why: `entries ${chain.seq + 1} to ${seq} are missing at the end` };
  }
  const unproven = [...chains].filter(([, { isProven }]) => !isProven).map(([log]) => log);
  return { holds: true, entries, logs: [...chains.keys()], unproven };
}

/** The head of each log in these lines, for a later check. Ignores lines that belong to no log. */
export function headsOf(lines: Iterable<string>): Map<string, KeptHead> {
  const heads = new Map<string, KeptHead>();
  for (const text of lines) {
    const parsed = parseLine(text);
    if (parsed === undefined) continue;
    const { seq, hash } = 'seq' in parsed ? parsed : 'head' in parsed ? parsed.head : parsed.anchor;
    heads.set(parsed.log, { seq, hash });
  }
  return heads;
}

function parseLine(text: string): AuditEntry | AuditMark | undefined {
  try {
    const parsed = v.safeParse(v.union([AuditEntry, AuditMark]), JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Adds an entry to the chain, or says what is wrong with it. */
function stepOn(chain: Chain, { seq, previous, hash }: AuditEntry, line: string, sha256: Sha256): string | undefined {
  const sealed = `,"hash":"${hash}"}`;
  if (!line.endsWith(sealed) || sha256(`${line.slice(0, -sealed.length)}}`) !== hash)
    return 'its text was changed: the hash is of another';
  if (seq !== chain.seq + 1) return `entry ${chain.seq + 1} is missing before it`;
  if (previous !== chain.hash) return 'it does not follow the entry before, which was changed or exchanged';
  chain.seq = seq;
  chain.hash = hash;
  return undefined;
}

/** The entry with the number of the kept head must have its hash. */
function meetKept(chain: Chain, kept: KeptHead | undefined): string | undefined {
  if (kept === undefined || kept.seq !== chain.seq) return undefined;
  if (kept.hash !== chain.hash) return 'it is another entry than the one that was kept: the log was written anew';
  chain.isProven = true;
  return undefined;
}

function meetMark(known: boolean, chain: Chain, mark: AuditMark): string | undefined {
  if ('anchor' in mark) {
    if (known) return 'a log has one beginning';
    Object.assign(chain, mark.anchor);
    return undefined;
  }
  const { seq, hash } = mark.head;
  if (seq !== chain.seq || hash !== chain.hash) return `entries up to ${seq} are missing at the end`;
  chain.isProven = true;
  return undefined;
}
