/** The acceptance criteria of a requirements.md, by the numbers that tasks refer to them with. Pure. */
import { readLines } from './lines.ts';

export interface Criterion {
  /** `1.3`: the third criterion of requirement 1; `1` for the requirement itself. */
  readonly id: string;
  /** The words of the criterion, or the title of the requirement. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** `### Requirement 1: Words`, or as many real files have it, `### 1. Words`. */
const requirement = /^(?:Requirement\s+(?=\d+\b)|(?=\d+\.\s))(\d+)[:.\s–—-]*(.*)$/i;
const numbered = /^ {0,3}(\d{1,4})[.)]\s+(\S.*)$/;

/** What a reference means: the criterion, else its requirement. */
export function criterionOf(criteria: ReadonlyMap<string, Criterion>, id: string): Criterion | undefined {
  return criteria.get(id) ?? criteria.get(id.split('.')[0] ?? id);
}

/** Every requirement and criterion, by id; the first one of a number counts. */
export function readCriteria(text: string): ReadonlyMap<string, Criterion> {
  const found = new Map<string, Criterion>();
  const add = (id: string, words: string, at: number) => {
    if (!found.has(id)) found.set(id, { id, text: words, line: at + 1 });
  };
  let current: string | undefined;
  let isCriteria = false;
  for (const [at, { text: line, fenced, heading }] of readLines(text).entries()) {
    if (fenced) continue;
    if (heading !== undefined) {
      const [, number, title = ''] = requirement.exec(heading) ?? [];
      isCriteria = /^acceptance criteria$/i.test(heading);
      if (number !== undefined) {
        current = number;
        add(number, title.trim() || heading, at);
      } else if (!isCriteria) current = undefined;
    } else if (isCriteria && current !== undefined) {
      const [, number, words = ''] = numbered.exec(line) ?? [];
      if (number !== undefined) add(`${current}.${number}`, words.trim(), at);
    }
  }
  return found;
}
