/** LeanSpec's settings of a project. */
import { parse as parseYaml } from 'yaml';
import { readSettingFile } from '../leaving/setting-file.ts';
import type { Finding } from './finding.ts';

export const configFiles: readonly string[] = ['.lean-spec/config.json', '.lean-spec/config.yaml'];

export interface ConfigRead {
  readonly is: 'absent' | 'read' | 'refused';
  readonly config: Readonly<Record<string, unknown>>;
  /** Settings that were refused; the defaults apply. */
  readonly findings: readonly Finding[];
}

/** The first of the settings files that is there. */
export async function readConfig(root: string): Promise<ConfigRead> {
  for (const file of configFiles) {
    const read = await readSettingFile(root, file);
    if (read.is === 'text') return { is: 'read', config: parseConfig(read.text), findings: [] };
    if (read.is === 'refused') return { is: 'refused', config: {}, findings: [settingsRefused(file, read.why)] };
  }
  return { is: 'absent', config: {}, findings: [] };
}

function settingsRefused(file: string, why: string): Finding {
  return {
    topic: 'settings-refused',
    title: `${file} is not read (${why}); LeanSpec's defaults stand in.`,
    hint: 'Make it a plain file of at most 64 KiB, reached through no link.',
  };
}

/** The settings in a text; empty for one that cannot be parsed. */
export function parseConfig(text: string): Record<string, unknown> {
  try {
    const config: unknown = text.trimStart().startsWith('{')
      ? JSON.parse(text)
      : parseYaml(text, { maxAliasCount: 10, uniqueKeys: false });
    return typeof config === 'object' && config !== null ? (config as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The settings under a name; empty if there are none. */
export function recordAt(config: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = config[name];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The name of each spec's main file where no setting says another one. */
export const defaultMainFile = 'README.md';

/** The name of each spec's main file. */
export function mainFileOf(structure: Readonly<Record<string, unknown>>): string {
  const named = structure.defaultFile ?? structure.default_file;
  return typeof named === 'string' && /^[^/\\]+\.md$/i.test(named) ? named : defaultMainFile;
}
