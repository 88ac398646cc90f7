/** What is typed over a slow line shows at once where the program echoes it: never a password, never over another prompt, and not for longer than the program agrees. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEchoPrediction } from '../../pwa/features/sessions/echo-prediction.ts';

/** A terminal of one program: what it shows, and what is typed into it on the way. */
function open({ cols = 40, prompt = '$ ' } = {}) {
  const echo = createEchoPrediction();
  const rows = [''];
  let [row, column, now] = [0, 0, 0];
  /** Cells of a row: a wide character and an empty cell. */
  const cellsOf = (text: string) => [...text].flatMap((one) => (/[漢字]/.test(one) ? [one, ''] : [one]));
  const shown = () => ({
    ...{ row, column, cols },
    cells: (at: number, from: number, to: number) =>
      cellsOf(rows[at] ?? '')
        .slice(from, to)
        .join(''),
  });
  const write = (text: string) => {
    for (const one of text) {
      if (one === '\n') {
        row += 1;
        rows[row] = '';
      } else if (one === '\b') rows[row] = [...(rows[row] ?? '')].slice(0, -1).join('');
      else rows[row] += one;
    }
    column = cellsOf(rows[row] ?? '').length;
    echo.heard(shown(), now);
  };
  write(prompt);
  return {
    write,
    echo,
    type: (text: string) => {
      for (const one of text) {
        now += 100;
        echo.typed(one, shown(), now);
      }
    },
    pass: (ms: number) => {
      now += ms;
      echo.passed(now);
    },
    /** The predicted text and the column of the cursor. */
    told: () => {
      const told = echo.told();
      return told && [told.text, told.column, told.cursor];
    },
  };
}

test('nothing shows before the program has echoed, and then what is under way does', () => {
  const { type, write, told } = open();
  type('gi');
  assert.equal(told(), undefined);
  write('g');
  assert.deepEqual(told(), ['i', 3, 4]);
  type('t st');
  assert.deepEqual(told(), ['it st', 3, 8]);
  write('it s');
  assert.deepEqual(told(), ['t', 7, 8]);
  write('t');
  assert.equal(told(), undefined);
});

test('a password never shows: not after a line that was echoed, not typed ahead of its prompt, not after a pause', () => {
  const { type, write, told, pass } = open();
  type('sudo x');
  write('sudo ');
  assert.deepEqual(told(), ['x', 7, 8]);
  type('\rse');
  assert.deepEqual(told(), ['x', 7, 8]);
  write('x\nPassword: ');
  type('cret');
  assert.equal(told(), undefined);
  pass(5000);
  type('more');
  assert.equal(told(), undefined);
  write('\n$ ');
  type('ls');
  assert.equal(told(), undefined);
});

test('an echo of the line before is no echo of this prompt, also where all comes at once', () => {
  const { type, write, told } = open();
  type('aaa\r');
  write('a');
  type('aa');
  write('a');
  write('a\nPassword: ');
  type('aa');
  assert.equal(told(), undefined);
  const all = open();
  all.type('aaa\r');
  all.write('aaa\nPassword: ');
  all.type('aaaa');
  assert.equal(all.told(), undefined);
});

test('a program that shows something else, or nothing more, takes back what was predicted', () => {
  const { type, write, told, pass } = open();
  type('ab');
  write('a');
  assert.deepEqual(told(), ['b', 3, 4]);
  write('X');
  assert.equal(told(), undefined);
  type('cd');
  write('cd');
  assert.equal(told(), undefined, 'the program was wrong a moment ago');
  pass(5000);
  type('ef');
  write('e');
  assert.deepEqual(told(), ['f', 7, 8]);
  pass(5000);
  assert.equal(told(), undefined, 'the echo was switched off in mid-line');
});

test('another prompt that comes by itself ends what was known', () => {
  const { type, write, told } = open();
  type('l');
  write('l');
  type('s');
  assert.deepEqual(told(), ['s', 3, 4]);
  write('\nPassword: ');
  assert.equal(told(), undefined);
  type('abc');
  assert.equal(told(), undefined);
});

test('Backspace shows at once, of what is there and of what is under way, and of nothing else', () => {
  const { type, write, told } = open();
  type('abc');
  write('abc');
  type('\x7f');
  assert.deepEqual(told(), [' ', 4, 4]);
  type('d');
  assert.deepEqual(told(), ['d', 4, 5]);
  type('e\x7f\x7f');
  assert.deepEqual(told(), [' ', 4, 4]);
  write('\b');
  assert.equal(told(), undefined);
  write('de\b\b');
  assert.equal(told(), undefined);
  type('\x7f\x7f');
  assert.deepEqual(told(), ['  ', 2, 2]);
  type('\x7fx');
  assert.deepEqual(told(), ['  ', 2, 2], 'what lies before is not known');
});

test('wide characters take two cells; what has no sure width ends the prediction', () => {
  const { type, write, told } = open();
  type('a漢b');
  write('a');
  assert.deepEqual(told(), ['漢b', 3, 6]);
  write('漢');
  assert.deepEqual(told(), ['b', 5, 6]);
  type('\u0301z');
  assert.deepEqual(told(), ['b', 5, 6]);
});

test('the end of the line ends the prediction, and so does a new size', () => {
  const { type, write, told, echo } = open({ cols: 8 });
  type('abcdefgh');
  write('a');
  assert.deepEqual(told(), ['bcde', 3, 7]);
  echo.forget(0);
  assert.equal(told(), undefined);
  const other = open();
  other.type('x');
  other.write('x');
  other.echo.typed('a long paste', { row: 0, column: 3, cols: 40, cells: () => '' }, 1000);
  assert.equal(other.told(), undefined);
});
