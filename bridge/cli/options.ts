/** The options of `sallyport`, once; each command takes some of them. */
import { defineOptions } from '#contract/options.ts';
import { logLevels } from '../log.ts';

const common = defineOptions({
  data: {
    type: 'text',
    value: 'DIR',
    help: "Folder that the bridge keeps its key, journal and position in; absent, the platform's data folder.",
  },
  json: { type: 'flag', help: 'Print JSON on stdout.' },
  help: { type: 'flag', short: 'h', help: 'Print this and stop.' },
});

/** Of commands that only look at the data folder. */
export const plainOptions = common;

export const projectsOptions = defineOptions({
  dryRun: { type: 'flag', help: 'List exactly what would be uploaded, and what is left out by which rule.' },
  ...common,
});

const reaching = defineOptions({
  name: { type: 'text', value: 'NAME', help: 'What this machine is called; absent, its host name.' },
  ca: {
    type: 'text',
    value: 'FILE',
    env: 'SALLYPORT_CA',
    help: 'Root certificates (PEM) to trust beside those of the system.',
  },
  allowInsecure: { type: 'flag', help: 'Take plain http beyond this machine: key and specs can be read on the way.' },
});

export const loginOptions = defineOptions({ ...reaching, ...common });

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
  ...reaching,
  logLevel: { type: 'text', value: 'LEVEL', choices: logLevels, default: 'info', help: 'How much is told on stderr.' },
  ...common,
});
