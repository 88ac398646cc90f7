/** The title of a Markdown document. */
import { headingText } from '#contract/grammar/lines.ts';
import { shorten } from './shorten.ts';

/** The first heading of level 1, without its marks; undefined if there is none. */
export function titleOf(text: string): string | undefined {
  const words = /^# +(\S.*)$/m.exec(text)?.[1];
  const title = words === undefined ? '' : headingText(words);
  return title === '' ? undefined : shorten(title, 500);
}
