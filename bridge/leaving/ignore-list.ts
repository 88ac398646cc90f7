/** A list in the syntax of .gitignore, compiled with limits, because the author of a project, who may be hostile, writes the list. */
import ignore, { type Ignore } from 'ignore';
import { limits } from '#contract/limits.ts';
import { readSettingFile } from './setting-file.ts';

/** A list: its rules, or why it is refused. `text` differs if the rules may differ. */
export type IgnoreList =
  | { readonly text: string; readonly rules: Pick<Ignore, 'test'> }
  | { readonly text: string; readonly refused: string };

/** The list at a path of the folder `root` (absolute, real); empty if there is no file. */
export async function readIgnoreList(root: string, path: string): Promise<IgnoreList> {
  const read = await readSettingFile(root, path);
  if (read.is === 'refused') return { text: `refused: ${read.why}`, refused: read.why };
  const text = read.is === 'text' ? read.text : '';
  const refused = refusalOf(text);
  return refused === undefined ? { text, rules: forgetful(ignore(strict).add(text)) } : { text, refused };
}

const strict = { allowRelativePaths: false };
/** As many paths as one look at a large project asks about in a moment. */
const rememberedMax = 1000;

/** The package remembers its answer for each path, as long as it lives: of a large project that is more than its documents weigh. */
function forgetful(rules: Ignore): Pick<Ignore, 'test'> {
  let now = rules;
  let asked = 0;
  return {
    test: (path) => {
      asked += 1;
      if (asked % rememberedMax === 0) now = ignore(strict).add(now);
      return now.test(path);
    },
  };
}

/** Each rule is a regular expression that is tried on each path, so the number of rules and of their stars must be limited. */
function refusalOf(text: string): string | undefined {
  const rules = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (rules.length > limits.ignoreRulesMax) return `it has more than ${limits.ignoreRulesMax} rules`;
  const heavy = rules.find(isHeavy);
  return heavy === undefined ? undefined : `the rule "${heavy.trim().slice(0, 60)}" has too many stars or is too long`;
}

function isHeavy(rule: string): boolean {
  const segments = rule.trim().split('/');
  const starred = segments.some((segment) => segment !== '**' && segment.split('*').length > 4);
  return starred || rule.length > 1000 || segments.filter((segment) => segment === '**').length > 4;
}
