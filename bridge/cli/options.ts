/** The options of `sallyport`, once; each command takes some of them. */
import { DocumentKind } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { defineOptions } from '#contract/options.ts';
import { logLevels } from '../log.ts';

const plain = defineOptions({
  json: { type: 'flag', help: 'Print JSON on stdout.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

const common = defineOptions({
  data: {
    type: 'text',
    value: 'DIR',
    help: "Folder that the bridge keeps its key, journal and position in; absent, the platform's data folder.",
  },
  ...plain,
});

/** Of a command that looks at nothing. */
export const completionOptions = plain;

/** Of commands that only look at the data folder. */
export const plainOptions = common;

export const auditOptions = defineOptions({
  since: {
    type: 'text',
    value: 'FILE',
    help: 'An earlier export: every log in it has to go on from there, so that nothing was cut off or written anew.',
  },
  ...common,
});

export const projectsOptions = defineOptions({
  dryRun: { type: 'flag', help: 'List exactly what would be uploaded, and what is left out by which rule.' },
  ...common,
});

const reaching = defineOptions({
  ca: {
    type: 'text',
    value: 'FILE',
    env: 'SALLYPORT_CA',
    help: 'Root certificates (PEM) to trust beside those of the system.',
  },
  allowInsecure: { type: 'flag', help: 'Take plain http beyond this machine: key and specs can be read on the way.' },
});

const named = defineOptions({
  name: { type: 'text', value: 'NAME', help: 'What this machine is called; absent, its host name.' },
});

export const loginOptions = defineOptions({
  ...named,
  yes: { type: 'flag', help: 'Keep the key without asking whether the right person let the machine in.' },
  replace: {
    type: 'flag',
    help: 'Get a new key for the machine that this data folder was let in as, in place of another machine; every key that it had ends.',
  },
  pin: {
    type: 'text',
    value: 'FINGERPRINT',
    help: 'Take signed commands of the device that shows this fingerprint under Settings.',
  },
  ...reaching,
  ...common,
});

export const devicesOptions = defineOptions({
  name: { type: 'text', value: 'NAME', help: 'What the pinned device is called here; absent, what it calls itself.' },
  ...reaching,
  ...common,
});

/** Of commands that a person gives, with a key of their own. */
export const personOptions = defineOptions({
  url: { type: 'text', value: 'URL', env: 'SALLYPORT_URL', help: 'Address of the relay.' },
  apiKey: {
    type: 'text',
    value: 'KEY',
    env: 'SALLYPORT_API_KEY',
    help: "A person's API key (others on this machine can see a command line: rather use the variable or --api-key-file).",
  },
  apiKeyFile: { type: 'text', value: 'FILE', help: 'A file that holds the key.' },
  ...reaching,
  ...plain,
});

export const documentsOptions = defineOptions({
  project: { type: 'text', value: 'PROJECT', help: 'Of this project alone.' },
  kind: { type: 'text', value: 'KIND', choices: DocumentKind.options, help: 'Of this kind alone.' },
  meta: { type: 'text', value: 'NAME=VALUE', repeatable: true, help: 'Those whose file says so, as status=planned.' },
  ...personOptions,
});

const signing = defineOptions({
  data: {
    type: 'text',
    value: 'DIR',
    help: "Folder with the key of this command line (`sallyport devices own`); absent, the platform's data folder.",
  },
});

export const sendOptions = defineOptions({
  ifRev: { type: 'text', value: 'REV', help: 'The rev that was seen: the file is left alone where it has another.' },
  queue: { type: 'flag', help: 'Send it also to a machine that is away, to be done when it is back; do not wait.' },
  sign: { type: 'flag', help: 'Sign it with the key of this command line.' },
  ...signing,
  ...personOptions,
});

export const signOptions = defineOptions({
  ifRev: { type: 'text', value: 'REV', help: 'The rev that was seen.' },
  expiresInSeconds: {
    type: 'integer',
    value: 'N',
    default: limits.commandExpiryMs / 1000,
    min: 1,
    max: limits.commandExpiryMsMax / 1000,
    help: 'How long the signature counts.',
  },
  ...signing,
  ...personOptions,
});

export const runOptions = defineOptions({
  url: {
    type: 'text',
    value: 'URL',
    env: 'SALLYPORT_URL',
    help: 'Address of the relay; absent, that of the last run.',
  },
  key: {
    type: 'text',
    value: 'KEY',
    env: 'SALLYPORT_KEY',
    help: "The machine's key (others on this machine can see a command line: rather use the variable or --key-file).",
  },
  keyFile: { type: 'text', value: 'FILE', help: 'A file that holds the key.' },
  ...named,
  ...reaching,
  watch: {
    type: 'text',
    value: 'HOW',
    choices: ['events', 'poll'],
    default: 'events',
    env: 'SALLYPORT_WATCH',
    help: 'How changes are found. `poll` looks every few seconds, for a file system that tells nothing and is not known for it.',
  },
  logLevel: { type: 'text', value: 'LEVEL', choices: logLevels, default: 'info', help: 'How much is told on stderr.' },
  ...common,
});
