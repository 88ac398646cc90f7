/** `sallyport completion`: prints a shell script that completes commands and options, generated from the tables that parse them. */
import { flagOf, type OptionTable, UsageError } from '#contract/options.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { printJson, printLines } from './output.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

type Commands = Readonly<Record<string, { readonly about: string; readonly options: OptionTable }>>;

/** Prints the script of a shell, or with `json` the words. Throws a UsageError. */
export function completion(words: readonly string[], commands: Commands, json: boolean): number {
  const [shell, ...more] = words;
  if (json && shell === undefined) {
    printJson(Object.fromEntries(Object.entries(commands).map(([name, { options }]) => [name, flagsOf(options)])));
    return exitCodes.ok;
  }
  if (more.length > 0 || !isShell(shell)) throw new UsageError(`completion takes one of ${shells.join(', ')}.`);
  printLines(shell === 'fish' ? forFish(commands) : forBash(commands, shell));
  return exitCodes.ok;
}

function isShell(word: string | undefined): word is Shell {
  return shells.some((shell) => shell === word);
}

function flagsOf(options: OptionTable): string[] {
  return Object.keys(options).map(flagOf);
}

/** After a command, its options; for other words, files. */
function forBash(commands: Commands, shell: 'bash' | 'zsh'): string {
  const cases = Object.entries(commands).map(
    ([name, { options }]) => `    ${name}) words="${flagsOf(options).join(' ')}" ;;`,
  );
  const lines = [
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_sallyport() {',
    '  local word="$2" words="" command=$(set -- $COMP_LINE; echo "$2")',
    '  case "$command" in',
    ...cases,
    '  esac',
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${Object.keys(commands).join(' ')}"; fi`,
    '  case "$COMP_CWORD$word" in',
    '    1*|*-*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;',
    '    *) COMPREPLY=($(compgen -f -- "$word")) ;;',
    '  esac',
    '}',
    'complete -F _sallyport sallyport',
  ];
  return lines.join('\n');
}

function forFish(commands: Commands): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return Object.entries(commands)
    .flatMap(([name, { about, options }]) => [
      `complete -c sallyport -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
      ...Object.entries(options).map(
        ([option, { help }]) =>
          `complete -c sallyport -n '__fish_seen_subcommand_from ${name}' -l ${flagOf(option).slice(2)} -d ${quoted(help)}`,
      ),
    ])
    .join('\n');
}
