/** What a person writes about a text before they decide: where a comment belongs, where it goes when the text moves, and how a comparison is folded. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTexts } from '#contract/text-diff.ts';
import {
  commentId,
  foldLines,
  lineAt,
  lineOfComment,
  linesOf,
  moveReview,
  type OwnComment,
  parseReview,
  quoteOf,
  type Review,
  toComments,
} from '../../pwa/features/approval/review.ts';

const text = '# Design\n\nWait 5 minutes.\nThen **give up** for good.\n\n## Limits\n\nWait 5 minutes.\n';
const at = (words: string, from = 0) => {
  const start = text.indexOf(words, from);
  return { text: words, start, end: start + words.length };
};
const own = (comment: string, quote?: OwnComment['quote']): OwnComment => ({
  id: 'comment_1_abcdefghi',
  comment,
  at: '2026-01-22T12:56:03.491Z',
  ...(quote === undefined ? {} : { quote }),
});
const review = (...comments: OwnComment[]): Review => ({ fileRev: 'old', words: 'Nearly there', comments });

test('a selection is quoted as it stands in the file; what the file writes in another way takes its lines', () => {
  assert.deepEqual(quoteOf(text, 3, 4, '5 minutes'), at('5 minutes'));
  assert.deepEqual(quoteOf(text, 8, 8, ' 5 minutes.\n'), at('5 minutes.', 40), 'the second one, by its lines');
  assert.deepEqual(quoteOf(text, 4, 4, 'give up for'), at('give up** for'), 'read over emphasis');
  assert.deepEqual(quoteOf(text, 3, 4, 'minutes. Then give'), at('minutes.\nThen **give'), 'and over a line break');
  assert.deepEqual(quoteOf(text, 4, 4, '(a+)+$ [x'), at('Then **give up** for good.'), 'words that are not there');
  assert.deepEqual(quoteOf(text, 3, 4, ''), at('Wait 5 minutes.\nThen **give up** for good.'));
  assert.equal(quoteOf(text, 2, 2, ''), undefined, 'an empty line has no words');
  assert.equal(linesOf(text, 99, 99), undefined);
});

test('offsets count UTF-16 units, and line ends of Windows are no part of a line', () => {
  const windows = 'Ein 🦊 läuft\r\nweiter\r\n';
  const quote = quoteOf(windows, 1, 1, 'läuft');
  assert.deepEqual(quote, { text: 'läuft', start: 7, end: 12 });
  assert.deepEqual(linesOf(windows, 1, 1), { text: 'Ein 🦊 läuft', start: 0, end: 12 });
  const both = linesOf(windows, 1, 2);
  assert.equal(both?.text, windows.slice(both?.start, both?.end));
  assert.deepEqual([lineAt(windows, 0), lineAt(windows, 13), lineAt(windows, 14)], [1, 1, 2]);
});

test('comments follow their words to a new text, to the nearest of several, and keep their quote when it is gone', () => {
  const longer = `# Design\n\nA new paragraph.\n${text.slice(10).replace('give up', 'stop')}`;
  const moved = moveReview(
    review(own('2, not 5', at('5 minutes', 40)), own('Why?', at('give up')), own('Good')),
    'new',
    longer,
  );
  const [kept, gone, general] = moved.comments;
  assert.equal(kept?.quote?.start, longer.lastIndexOf('5 minutes'));
  assert.equal(longer.slice(kept?.quote?.start, kept?.quote?.end), '5 minutes');
  assert.deepEqual([gone?.quote, gone?.comment], [undefined, '“give up”: Why?']);
  assert.deepEqual(general, own('Good'));
  assert.deepEqual([moved.fileRev, moved.words], ['new', 'Nearly there']);
  assert.equal(moveReview(moved, 'new', ''), moved, 'of the same text nothing moves');
});

test('a draft of another release is no review, and nothing is thrown', () => {
  const empty = { fileRev: 'now', words: '', comments: [] };
  for (const kept of [undefined, '', 'null', '[]', '{"words":1,"comments":[]}', '{"words":""}'])
    assert.deepEqual(parseReview(kept, 'now'), empty, String(kept));
  const mine = review(own('Good'));
  assert.deepEqual(parseReview(JSON.stringify(mine), 'now'), mine);
});

test('a decision sends comments in the shape of the tool', () => {
  assert.match(commentId(1_769_086_563_491), /^comment_1769086563491_[0-9a-z]{9}$/);
  const [selection, general] = toComments([own('2, not 5', at('5 minutes')), own('Good')]);
  assert.deepEqual(selection, {
    type: 'selection',
    comment: '2, not 5',
    timestamp: '2026-01-22T12:56:03.491Z',
    id: 'comment_1_abcdefghi',
    selectedText: '5 minutes',
    startOffset: at('5 minutes').start,
    endOffset: at('5 minutes').end,
  });
  assert.deepEqual(Object.keys(general ?? {}), ['type', 'comment', 'timestamp', 'id']);
});

test('comments of other tools are found by their words, then by their line', () => {
  const said = { type: 'selection', comment: 'x' } as const;
  assert.equal(lineOfComment(text, { ...said, selectedText: 'give up', startOffset: 0 }), 4);
  assert.equal(lineOfComment(text, { ...said, selectedText: '5 minutes', startOffset: 60 }), 8);
  assert.equal(lineOfComment(text, { ...said, startLine: 6, endLine: 6 }), 6, 'of VS Code, without words');
  assert.equal(lineOfComment(text, { ...said, selectedText: 'no longer there', startLine: 6 }), undefined);
  assert.equal(lineOfComment(text, { type: 'general', comment: 'x' }), undefined);
});

test('a comparison is folded to its changes with three lines around, under the heading that they stand under', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  lines[4] = '## Storage';
  lines[19] = '## Limits ##x';
  const before = `${lines.join('\n')}\n`;
  const after = before.replace('line 11\n', 'line eleven\n').replace('line 25\n', '');
  const folds = foldLines(diffTexts(before, after).chunks[0]?.lines ?? []);
  assert.deepEqual(
    folds.map((fold) =>
      fold.is === 'hunk' ? [fold.heading, fold.added, fold.removed, fold.lines.length] : fold.lines.length,
    ),
    [7, ['Storage', 1, 1, 8], 7, ['Limits ##x', 0, 1, 7], 2],
  );
  assert.deepEqual(
    folds.flatMap((fold) => fold.lines),
    diffTexts(before, after).chunks[0]?.lines,
    'nothing is left out',
  );
  assert.deepEqual(foldLines([]), []);
});

test('10,000 lines are folded at once', () => {
  const many = (word: string) =>
    Array.from({ length: 10_000 }, (_, index) => `${index % 100 === 0 ? word : 'same'} ${index}`).join('\n');
  const { lines = [] } = diffTexts(many('old'), many('new')).chunks[0] ?? {};
  const begun = performance.now();
  const folds = foldLines(lines);
  assert.ok(performance.now() - begun < 1000);
  assert.equal(folds.filter(({ is }) => is === 'hunk').length, 100);
});
