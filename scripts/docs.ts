/** `npm run docs`: writes the tables of docs/ that are made from declarations, each between `<!-- name -->` and `<!-- /name -->`. test/repo/docs.test.ts fails where one is out of date. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { limitText } from '#contract/limit-text.ts';
import { limits } from '#contract/limits.ts';
import { flagOf, type OptionTable } from '#contract/options.ts';
import { apiOptions } from '../api/config.ts';
import { shardKeyNotes } from '../api/store/redis/layout.ts';

const root = join(import.meta.dirname, '..');

/** What one caller can cost the others at most, in the order of docs/security.md. */
const budgets: readonly (keyof typeof limits)[] = [
  'requestBytesMax',
  'textCommandBytesMax',
  'bodyBytesPerNetworkMax',
  'bodyBytesOfStrangersMax',
  'bodyBytesPerCallerMax',
  'bodyBytesMax',
  'jsonDepthMax',
  'jsonKeyLengthMax',
  'jsonKeysMax',
  'strangerBodyMsMax',
  'headersMsMax',
  'requestMsMax',
  'requestsPerMinuteMax',
  'streamsPerPersonMax',
  'heldSharesPerOrganisation',
  'helloPerMinuteMax',
  'signInFailuresPerMinuteMax',
  'commandsQueuedMax',
  'commandsQueuedPerPersonMax',
  'queuedBytesPerPersonMax',
  'commandsKeptPerPersonMax',
  'keptBytesPerPersonMax',
  'commandsKeptMax',
  'keptBytesMax',
  'resultBytesMax',
  'auditEntriesMax',
  'signInLinksPerHourMax',
  'doorActsPerDayMax',
  'doorActsOfAdminPerDayMax',
  'keysPerPersonMax',
  'sessionsPerPersonMax',
  'waysPerPersonMax',
  'deviceKeysPerPersonMax',
  'deviceKeysMax',
  'deviceKeyActsPerDayMax',
  'recordsPerPersonMax',
  'recordsPerOrganisationMax',
  'recordsPerMemberMax',
  'recordsPerMachineMax',
  'recordBytesPerMachineMax',
  'recordMetaBytesMax',
  'noticesPerMachineMax',
  'noticesPerSenderMax',
  'membersMax',
  'invitationsMax',
  'machinesMax',
  'organisationsMax',
  'deviceRequestsPerNetworkMax',
  'deviceRequestsAlarm',
  'deviceTriesMax',
];

/** What fills a disk, for whoever sizes one. */
const keptBudgets: readonly (keyof typeof limits)[] = [
  'machinesMax',
  'documentsPerMachineMax',
  'documentBodyBytesMax',
  'blobKeptMs',
  'logEntriesMax',
  'commandKeptMs',
  'keptBytesPerPersonMax',
  'keptBytesMax',
  'auditEntriesMax',
  'auditKeptMs',
  'machineKeptMs',
];

/** What stands between the marks of each name, by file. */
const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/security.md': { budgets: await budgetTable(budgets) },
  'docs/operations.md': {
    'what is kept': await budgetTable(keptBudgets),
    'options of the relay': optionTable(apiOptions),
    'keys of a shard': table(
      ['key', 'what it holds'],
      Object.entries(shardKeyNotes).map(([name, note]) => [`\`${name}\``, note]),
    ),
  },
};

if (import.meta.main) {
  for (const file of Object.keys(tables)) await writeFile(join(root, file), await withTables(file));
}

/** The files that have tables. */
export const filesWithTables = Object.keys(tables);

/** A file's text with its tables as they ought to be. Throws where a mark is missing. */
export async function withTables(file: string): Promise<string> {
  let text = await readFile(join(root, file), 'utf8');
  for (const [name, content] of Object.entries(tables[file] ?? {})) {
    const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`${file} has no marks for "${name}"`);
    text = `${text.slice(0, from)}${start}\n${content}\n${text.slice(to)}`;
  }
  return text;
}

/** The reasons are the comments of limits.ts. */
async function budgetTable(names: readonly (keyof typeof limits)[]): Promise<string> {
  const source = await readFile(join(root, 'api/contract/limits.ts'), 'utf8');
  const rows = names.map((name) => {
    const before = source.slice(0, source.search(new RegExp(`^  ${name}:`, 'm')));
    const [, reason = ''] = /\/\*\* ((?:(?!\*\/).)*) \*\/\n(?: {2}\w+:[^\n]*\n)*$/.exec(before) ?? [];
    return [`\`${name}\``, limitText(name, limits[name]), reason];
  });
  return table(['limit', 'value', 'what it is for'], rows);
}

function optionTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, option]) => {
    const value = 'value' in option && option.value !== undefined ? ` ${option.value}` : '';
    const fallback = 'default' in option && option.default !== undefined ? `\`${option.default}\`` : '';
    const env = 'env' in option && option.env !== undefined ? `\`${option.env}\`` : '';
    return [`\`${flagOf(name)}${value}\``, env, fallback, option.help];
  });
  return table(['option', 'variable', 'default', 'what it does'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
