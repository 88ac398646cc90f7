/** Whose size a terminal has that several people have open on their command lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWindowSize, type Size, sizeHere } from '../../bridge/cli/window-size.ts';

test('who types has their size in the terminal, also where what they typed before did not come there', () => {
  const said: Size[] = [];
  let here: Size = [100, 30];
  const window = createWindowSize({ here: () => here, say: (size) => said.push(size) });
  window.told([80, 24]);
  window.resized();
  assert.deepEqual(said, [], 'who only looks resizes nobody');
  window.typing();
  window.typing();
  here = [90, 30];
  window.resized();
  assert.deepEqual(said.splice(0), [
    [100, 30],
    [90, 30],
  ]);
  window.told([90, 30]);
  window.told([80, 24]);
  here = [70, 30];
  window.resized();
  assert.deepEqual(said, [], 'somebody else types now');
  window.typing();
  window.lost();
  window.typing();
  assert.deepEqual(said.splice(0), [
    [70, 30],
    [70, 30],
  ]);
});

test('where there is no window nobody is resized', () => {
  const said: Size[] = [];
  const window = createWindowSize({ here: () => undefined, say: (size) => said.push(size) }, [80, 24]);
  window.told([100, 30]);
  window.typing();
  assert.deepEqual(said, []);
});

test('a window that does not know its size opens a terminal of the usual one', () => {
  assert.deepEqual(sizeHere({ columns: 0, rows: 0 }), [80, 24]);
  assert.deepEqual(sizeHere({}), [80, 24]);
  assert.deepEqual(sizeHere({ columns: 132, rows: 50 }), [132, 50]);
});
