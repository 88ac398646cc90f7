/** Conditions of which people are notified: what each says as a notice of its own, of the topic that its bridge names. */
import type { Condition } from '#contract/condition.ts';
import type { NoticeSaid } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import type { NoticeWord } from '../notices.ts';

/** What they say now; nothing any more of those that a bridge has told `before` alone. */
export function conditionWords(
  before: readonly Condition[] = [],
  now: readonly Condition[] = [],
): readonly NoticeWord[] {
  const said = new Map<string, NoticeSaid | undefined>();
  for (const one of before) if (one.notice !== undefined) said.set(keyOf(one), undefined);
  for (const one of now) if (one.notice !== undefined) said.set(keyOf(one), noticeOf(one, one.notice));
  return [...said].map(([key, word]) => ({ item: 'condition', key, said: word, scope: 'read' }));
}

function keyOf({ topic, project }: Condition): string {
  return project === undefined ? topic : `${topic} ${project}`;
}

/** A condition may be longer than the title of a notice: then it begins the text. */
function noticeOf({ title, hint }: Condition, topic: string): NoticeSaid {
  const { noticeTitleLengthMax: titleMax, noticeTextLengthMax: textMax } = limits;
  const text = title.length > titleMax ? `${title} ${hint}` : hint;
  return { topic, title: printable(title, titleMax), text: printable(text, textMax) };
}
