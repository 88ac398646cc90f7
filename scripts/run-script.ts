/** The frame of a script that people start: its options, its help, and the sentence and exit code of what cannot be. */
import { helpText, type OptionTable, type OptionValues, parseOptions, UsageError } from '#contract/options.ts';
import { VERSION } from '#contract/version.ts';
import { StartRefused } from '../api/listen.ts';

/** Runs a script on this process's command line and sets the exit code: that of `run`, 2 for a command line that does not fit, 1 for a start that is refused. */
export async function runScript<Table extends OptionTable & { readonly help: { readonly type: 'flag' } }>(
  options: Table,
  help: { readonly usage: string; readonly about: string; readonly examples?: readonly string[] },
  run: (values: OptionValues<Table>, words: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    if (process.argv.includes('--version')) {
      console.log(VERSION);
      return;
    }
    const { values, positionals } = parseOptions(options, process.argv.slice(2), process.env);
    if ((values as { readonly help: boolean }).help) console.log(helpText(options, help, process.stdout.columns));
    else process.exitCode = await run(values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof StartRefused)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
