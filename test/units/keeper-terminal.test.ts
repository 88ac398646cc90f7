/** What of a terminal's output readers get, what the keeper's own terminal answers, and what its screen brings back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import headless from '@xterm/headless';
import { piecesAtOnce, serveFollowing } from '../../bridge/keeper/following.ts';
import { type Headless, openHeadless } from '../../bridge/keeper/headless.ts';
import { withoutAnswers } from '../../bridge/keeper/incoming.ts';
import { leap } from '../../bridge/keeper/leap.ts';
import { createOutgoing } from '../../bridge/keeper/outgoing.ts';
import { createRing } from '../../bridge/keeper/ring.ts';
import { createRandom } from '../kit/random.ts';

const size = { cols: 80, rows: 24 };
const e = '\u001b';

/** Divides the output of a program of its own. */
function startDivide() {
  const divide = createOutgoing(() => size);
  return (text: string) => divide(Buffer.from(text));
}

/** What readers get of a text, however it is cut into pieces. */
function readersOf(text: string): string {
  const whole = startDivide()(text).readers.toString();
  const divide = startDivide();
  const pieces = Array.from(text, (letter) => divide(letter).readers.toString()).join('');
  assert.equal(pieces, whole, JSON.stringify(text));
  return whole;
}

type Shown = Pick<Headless, 'screen'> & { write(output: string | Buffer): void };

async function withHeadless(act: (terminal: Shown, answers: readonly string[]) => Promise<void>): Promise<void> {
  const answers: string[] = [];
  const terminal = await openHeadless({ ...size, onAnswer: (data) => answers.push(data), onDrained: () => undefined });
  await act({ screen: terminal.screen, write: (output) => terminal.write(Buffer.from(output)) }, answers);
  terminal.dispose();
}

const queries: readonly (readonly [query: string, answer: string])[] = [
  [`${e}[c`, `${e}[?1;2c`],
  ['\u009bc', `${e}[?1;2c`],
  [`${e}[>c`, `${e}[>0;276;0c`],
  [`${e}[5n`, `${e}[0n`],
  [`${e}[6n`, `${e}[1;3R`],
  [`${e}[?6n`, `${e}[?1;3R`],
  // With a bell within the sequence, which terminals ring at once.
  [`${e}[\u00076n`, `${e}[1;3R`],
  [`${e}[?2004$p`, `${e}[?2004;2$y`],
  [`${e}[?u`, `${e}[?0u`],
  [`${e}[18t`, `${e}[8;24;80t`],
  [`${e}P$qm${e}\\`, `${e}P1$r0m${e}\\`],
  // The title is the program's own: a report of it would be typed into the shell.
  [`${e}[21t`, ''],
  [`${e}]11;?\u0007`, ''],
  [`${e}[>q`, ''],
  [`${e}Z`, ''],
  ['\u0005', ''],
];

test('a query is answered once, by the keeper, and no reader sees it', async () => {
  for (const [query, answer] of queries) {
    assert.equal(readersOf(`a${query}b`).replace('\u0007', ''), 'ab', JSON.stringify(query));
    await withHeadless(async (terminal, answers) => {
      terminal.write(`ab${startDivide()(query).screen.toString()}`);
      await terminal.screen();
      assert.equal(answers.join(''), answer, JSON.stringify(query));
    });
  }
});

test('the clipboard, files and pictures are left out; titles are short; the rest comes as it was', () => {
  for (const gone of [
    `${e}]52;c;aGVsbG8=\u0007`,
    `${e}]52;c;?${e}\\`,
    `\u009d52;c;aGVsbG8=\u009c`,
    // Numbers as terminals read them.
    `${e}]052;c;aGVsbG8=\u0007`,
    `${e}]0001337;File=name=a:AAAA\u0007`,
    `${e}]4294967348;c;aGVsbG8=\u0007`,
    `${e}]5\u00012;c;aGVsbG8=\u0007`,
    `${e}]5\u007f2;c;aGVsbG8=\u0007`,
    `${e}]1337;File=name=a:AAAA\u0007`,
    `${e}_Ga=q,i=1;AAAA${e}\\`,
    `${e}Pq#0;2;0;0;0${e}\\`,
    `${e}^secret${e}\\`,
    `${e}]0;${'x'.repeat(100_000)}\u0007`,
  ])
    assert.equal(readersOf(`a${gone}b`), 'ab', JSON.stringify(gone.slice(0, 40)));
  assert.equal(readersOf(`${e}]2;${'t'.repeat(500)}\u0007`), `${e}]2;${'t'.repeat(200)}${e}\\`);
  assert.equal(readersOf(`${e}]02;${'t'.repeat(500)}\u0007`), `${e}]2;${'t'.repeat(200)}${e}\\`);
  // A sequence begins no other one within it.
  assert.equal(readersOf(`${e}]8;;x\u009d52;c;aGVsbG8=\u0007`), `${e}]8;;x52;c;aGVsbG8=${e}\\`);
  for (const kept of [
    'plain äöü 😀\r\n\t',
    `${e}[31;1mred${e}[0m${e}[38:2::1:2:3m`,
    `${e}[?1049h${e}[?25l${e}[2J${e}[H${e}[3;20r${e}7${e}8${e}(B${e}=`,
    `${e}[>7u${e}[<u${e}[=3;1u${e}[?1006h${e}[5 q${e}[!p`,
    `${e}]8;;https://example.com/?a=b${e}\\link${e}]8;;${e}\\`,
    `${e}]133;A${e}\\`,
  ])
    assert.equal(readersOf(kept), kept);
});

test('who only looks at a terminal has not typed into it: no terminal is asked to report its focus', () => {
  assert.equal(readersOf(`a${e}[?1004hb${e}[?1004lc`), 'abc');
  assert.equal(readersOf(`${e}[?1004;2004h${e}[?01004;1049l${e}[?h`), `${e}[?2004h${e}[?1049l${e}[?h`);
  assert.equal(startDivide()(`${e}[?1004h`).screen.length, 0);
});

test('a sequence that would keep a terminal busy for seconds has no larger number than its screen', async () => {
  for (const final of ['b', 'S', 'T', 'L', 'M', 'I', 'Z', '@', ' @'])
    assert.equal(readersOf(`x${e}[9999999${final}`), `x${e}[80${final}`);
  assert.equal(readersOf(`${e}[${'9;'.repeat(1000)}m`), '');
  await withHeadless(async (terminal) => {
    const divide = startDivide();
    for (let at = 0; at < 10_000; at++) terminal.write(divide(`${e}]0;title ${at}\u0007`).screen);
    for (let at = 0; at < 100; at++) terminal.write(divide(`x${e}[9999999b${e}[9999999S`).screen);
    assert.equal((await terminal.screen()).title, 'title 9999');
  });
});

/** The state of a terminal that a text brings about, as far as people and programs see it. */
async function stateAfter(text: string): Promise<unknown> {
  const terminal = new headless.Terminal({ ...size, scrollback: 200, allowProposedApi: true });
  const answers: string[] = [];
  terminal.onData((data) => answers.push(data));
  await new Promise<void>((done) => terminal.write(text, done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true));
  const modes = ['?25', '?1', '?1006', '?1003', '?2004', '?1049', '?7', '?1004'].map((mode) => `${e}[${mode}$p`);
  // Lines scroll within the region alone.
  await new Promise<void>((done) => terminal.write(`${modes.join('')}${e}[6n${e}P$qr${e}\\${e}P$q q${e}\\`, done));
  const found = { lines, answers, type: active.type, modes: terminal.modes };
  terminal.dispose();
  return found;
}

test('a screen gives a fresh terminal what the program had set, also what the serializer forgets', async () => {
  const programs = [
    `one\r\ntwo${e}[?25l${e}[31mred`,
    `${e}[?1003h${e}[?1006h${e}[?2004h${e}[?1004h${e}[?1h${e}=`,
    `${e}[5 qbar${e}[?7l`,
    `shell${e}[?1049h${e}[2J${e}[3;20r${e}[10;5Hvim${e}[?25l${e}[>1u`,
    Array.from({ length: 500 }, (_, at) => `line ${at}\r\n`).join(''),
  ];
  for (const program of programs)
    await withHeadless(async (terminal) => {
      terminal.write(program);
      assert.deepEqual(await stateAfter((await terminal.screen()).text), await stateAfter(program), program);
    });
});

test('a flood that is leapt over leaves the same screen, scrollback and colours, also where it cannot be', async () => {
  const line = (at: number) => `${at % 7 === 0 ? `${e}[3${at % 8}m` : ''}line ${at} ${'ä😀'.repeat(at % 40)}\r\n`;
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => line(from + at)).join('');
  const floods = [
    `${e}[1mbefore ${lines(0, 3000)}${e}[0m${lines(3000, 6000)}$ `,
    `${e}[5;10r${lines(0, 3000)}`,
    `${lines(0, 2000)}${e}[2Jcleared${lines(2000, 2010)}`,
    `${e}[?1049h${lines(0, 3000)}${e}[?1049lback`,
    // Another set of characters, and back to the line before.
    `${lines(0, 2000)}\u000e${lines(2000, 2100)}${lines(2100, 4000)}`,
    `${e})0${lines(0, 2000)}\u000e${lines(2000, 5000)}\u000f$ `,
    `${e}[?45h${`${'w'.repeat(160)}${'\b'.repeat(160)}\r\n\b`.repeat(2000)}`,
    `${lines(0, 5000)}${e}]0;a title in the middle\u0007${lines(5000, 9000)}`,
    'x'.repeat(100_000),
  ];
  for (const flood of floods.map((text) => Buffer.from(text)))
    await withHeadless(async (terminal) => {
      for (let at = 0; at < flood.length; at += 60_000) terminal.write(flood.subarray(at, at + 60_000));
      const { text } = await terminal.screen();
      await withHeadless(async (slowly) => {
        for (let at = 0; at < flood.length; at += 4000) {
          slowly.write(flood.subarray(at, at + 4000));
          await slowly.screen();
        }
        assert.equal(text, (await slowly.screen()).text);
      });
    });
  const many = lines(0, 5000);
  assert.ok(leap(Buffer.from(many), 248) > 0.9 * Buffer.byteLength(many));
});

const flagsIn = (text: string) => text.replaceAll(e, 'ESC').match(/ESC\[[>=][\d;]+u/g)?.length ?? 0;

test('kitty’s flags come back for both screens, and a reset forgets them', async () => {
  const cases = [
    [`${e}[>1u${e}[>5u`, `${e}[>1u${e}[>5u`],
    [`${e}[>1u${e}[>5u${e}[<u${e}[=2;2u`, `${e}[>3u`],
    [`${e}[=7u`, `${e}[=7;1u`],
    [`${e}[>1u${e}[?1049h${e}[>8u`, `${e}[>1u.*\\?1049h.*${e}[>8u`],
    [`${e}[>1u${e}c`, ''],
    [`${e}[>1u`.repeat(100), `${e}[>1u`.repeat(15)],
  ] as const;
  for (const [program, flags] of cases)
    await withHeadless(async (terminal) => {
      terminal.write(program);
      const { text } = await terminal.screen();
      const form = flags.split('.*').map((part) => part.replaceAll('\\?', '?'));
      let at = 0;
      for (const part of form) {
        at = text.indexOf(part, at);
        assert.notEqual(at, -1, `${JSON.stringify(text)} of ${JSON.stringify(program)}`);
      }
      assert.equal(flagsIn(text), flagsIn(flags), program);
    });
});

test('answers that a reader’s terminal gives unasked are not typed; keys are', () => {
  const unasked = [
    `${e}[?1;2c`,
    `${e}[>0;276;0c`,
    `${e}[24;80R`,
    `${e}[0n`,
    `${e}[?2004;1$y`,
    `${e}[?7u`,
    `${e}[8;24;80t`,
  ];
  for (const answer of [...unasked, `${e}]11;rgb:0000/0000/0000${e}\\`, `${e}]l title${e}\\`, `${e}P1$r0m${e}\\`])
    assert.equal(withoutAnswers(`a${answer}b`), 'ab', JSON.stringify(answer));
  const keys = [
    'ls -la\r',
    `${e}[A`,
    `${e}OP`,
    `${e}[1;2R`,
    `${e}[<0;10;20M`,
    `${e}[I`,
    `${e}[13;2u`,
    `${e}[200~a\nb${e}[201~`,
  ];
  for (const key of [...keys, e, `${e}x`, '\u0003', 'ä😀']) assert.equal(withoutAnswers(key), key, JSON.stringify(key));
});

test('a ring gives each byte once from any position that it gave, and says how many are missing', () => {
  const random = createRandom(7);
  const ring = createRing(5000);
  const all: string[] = [];
  let position = 0;
  let told = '';
  let skipped = 0;
  for (let at = 0; at < 3000; at++) {
    const text = 'aä€😀'.repeat(1 + Math.floor(random() * 8));
    all.push(text);
    ring.append(random() < 0.3 ? 'err' : 'out', Buffer.from(text));
    // The reader is away for longer than the ring lasts, four times.
    if (at % 700 < 300) continue;
    for (let piece = ring.read(position, 64); piece !== undefined; piece = ring.read(position, 64)) {
      assert.ok(piece.position > position && piece.bytes.length <= 64);
      assert.equal(piece.position - position, piece.skipped + piece.bytes.length);
      ({ position } = piece);
      skipped += piece.skipped;
      told += piece.bytes.toString();
    }
  }
  const whole = all.join('');
  assert.doesNotMatch(told, /\ufffd/);
  assert.ok(skipped > 0);
  assert.ok(Buffer.byteLength(told) + skipped <= Buffer.byteLength(whole));
  assert.equal(ring.position, Buffer.byteLength(whole));
});

/** A reader of a program that writes, and what has come to it. */
function startReader(behindMax: number) {
  const ring = createRing(1024 * 1024);
  const followers = new Set<() => void>();
  const pieces: { readonly position: number; readonly bytes: number; readonly skipped: number }[] = [];
  const following = serveFollowing({ ring, followers, end: undefined }, 0, {
    onPiece: ({ position, bytes, skipped }) => pieces.push({ position, bytes: bytes.length, skipped }),
    onEnd: () => undefined,
    behindMax,
  });
  const write = (text: string) => {
    ring.append('out', Buffer.from(text));
    for (const wake of followers) wake();
  };
  return { pieces, write, following };
}

test('a reader of a flood that may be so far behind goes to the end of it, and hears what it has missed', () => {
  const { pieces, write, following } = startReader(100_000);
  for (let n = 0; n < 1000; n++) write('x'.repeat(1000));
  // No more is on its way than it may be behind, but for the piece that was begun.
  const onItsWay = pieces.at(-1)?.position ?? 0;
  assert.ok(onItsWay >= 100_000 && onItsWay < 120_000, `${onItsWay}`);
  assert.ok(pieces.length < 20, `${pieces.length} pieces`);
  following.acked(onItsWay);
  assert.deepEqual(pieces.at(-1), { position: 1_000_000, bytes: 0, skipped: 1_000_000 - onItsWay });
  write('end');
  assert.deepEqual(pieces.at(-1), { position: 1_000_003, bytes: 3, skipped: 0 });
});

test('a key is shown at once, and what comes while the reader is busy with it comes to it as one', () => {
  const { pieces, write, following } = startReader(100_000);
  write('k');
  assert.deepEqual(pieces, [{ position: 1, bytes: 1, skipped: 0 }]);
  for (const word of ['one ', 'two ', 'three']) write(word);
  assert.equal(pieces.length, 1);
  following.acked(1);
  assert.deepEqual(pieces.slice(1), [{ position: 14, bytes: 13, skipped: 0 }]);
});

test('a catch-up of many small pieces leaves others their turn, and comes whole', async () => {
  const ring = createRing(64 * 10_000);
  for (let at = 0; at < 5000; at++) ring.append(at % 2 === 0 ? 'out' : 'err', Buffer.from(`${at};`));
  let told = '';
  let count = 0;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const held = { ring, followers: new Set<() => void>(), end: { code: 0, endedAt: '2026-11-02T08:00:00.000Z' } };
  const following = serveFollowing(held, 0, {
    onPiece: ({ bytes }) => {
      told += bytes.toString();
      count++;
    },
    onEnd: () => resolve(),
  });
  // Also where something wakes it.
  for (const wake of held.followers) wake();
  assert.equal(count, piecesAtOnce);
  while (count < 5000) await new Promise((turn) => setImmediate(turn));
  following.acked(Buffer.byteLength(told));
  await ended;
  assert.equal(told, Array.from({ length: 5000 }, (_, at) => `${at};`).join(''));
});
