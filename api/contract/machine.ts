/** A machine, its projects and its owner's policy, as people see them. */
import * as v from 'valibot';
import { Condition } from './condition.ts';
import { Uploading } from './delta.ts';
import { Id, Name, OpenName } from './document.ts';

/** How much a command can do. Roles, scopes and policies refer to it. */
export const risks = ['read', 'write', 'execute', 'destroy'] as const;
export const Risk = v.picklist(risks);
export type Risk = v.InferOutput<typeof Risk>;

/** The owner's decision on a risk or kind: allow it, allow it if a pinned device has signed it, or never. */
export const Verdict = v.picklist(['allow', 'signed', 'refuse']);
export type Verdict = v.InferOutput<typeof Verdict>;

/** Commands that policy.json may name. */
const policyCommandsMax = 100;

/** The part of policy.json that leaves the machine. The most specific entry decides: command, then kind, then project, then risk. Of what runs and destroys, a project's entry only narrows what the others say. */
export const Policy = v.strictObject({
  risks: v.strictObject({ read: Verdict, write: Verdict, execute: Verdict, destroy: Verdict }),
  projects: v.optional(v.record(v.string(), Verdict)),
  kinds: v.optional(v.record(v.string(), Verdict)),
  /** Commands that `exec` may run as `argv`, without `env` and `stdin`: exactly these words. */
  commands: v.optional(
    v.pipe(
      v.array(v.strictObject({ argv: v.pipe(v.array(v.string()), v.minLength(1)), verdict: Verdict })),
      v.maxLength(policyCommandsMax),
    ),
  ),
  /** Whether commands and terminals without a project may run, in the home folder. */
  home: v.optional(v.boolean()),
  /** `run`: this bridge runs enabled clean-up jobs at their time, unless the tool's dashboard is there to do it. */
  jobs: v.optional(v.literal('run')),
  /** `false`: what terminals show is not kept as files on the machine. */
  record: v.optional(v.boolean()),
});
export type Policy = v.InferOutput<typeof Policy>;

/** A policy as a bridge sends it, which may know more risks than this release. The file itself is parsed strictly, so that its owner sees mistakes. */
export const PolicyTold = v.object({ ...Policy.entries, risks: v.object(Policy.entries.risks.entries) });

export const defaultPolicy: Policy = {
  risks: { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'refuse' },
};

/** A project as the bridge announces it. */
export const ProjectAnnounced = v.object({
  id: Id,
  name: Name,
  formats: v.pipe(v.array(OpenName), v.minLength(1)),
});
export type ProjectAnnounced = v.InferOutput<typeof ProjectAnnounced>;

/** A project as people see it, with the number of documents of each kind at the relay. */
export const Project = v.object({
  ...ProjectAnnounced.entries,
  documents: v.number(),
  counts: v.record(v.string(), v.number()),
});
export type Project = v.InferOutput<typeof Project>;

/** `never`: registered, but no bridge has connected yet. */
export const MachineStatus = v.picklist(['online', 'offline', 'never']);
export type MachineStatus = v.InferOutput<typeof MachineStatus>;

export const Machine = v.object({
  id: Id,
  name: Name,
  status: MachineStatus,
  /** ISO 8601. Time of the bridge's last call; `statusSince`: when the current status began. */
  lastSeenAt: v.optional(v.string()),
  statusSince: v.string(),
  createdAt: v.string(),
  os: v.optional(v.string()),
  /** Of the bridge. */
  version: v.optional(v.string()),
  projects: v.array(Project),
  /** Kinds of commands and queries that its bridge knows. */
  kinds: v.array(v.string()),
  policy: Policy,
  /** Fingerprints of the keys whose signed commands it accepts. */
  signers: v.optional(v.array(v.string())),
  /** Its current conditions; absent if there are none. */
  conditions: v.optional(v.array(Condition)),
  /** What is left of an upload that takes more than one batch. */
  uploading: v.optional(Uploading),
});
export type Machine = v.InferOutput<typeof Machine>;
