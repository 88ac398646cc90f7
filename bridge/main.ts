/** The command `sallyport`: `npm run bridge -- …`. */
import { inspect } from 'node:util';
import { closest, helpText, UsageError, wrapped } from '#contract/options.ts';
import { printableLines } from '#contract/printable.ts';
import { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { Interrupted } from './cli/ask.ts';
import { commands } from './cli/commands.ts';
import { examples } from './cli/examples.ts';
import { printError, printLine, printLines } from './cli/output.ts';
import { fileTrouble } from './data/file-trouble.ts';
import { exitCodes } from './system/exit-codes.ts';

// The reader of our output may be gone. That must not keep a bridge from ending cleanly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exitCode = await main(process.argv.slice(2));
if (process.connected) process.disconnect?.();
// Ends the process even if something (an unfinished command, a socket) still keeps it alive.
setTimeout(() => process.exit(), 300).unref();

async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    if (error instanceof Interrupted) return exitCodes.interrupted;
    const said = error instanceof UsageError || error instanceof Problem ? error.message : fileTrouble(error);
    if (said === undefined) console.error(printableLines(inspect(error)));
    else printError(said);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failure;
  }
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    printLines(overview());
    return name === undefined ? exitCodes.usage : exitCodes.ok;
  }
  if (name === '--version') {
    printLine(VERSION);
    return exitCodes.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(unknown(name));
  // What stands after `--` is for another program.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) {
    printLines(helpText(command.options, { ...command, examples: examples[name] ?? [] }, process.stdout.columns));
    return exitCodes.ok;
  }
  return await command.start(rest);
}

function unknown(name: string): string {
  const nearest = closest(name, Object.keys(commands));
  return `There is no command ${name}${nearest === undefined ? '; --help lists all' : `; did you mean ${nearest}?`}`;
}

function overview(): string {
  const width = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  const lines = Object.values(commands).map(({ usage, about }) =>
    [`  ${usage}`, ...wrapped(about, width, '      ')].join('\n'),
  );
  return [
    'Sallyport on the command line: runs the bridge of this machine, and sends commands as a person.',
    '',
    ...lines,
    '',
    'Every command takes --help.',
  ].join('\n');
}
