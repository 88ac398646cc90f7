/** A recording that is played: what is shown at which time, a place that is sought, and pauses that nobody wants to see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPlayer } from '../../pwa/features/sessions/recording-player.ts';

const text = [
  '{"version":2,"width":60,"height":20}',
  '[0.5,"o","a"]',
  '[1,"o","b"]',
  '[1.5,"r","100x30"]',
  '[2,"o","c"]',
  '[3600,"o","d"]',
  '',
].join('\n');

function open() {
  const shown: string[] = [];
  const at: number[] = [];
  let tick: ((ms: number) => void) | undefined;
  const view = {
    clear: () => void shown.splice(0),
    output: (output: string) => void shown.push(output),
    resize: ({ cols, rows }: { cols: number; rows: number }) => void shown.push(`${cols}x${rows}`),
  };
  const player = createPlayer(view, { moved: (to) => at.push(to), playing: () => undefined }, (run) => {
    tick = run;
    return () => {
      tick = undefined;
    };
  });
  return { player, shown, at, pass: (ms: number) => tick?.(ms), isPlaying: () => tick !== undefined };
}

test('it shows what was shown by then, at the speed that is chosen, and stops at the end', () => {
  const { player, shown, at, pass, isPlaying } = open();
  player.add(text);
  player.end();
  player.play();
  pass(600);
  assert.deepEqual(shown, ['60x20', 'a']);
  player.speed(2);
  pass(600);
  assert.deepEqual(shown, ['60x20', 'a', 'b', '100x30']);
  pass(400);
  // The hour in which nothing happened is over at once.
  pass(100);
  assert.ok((at.at(-1) ?? 0) > 3590, String(at.at(-1)));
  pass(2000);
  assert.deepEqual([shown.join(' '), isPlaying()], ['60x20 a b 100x30 c d', false]);
  player.play();
  assert.deepEqual([shown, isPlaying()], [['60x20'], true]);
});

test('a place that is sought shows the same as if all before had been played, back and forth', () => {
  const { player, shown } = open();
  player.add(text);
  player.seek(2);
  assert.deepEqual(shown, ['60x20', 'ab', '100x30', 'c']);
  player.seek(0.7);
  assert.deepEqual(shown, ['60x20', 'a']);
  player.seek(9000);
  assert.deepEqual(shown, ['60x20', 'a', 'b', '100x30', 'cd']);
});

test('of a recording that is still read, it goes as far as there is, and on with what comes', () => {
  const { player, shown, pass, isPlaying } = open();
  player.add(text.slice(0, 60));
  player.play();
  pass(10_000);
  pass(10_000);
  assert.deepEqual([shown, isPlaying()], [['60x20', 'a'], true]);
  player.add(text.slice(60));
  player.end();
  pass(600);
  assert.deepEqual(shown, ['60x20', 'a', 'b']);
});
