/** Declares the options of `sallyport` once; each command uses some of them. */
import { limits } from '#contract/limits.ts';
import { defineOptions } from '#contract/options.ts';
import { logLevels } from '../log.ts';
import { managers } from '../service/service.ts';

const plain = defineOptions({
  json: { type: 'flag', help: 'Print JSON on stdout.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

const common = defineOptions({
  data: {
    type: 'text',
    value: 'DIR',
    help: "Folder for the bridge's key, journal and position. Default: the platform's data folder.",
  },
  ...plain,
});

/** For a command without a data folder. */
export const completionOptions = plain;

/** For commands that only use the data folder. */
export const plainOptions = common;

export const auditOptions = defineOptions({
  since: {
    type: 'text',
    value: 'FILE',
    help: 'An earlier export. Each log must continue from it, which proves that nothing was removed or rewritten.',
  },
  ...common,
});

export const projectsOptions = defineOptions({
  dryRun: { type: 'flag', help: 'List exactly what would be uploaded, and which rule excludes the rest.' },
  ...common,
});

const network = defineOptions({
  ca: {
    type: 'text',
    value: 'FILE',
    env: 'SALLYPORT_CA',
    help: "Root certificates (PEM) to trust in addition to the system's. The file is kept for later runs; `none` forgets it.",
  },
  pac: {
    type: 'text',
    value: 'FILE',
    env: 'SALLYPORT_PAC',
    help: 'PAC file that chooses the proxy: an address or a path. It is kept for later runs; `none` forgets it.',
  },
  allowInsecure: {
    type: 'flag',
    help: 'Allow plain http beyond this machine. Others on the network can read the key and the specs.',
  },
});

/** The same where nothing is kept: once, in place of what the bridge keeps. */
const reaching = defineOptions({
  ...network,
  ca: {
    ...network.ca,
    help: "Root certificates (PEM) to trust in addition to the system's, this time. Default: those of the bridge; `none` leaves them out.",
  },
  pac: {
    ...network.pac,
    help: 'PAC file that chooses the proxy this time: an address or a path. Default: the one of the bridge; `none` leaves it out.',
  },
});

const named = defineOptions({
  name: { type: 'text', value: 'NAME', help: 'Name of this machine. Default: its host name.' },
});

export const loginOptions = defineOptions({
  ...named,
  yes: { type: 'flag', help: 'Save the key without asking whether the right person linked the machine.' },
  replace: {
    type: 'flag',
    help: 'Get a new key for the machine of this data folder instead of adding another machine. All its current keys stop working.',
  },
  pin: {
    type: 'text',
    value: 'FINGERPRINT',
    help: 'Accept signed commands from the device that shows this fingerprint in its profile.',
  },
  ...network,
  ...common,
});

export const devicesOptions = defineOptions({
  name: { type: 'text', value: 'NAME', help: 'Name of the pinned device here. Default: the name it gives itself.' },
  ...reaching,
  ...common,
});

/** For commands that a person runs with their API key. */
export const personOptions = defineOptions({
  url: { type: 'text', value: 'URL', env: 'SALLYPORT_URL', help: 'Address of the relay.' },
  apiKey: {
    type: 'text',
    value: 'KEY',
    env: 'SALLYPORT_API_KEY',
    help: "A person's API key. Others on this machine can see a command line, so use the variable or --api-key-file instead.",
  },
  apiKeyFile: { type: 'text', value: 'FILE', help: 'File with the key.' },
  ...reaching,
  ...plain,
});

export const documentsOptions = defineOptions({
  project: { type: 'text', value: 'PROJECT', help: 'Only this project.' },
  kind: { type: 'text', value: 'KIND', help: 'Only this kind, such as spec, tasks or approval.' },
  meta: {
    type: 'text',
    value: 'NAME=VALUE',
    repeatable: true,
    help: 'Only documents with this value, for example status=planned.',
  },
  ...personOptions,
});

const signing = defineOptions({
  data: {
    type: 'text',
    value: 'DIR',
    help: "Folder with the key of this command line (`sallyport devices own`). Default: the platform's data folder.",
  },
});

export const sendOptions = defineOptions({
  ifRev: { type: 'text', value: 'REV', help: 'The rev that you saw. The file is changed only if it still has it.' },
  queue: { type: 'flag', help: 'If the machine is offline, run the command when it is back. Do not wait.' },
  sign: { type: 'flag', help: 'Sign the command with the key of this command line.' },
  ...signing,
  ...personOptions,
});

const narrowing = defineOptions({
  machine: { type: 'text', value: 'MACHINE', help: 'Only this machine, by name or id.' },
  project: { type: 'text', value: 'PROJECT', help: 'Only this project, by name or id.' },
});

const checkout = {
  checkout: {
    type: 'text',
    value: 'NAME',
    help: 'The text in this checkout of the project, where its worktrees have other ones.',
  },
} as const;

export const approvalsOptions = defineOptions({ ...narrowing, ...checkout, ...personOptions });

export const decideOptions = defineOptions({
  message: {
    type: 'text',
    value: 'WORDS',
    short: 'm',
    help: 'What you say to the agent. Needed for reject and revise.',
  },
  yes: {
    type: 'flag',
    help: 'Decide on the text as the relay has it, without showing it and without a question. For scripts.',
  },
  queue: {
    type: 'flag',
    help: 'If the machine is offline, decide when it is back, if the text is still the same. Do not wait.',
  },
  sign: { type: 'flag', help: 'Sign the decision with the key of this command line.' },
  ...narrowing,
  ...checkout,
  ...signing,
  ...personOptions,
});

const starting = defineOptions({
  project: { type: 'text', value: 'PROJECT', help: 'The project to start in. Default: the home folder.' },
  cwd: { type: 'text', value: 'FOLDER', help: 'A folder in the project, or in the home folder.' },
  sign: {
    type: 'flag',
    help: 'Sign with the key of this command line, also where the policy of the machine wants no signature.',
  },
  ...signing,
  ...personOptions,
});

export const execOptions = defineOptions({
  machine: { type: 'text', value: 'MACHINE', help: 'The machine, by name or id. Needed if there are several.' },
  line: { type: 'text', value: 'LINE', short: 'c', help: 'Run a line in the shell there, in place of a program.' },
  timeout: {
    type: 'integer',
    value: 'SECONDS',
    default: 60,
    min: 1,
    max: limits.runSecondsMax,
    help: 'How long it may take.',
  },
  stdin: { type: 'flag', help: 'Read all of stdin first, and give it to the program.' },
  ...starting,
});

const plainly = defineOptions({
  plain: { type: 'flag', help: 'Type in the clear, also at a machine that is known to seal: the relay reads it.' },
});

export const attachOptions = defineOptions({ ...plainly, ...signing, ...personOptions });

export const openOptions = defineOptions({
  title: { type: 'text', value: 'TITLE', help: 'What the terminal is called in lists.' },
  ...plainly,
  ...starting,
});

export const stopOptions = defineOptions({
  sign: {
    type: 'flag',
    help: 'Sign with the key of this command line, also where the policy of the machine wants no signature.',
  },
  ...signing,
  ...personOptions,
});

export const sessionsOptions = defineOptions({
  machine: { type: 'text', value: 'MACHINE', help: 'Only this machine, by name or id.' },
  all: { type: 'flag', help: 'Also those that have ended.' },
  ...personOptions,
});

export const recordingsOptions = defineOptions({
  machine: { type: 'text', value: 'MACHINE', help: 'Only this machine, by name or id.' },
  speed: {
    type: 'integer',
    value: 'TIMES',
    default: 1,
    min: 1,
    max: 100,
    help: 'With `play`: how many times as fast as it was.',
  },
  ...personOptions,
});

export const signOptions = defineOptions({
  ifRev: { type: 'text', value: 'REV', help: 'The rev that you saw.' },
  expiresInSeconds: {
    type: 'integer',
    value: 'N',
    default: limits.commandExpiryMs / 1000,
    min: 1,
    max: limits.commandExpiryMsMax / 1000,
    help: 'How long the signature is valid.',
  },
  ...signing,
  ...personOptions,
});

export const uninstallOptions = defineOptions({
  machine: {
    type: 'flag',
    help: 'Also remove this machine at its relay, with all documents that are kept there of it.',
  },
  yes: { type: 'flag', help: 'Remove it without a question.' },
  ...reaching,
  ...common,
});

export const updateOptions = defineOptions({
  check: { type: 'flag', help: 'Compare this version with the newest release. Nothing is installed.' },
  releases: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_RELEASES',
    help: 'Address of a releases.json. Without it, nobody is asked.',
  },
  ...reaching,
  ...common,
});

export const doctorOptions = defineOptions({
  url: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_URL',
    help: 'Address of the relay. Default: the one that this machine is linked to.',
  },
  key: { type: 'text', value: 'KEY', env: 'SALLYPORT_KEY', help: "The machine's key. Default: the one of the login." },
  keyFile: { type: 'text', value: 'FILE', help: 'File with the key.' },
  hold: {
    type: 'integer',
    value: 'SECONDS',
    default: limits.holdMs / 1000,
    min: 1,
    max: limits.holdMsMax / 1000,
    help: 'How long a held request is tried. Everything else takes a few seconds.',
  },
  ...reaching,
  ...common,
});

const running = defineOptions({
  url: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_URL',
    help: 'Address of the relay. Default: the one of the last run.',
  },
  key: {
    type: 'text',
    value: 'KEY',
    env: 'SALLYPORT_KEY',
    help: "The machine's key. Others on this machine can see a command line, so use the variable or --key-file instead.",
  },
  keyFile: { type: 'text', value: 'FILE', help: 'File with the key.' },
  ...named,
  ...network,
  watch: {
    type: 'text',
    value: 'HOW',
    choices: ['events', 'poll'],
    default: 'events',
    env: 'SALLYPORT_WATCH',
    help: 'How to find changes. `poll` checks every few seconds; use it for a file system that reports no changes.',
  },
  watches: {
    type: 'integer',
    value: 'COUNT',
    min: 0,
    max: 10_000_000,
    env: 'SALLYPORT_WATCHES',
    help: 'At most so many watches of the system, one for each folder. Default: half of those that a user may have. Folders without one are looked at in turn.',
  },
  agents: {
    type: 'integer',
    value: 'PORT',
    bare: 3000,
    min: 0,
    max: 65535,
    env: 'SALLYPORT_AGENTS',
    help: 'Open a door for agents on this machine: spec-context’s agents wait for decisions there, and links of both tools lead to the app. Only this machine can reach it. While it is open, the dashboards of these tools say that one runs already.',
  },
  logLevel: { type: 'text', value: 'LEVEL', choices: logLevels, default: 'info', help: 'How much to log on stderr.' },
  ...common,
});

export const runOptions = defineOptions({
  ...running,
  service: {
    type: 'text',
    value: 'MANAGER',
    choices: managers,
    help: 'What started the bridge. `sallyport service install` sets it; people need not.',
  },
});

export const serviceOptions = defineOptions({
  ...running,
  lines: {
    type: 'integer',
    value: 'N',
    default: 50,
    min: 0,
    max: 10_000,
    help: 'How many lines `logs` shows of what was logged before.',
  },
  follow: { type: 'flag', short: 'f', help: 'With `logs`: go on with what is logged from now on.' },
});
