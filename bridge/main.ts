/** The command `sallyport`: `npm run bridge -- …`. */
import { closest, helpText, type OptionTable, parseOptions, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { audit } from './cli/audit.ts';
import { completion } from './cli/completion.ts';
import { devices } from './cli/devices.ts';
import { exitCodes } from './cli/exit-codes.ts';
import { login, logout } from './cli/login.ts';
import {
  completionOptions,
  devicesOptions,
  documentsOptions,
  loginOptions,
  personOptions,
  plainOptions,
  projectsOptions,
  runOptions,
  sendOptions,
  signOptions,
} from './cli/options.ts';
import { printLine } from './cli/output.ts';
import { documents, machines, send, sign, tail } from './cli/person.ts';
import { projects } from './cli/projects.ts';
import { run } from './cli/run.ts';
import { configShow, status } from './cli/status.ts';

interface Command {
  readonly usage: string;
  readonly about: string;
  readonly options: OptionTable;
  readonly start: (argv: readonly string[]) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  run: {
    usage: 'sallyport run [options] [PROJECT…]',
    about: 'Watches projects, uploads what changes, and does what people ask for, until it is stopped.',
    options: runOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(runOptions, argv, process.env);
      return await run(values, positionals, process.env);
    },
  },
  projects: {
    usage: 'sallyport projects [add|ls|rm] [FOLDER…]  |  sallyport projects --dry-run [PROJECT…]',
    about: 'The projects of a run that names none; and exactly what would be uploaded.',
    options: projectsOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(projectsOptions, argv, process.env);
      return await projects(values, positionals, process.env);
    },
  },
  login: {
    usage: 'sallyport login URL [options]',
    about: 'Asks a relay to let this machine in: shows a code to type where you are signed in, and keeps the key.',
    options: loginOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(loginOptions, argv, process.env);
      return await login(values, positionals, process.env);
    },
  },
  logout: {
    usage: 'sallyport logout [options]',
    about: 'Forgets the key of this machine.',
    options: plainOptions,
    start: async (argv) => await logout(parseOptions(plainOptions, argv, process.env).values, process.env),
  },
  machines: {
    usage: 'sallyport machines [options]',
    about: 'The machines of a relay, with an API key.',
    options: personOptions,
    start: async (argv) => await machines(parseOptions(personOptions, argv, process.env).values, process.env),
  },
  documents: {
    usage: 'sallyport documents MACHINE [options]',
    about: 'The documents of a machine.',
    options: documentsOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(documentsOptions, argv, process.env);
      return await documents(values, positionals, process.env);
    },
  },
  send: {
    usage: 'sallyport send MACHINE KIND [name=value …] [options]',
    about: 'Sends a command and waits until it has ended.',
    options: sendOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(sendOptions, argv, process.env);
      return await send(values, positionals, process.env);
    },
  },
  sign: {
    usage: 'sallyport sign MACHINE KIND [name=value …] [options]',
    about: 'Prints the body of a signed command, for curl.',
    options: signOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(signOptions, argv, process.env);
      return await sign(values, positionals, process.env);
    },
  },
  tail: {
    usage: 'sallyport tail [MACHINE] [options]',
    about: 'What happens, as it happens.',
    options: personOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(personOptions, argv, process.env);
      return await tail(values, positionals, process.env);
    },
  },
  devices: {
    usage: 'sallyport devices [ls|own|pin KEY|unpin KEY] [options]',
    about: 'Devices whose signed commands this machine takes; "own" shows the key of this command line.',
    options: devicesOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(devicesOptions, argv, process.env);
      return await devices(values, positionals, process.env);
    },
  },
  audit: {
    usage: 'sallyport audit [ls|verify [FILE]] [options]',
    about: "What was done on this machine; whether its log, or an export of the relay's, is as it was written.",
    options: plainOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(plainOptions, argv, process.env);
      return await audit(values, positionals, process.env);
    },
  },
  status: {
    usage: 'sallyport status [options]',
    about: 'Whether a bridge runs on this machine and is connected.',
    options: plainOptions,
    start: async (argv) => await status(parseOptions(plainOptions, argv, process.env).values, process.env),
  },
  completion: {
    usage: 'sallyport completion bash|zsh|fish',
    about: 'Prints a script that completes commands and options in a shell, as: source <(sallyport completion bash)',
    options: completionOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(completionOptions, argv, process.env);
      return completion(positionals, commands, values.json);
    },
  },
  config: {
    usage: 'sallyport config show [options]',
    about: 'What holds for a run, and where it is kept.',
    options: plainOptions,
    start: async (argv) => {
      const { values, positionals } = parseOptions(plainOptions, argv, process.env);
      if (positionals.join(' ') !== 'show') throw new UsageError('config takes: show.');
      return await configShow(values, process.env);
    },
  },
};

// Whoever read us may be gone: that must not keep a bridge from ending in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
if (process.connected) process.disconnect?.();
// Whatever still keeps the process alive (a command in mid-work, a socket) has had its time.
setTimeout(() => process.exit(), 300).unref();

async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof UsageError || error instanceof Problem) console.error(error.message);
    else console.error(error);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    printLine(overview());
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  if (name === '--version') {
    printLine(VERSION);
    return exitCodes.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(unknown(name));
  if (rest.includes('--help') || rest.includes('-h')) {
    printLine(helpText(command.options, command));
    return exitCodes.ok;
  }
  return await command.start(rest);
}

function unknown(name: string): string {
  const nearest = closest(name, Object.keys(commands));
  return `There is no command ${name}${nearest === undefined ? '; --help lists all' : `; did you mean ${nearest}?`}`;
}

function overview(): string {
  const lines = Object.values(commands).map(({ usage, about }) => `  ${usage}\n      ${about}`);
  return [
    'Sallyport on the command line: the bridge of this machine, and what a person does.',
    '',
    ...lines,
    '',
    'Each takes --help.',
  ].join('\n');
}
