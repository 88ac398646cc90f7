/** The commands of `sallyport`: what each is called, takes and runs. */
import { type OptionTable, type OptionValues, parseOptions, UsageError } from '#contract/options.ts';
import { approvals, decide } from './approvals.ts';
import { attach, open } from './attach.ts';
import { audit } from './audit.ts';
import { completion } from './completion.ts';
import { devices } from './devices.ts';
import { doctor } from './doctor.ts';
import { exec } from './exec.ts';
import { keeper } from './keeper.ts';
import { login, logout } from './login.ts';
import { mcp } from './mcp.ts';
import {
  approvalsOptions,
  attachOptions,
  auditOptions,
  completionOptions,
  decideOptions,
  devicesOptions,
  doctorOptions,
  documentsOptions,
  execOptions,
  loginOptions,
  openOptions,
  personOptions,
  plainOptions,
  projectsOptions,
  recordingsOptions,
  runOptions,
  sendOptions,
  serviceOptions,
  sessionsOptions,
  signOptions,
  stopOptions,
  uninstallOptions,
  updateOptions,
} from './options.ts';
import { documents, machines, send, sign, signInLink, tail } from './person.ts';
import { projects } from './projects.ts';
import { recordings } from './recordings.ts';
import { run } from './run.ts';
import { service } from './service.ts';
import { sessions } from './sessions.ts';
import { configShow, status } from './status.ts';
import { stop } from './stop.ts';
import { uninstall } from './uninstall.ts';
import { update } from './update.ts';

export interface Command {
  readonly usage: string;
  readonly about: string;
  readonly options: OptionTable;
  readonly start: (argv: readonly string[]) => Promise<number>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Declares a command. Its `run` gets the parsed options, the other words, the environment, and those of the words that stand after `--`; it resolves to the exit code. */
function command<Table extends OptionTable>(
  usage: string,
  about: string,
  options: Table,
  run: (
    values: OptionValues<Table>,
    words: readonly string[],
    env: Env,
    behind?: readonly string[],
  ) => Promise<number> | number,
): Command {
  const start = async (argv: readonly string[]) => {
    const { values, positionals, behind } = parseOptions(options, argv, process.env);
    return await run(values, positionals, process.env, behind);
  };
  return { usage, about, options, start };
}

/** By name, in the order in which the help lists them. */
export const commands: Readonly<Record<string, Command>> = {
  run: command(
    'sallyport run [options] [PROJECT…]',
    'Watches projects, uploads changes and runs commands until you stop it.',
    runOptions,
    run,
  ),
  projects: command(
    'sallyport projects [add|ls|rm] [FOLDER…]  |  sallyport projects --dry-run [PROJECT…]',
    'Lists, adds or removes the projects to watch, and shows exactly what would be uploaded.',
    projectsOptions,
    projects,
  ),
  login: command(
    'sallyport login URL [options]',
    'Links this machine to a relay: shows a code to enter where you are signed in, and saves the key.',
    loginOptions,
    login,
  ),
  logout: command('sallyport logout [options]', 'Deletes the key of this machine.', plainOptions, (values, _, env) =>
    logout(values, env),
  ),
  machines: command(
    'sallyport machines [options]',
    'Lists the machines of a relay. Needs an API key.',
    personOptions,
    (values, _, env) => machines(values, env),
  ),
  'sign-in-link': command(
    'sallyport sign-in-link [options]',
    'Prints a link that signs in a browser once, within 15 minutes.',
    personOptions,
    (values, _, env) => signInLink(values, env),
  ),
  documents: command(
    'sallyport documents MACHINE [options]',
    'Lists the documents of a machine.',
    documentsOptions,
    documents,
  ),
  send: command(
    'sallyport send MACHINE KIND [name=value …] [options]',
    'Sends a command or a query, and waits for its result.',
    sendOptions,
    send,
  ),
  sign: command(
    'sallyport sign MACHINE KIND [name=value …] [options]',
    'Prints the body of a signed command, for curl.',
    signOptions,
    sign,
  ),
  approvals: command(
    'sallyport approvals [ID] [options]',
    'Lists what waits for a decision on all machines, or shows one approval and what has changed since the text that was decided on last.',
    approvalsOptions,
    approvals,
  ),
  approve: command(
    'sallyport approve ID [-m WORDS] [options]',
    'Shows what has changed, asks, and approves exactly that text.',
    decideOptions,
    (values, words, env) => decide('approve', values, words, env),
  ),
  reject: command(
    'sallyport reject ID -m WORDS [options]',
    'The same, and rejects it.',
    decideOptions,
    (values, words, env) => decide('reject', values, words, env),
  ),
  revise: command(
    'sallyport revise ID -m WORDS [options]',
    'The same, and asks the agent for a revision.',
    decideOptions,
    (values, words, env) => decide('needs-revision', values, words, env),
  ),
  exec: command(
    'sallyport exec [options] -- PROGRAM [ARGUMENT…]',
    'Runs a program on a machine, shows what it writes, and ends with its exit code; 124 where its time was over.',
    execOptions,
    (values, words, env) => exec(values, words, env),
  ),
  open: command(
    'sallyport open [MACHINE] [options] [-- PROGRAM [ARGUMENT…]]',
    'Opens a terminal on a machine and attaches to it. `~.` at the beginning of a line leaves; the terminal goes on.',
    openOptions,
    open,
  ),
  attach: command(
    'sallyport attach TERMINAL [options]',
    'Shows a terminal of a machine here, and types into it. `~.` at the beginning of a line leaves.',
    attachOptions,
    attach,
  ),
  terminals: command(
    'sallyport terminals [options]',
    'Lists the terminals of all machines.',
    sessionsOptions,
    (values, words, env) => sessions('terminal', values, words, env),
  ),
  runs: command('sallyport runs [options]', 'Lists the runs of all machines.', sessionsOptions, (values, words, env) =>
    sessions('run', values, words, env),
  ),
  stop: command('sallyport stop ID [options]', 'Ends a terminal or run.', stopOptions, stop),
  recordings: command(
    'sallyport recordings [play TERMINAL | export TERMINAL [FILE]] [options]',
    'Lists what the machines have recorded of their terminals, plays a recording here, or writes it to a file (asciicast v2).',
    recordingsOptions,
    recordings,
  ),
  tail: command('sallyport tail [MACHINE] [options]', 'Follows events live.', personOptions, tail),
  devices: command(
    'sallyport devices [ls|own|pin KEY|unpin KEY] [options]',
    'Lists, pins and unpins devices whose signed commands this machine accepts. "own" shows the key of this command line.',
    devicesOptions,
    devices,
  ),
  audit: command(
    'sallyport audit [ls|verify [FILE]] [options]',
    'Lists what was done on this machine. "verify" checks that its log, or an export of the relay’s log, was not changed.',
    auditOptions,
    audit,
  ),
  mcp: command(
    'sallyport mcp [FOLDER] [options]',
    'Serves an agent in its project folder by MCP on stdin and stdout: it asks for approvals and hears the decisions. Needs no relay.',
    plainOptions,
    mcp,
  ),
  status: command(
    'sallyport status [options]',
    'Shows whether a bridge is running on this machine and connected.',
    plainOptions,
    (values, _, env) => status(values, env),
  ),
  keeper: command(
    'sallyport keeper [options]',
    'Runs the process that holds terminals and runs. The bridge starts it by itself when it needs it, and it ends by itself.',
    plainOptions,
    (values, _, env) => keeper(values, env),
  ),
  doctor: command(
    'sallyport doctor [options]',
    'Examines the network, the relay, the key and this machine, and says what is wrong and what to do.',
    doctorOptions,
    (values, _, env) => doctor(values, env),
  ),
  service: command(
    'sallyport service install|uninstall|status|logs [PROJECT…] [options]',
    'Has this system start the bridge when you sign in, with the settings that are given here, and says how it goes.',
    serviceOptions,
    service,
  ),
  update: command(
    'sallyport update --check [options]',
    'Says whether there is a newer version, where you name a release address. Installs nothing.',
    updateOptions,
    update,
  ),
  uninstall: command(
    'sallyport uninstall [options]',
    'Removes the service, the bridge’s data and, if you want, this machine at its relay. Shows first what it removes.',
    uninstallOptions,
    uninstall,
  ),
  completion: command(
    'sallyport completion bash|zsh|fish',
    'Prints a completion script for a shell. Use it with: source <(sallyport completion bash)',
    completionOptions,
    (values, words) => completion(words, commands, values.json),
  ),
  config: command(
    'sallyport config show [options]',
    'Shows the effective settings and where they are stored.',
    plainOptions,
    async (values, words, env) => {
      if (words.join(' ') !== 'show') throw new UsageError('config takes only: show.');
      return await configShow(values, env);
    },
  ),
};
