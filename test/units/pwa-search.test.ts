/** Full-text search: what comes first, and which line is shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hitOf } from '../../pwa/features/search/hit.ts';
import { createTextIndex } from '../../pwa/features/search/text-index.ts';

const document = (id: string, title: string, text: string) => ({ id, title, path: `${id}.md`, tags: '', text });

function indexOf(...documents: ReturnType<typeof document>[]) {
  const index = createTextIndex();
  for (const one of documents) index.put(one);
  return (words: string) => index.find(words, 10).map(({ id }) => id);
}

test('a title comes before a heading, and a heading before a text', () => {
  const find = indexOf(
    document('text', 'One', 'Words about a lantern here'),
    document('heading', 'Two', '## Lantern\nother words'),
    document('title', 'Lantern', 'other words'),
  );
  assert.deepEqual(find('lantern'), ['title', 'heading', 'text']);
});

test('the beginning of a word and a missing letter find it; all words must be there', () => {
  const find = indexOf(document('a', 'Harbour master', 'ropes'), document('b', 'Harbour', 'tides'));
  assert.deepEqual(find('harb master'), ['a']);
  assert.deepEqual(find('harbor ropes'), ['a']);
});

test('a changed text is found by its new words alone', () => {
  const index = createTextIndex();
  index.put(document('a', 'One', 'before'));
  index.put(document('a', 'One', 'after'));
  assert.equal(index.find('before', 10).length, 0);
  assert.equal(index.find('after', 10).length, 1);
});

test('binary data and 5 MiB of text leave the index small and quick', () => {
  const index = createTextIndex();
  index.put(document('binary', 'Picture', 'secret\0word'));
  index.put(document('huge', 'Log', `early ${'x'.repeat(5 * 1024 * 1024)} late`));
  assert.equal(index.find('secret', 10).length, 0);
  assert.equal(index.find('early', 10).length, 1);
  assert.equal(index.find('late', 10).length, 0);
});

test('a hit is the line with most words, under its heading, with the words marked', () => {
  const hit = hitOf('# Top\nlight\n## Deep\nA Light <b>house</b>', ['light', 'house']);
  assert.equal(hit?.heading, 'Deep');
  assert.deepEqual(hit?.parts, [
    { text: 'A ', marked: false },
    { text: 'Light', marked: true },
    { text: ' <b>', marked: false },
    { text: 'house', marked: true },
    { text: '</b>', marked: false },
  ]);
});

test('of a huge line only what is around the hit is shown', () => {
  const hit = hitOf(`${'a '.repeat(2000)}needle${' b'.repeat(1_000_000)}`, ['needle']);
  const shown = hit?.parts.map(({ text }) => text).join('') ?? '';
  assert.ok(shown.length < 170 && shown.startsWith('…') && shown.endsWith('…'), shown);
});

test('texts beyond the room are not indexed, which is said, and a removed text makes room', () => {
  const index = createTextIndex(12);
  assert.equal(index.put(document('a', 'One', 'first words')), true);
  assert.equal(index.put(document('b', 'Two', 'second words')), false);
  assert.equal(index.find('second', 10).length, 0);
  assert.equal(index.find('two', 10).length, 1);
  index.remove('a');
  assert.equal(index.put(document('b', 'Two', 'second words')), true);
});
