/**
 * The audit log: entries of which each carries the hash of the one before, so that one that is changed, added or missing shows. Kept
 * by the relay for each shard and by the bridge for itself; a line of an export or of the bridge's file is an entry's text with its hash.
 */
import * as v from 'valibot';
import { Id } from './document.ts';

/** What is recorded, by what happened. */
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
  'query-answered': 'on the machine: a query was answered; nothing was changed',
  'device-pinned': 'on the machine: commands signed by this key are taken',
  'device-unpinned': 'on the machine: commands signed by this key are refused again',
} as const;
export type AuditAction = keyof typeof auditActions;

/** What happens many times a day, and what anybody can repeat at will. It has a log of its own, so that no amount of it pushes out the entries of what opens a door. */
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
  'record-made',
  'record-changed',
  'record-removed',
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

/** Who did it: a person and by what, a machine, or the relay itself (time that passed, its own command line). */
export const Actor = v.strictObject({
  person: v.optional(Id),
  machine: v.optional(Id),
  name: v.string(),
  via: v.picklist(['session', 'key', 'link', 'password', 'passkey', 'oidc', 'machine', 'relay', 'command-line']),
});
export type Actor = v.InferOutput<typeof Actor>;

/** An act before it is entered; `about` says what it was done to, by names of fields (`key`, `role`, `command`, `kind`, `spec` …). */
export interface Act {
  readonly action: AuditAction;
  readonly result: AuditResult;
  readonly by: Actor;
  readonly machine?: string;
  readonly about?: Readonly<Record<string, string>>;
}

/** SHA-256 in hex. */
const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** An entry. `log` names its chain: `organisation` or the id of a machine, each with `/activity` for what is done every day, or `bridge`; `seq` counts in it from 1; `at` is ISO 8601. */
export const AuditEntry = v.strictObject({
  log: v.string(),
  seq: v.number(),
  at: v.string(),
  action: AuditAction,
  result: AuditResult,
  by: Actor,
  machine: v.optional(Id),
  about: v.optional(v.record(v.string(), v.string())),
  /** The hash of the entry before; zeros in the first. */
  previous: Hash,
  hash: Hash,
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

/** Where a chain stands: its newest entry, or with `seq` 0 none. `atMs` never goes back. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

export const emptyChain: ChainHead = { seq: 0, hash: '0'.repeat(64), atMs: 0 };

/** SHA-256 (hex) of a text's UTF-8 bytes: the contract does no I/O, so whoever enters or checks brings it. */
export type Sha256 = (text: string) => string;

/** Enters an act after `head`: the line to keep, and the new head. `nowMs` in ms since 1970. */
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

/** Beside entries: where a log that was trimmed begins (the last entry that is not there any more), and where it ended when it was exported. */
export const AuditMark = v.union([
  v.strictObject({ log: v.string(), anchor: v.strictObject({ seq: v.number(), hash: Hash }) }),
  v.strictObject({ log: v.string(), head: v.strictObject({ seq: v.number(), hash: Hash }) }),
]);
export type AuditMark = v.InferOutput<typeof AuditMark>;

/** Where a log stood when somebody looked: what a later copy of it has to contain. */
export interface KeptHead {
  readonly seq: number;
  readonly hash: string;
}

/**
 * What a check of lines came to: how many entries of which logs hold, or the first line (from 1) that does not, and why. A log is
 * `unproven` where neither its own head nor a kept one says that nothing was cut off.
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
  /** Whether it has reached its head, or contains the kept one. */
  isProven: boolean;
}

/** Checks lines of one or several logs, each in its order. A log has to begin at 1 or at its anchor, to reach its head where one is told, and to contain the head that was `kept` of it. */
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

/** Where each log of these lines stands, for a later check; lines that are none of a log are passed by. */
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

/** Moves the chain on to an entry, or says what is wrong with it. */
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

/** A chain that passes the kept head has to do so with its hash. */
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
