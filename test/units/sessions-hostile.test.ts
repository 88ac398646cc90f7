/** What hostile programs write and hostile people send to a terminal: the channel stays one that everybody can read, and the next key is typed. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ChannelPart, InputGiven } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { OpenSessions } from '../../bridge/sessions/open-sessions.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { endKeeper, keeperPid, openTestSessions } from '../kit/sessions.ts';

const skip = process.platform === 'win32';
const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', PS1: '$ ' };
let folder: Awaited<ReturnType<typeof openTemporaryFolder>>;
let sessions: OpenSessions & AsyncDisposable;
before(async () => {
  folder = await openTemporaryFolder();
  sessions = await openTestSessions(folder.path);
});
after(async () => {
  await sessions[Symbol.asyncDispose]();
  await endKeeper(folder.path);
  await folder[Symbol.asyncDispose]();
});

/** A terminal whose channel this test takes as a relay does. */
class Ground {
  readonly id: string;
  readonly parts: ChannelPart[] = [];
  /** All that its readers see, screens and output. */
  seen = '';
  #position = 0;

  constructor(id: string) {
    this.id = id;
  }

  async open(argv: readonly string[]): Promise<void> {
    const wanted = { id: this.id, argv, cwd: folder.path, env, title: 'x', by: 'Ada', cols: 80, rows: 24 };
    let isOpen = false;
    const opening = sessions.open({ ...wanted, isRecorded: false, isSealed: false }).then(() => (isOpen = true));
    await eventually(async () => {
      await this.take();
      return isOpen;
    });
    await opening;
    await this.send();
  }

  async take(): Promise<void> {
    const parts = await sessions.source.parts(limits.channelAppendBytesMax);
    for (const part of parts) {
      const text = JSON.stringify(part);
      assert.ok(Buffer.byteLength(text) <= limits.channelAppendBytesMax, `a part of ${text.length}`);
      assert.ok(
        text.isWellFormed() && part.entries.every((entry) => isReadable(entry)),
        'a part with half a character',
      );
      this.seen += screenOf(part) + part.entries.map((entry) => String(Object(entry).o ?? '')).join('');
      this.parts.push(part);
    }
    sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
  }

  async until(what: string): Promise<void> {
    await eventually(
      async () => {
        await this.take();
        if (!this.seen.includes(what)) throw new Error(JSON.stringify(this.seen.slice(-200)));
        return true;
      },
      { timeoutMs: 20_000 },
    );
  }

  async send(...inputs: readonly unknown[]): Promise<void> {
    const by = { person: 'person-one', name: 'Ada' };
    const given = inputs.map((input) => {
      this.#position += 1;
      return { channel: this.id, position: this.#position, at: Date.now(), by, input } as InputGiven;
    });
    await sessions.inbox.take({ inputs: given, watch: [this.id], readers: [], seen: '', now: Date.now() });
  }
}

function isReadable(entry: unknown): boolean {
  return Object.values(Object(entry)).every((value) => typeof value !== 'string' || value.isWellFormed());
}

/** The screen that a part brings, which everybody must be able to inflate. */
function screenOf({ snapshot }: ChannelPart): string {
  if (snapshot === undefined) return '';
  const json = gunzipSync(Buffer.from(snapshot, 'base64'), { maxOutputLength: limits.snapshotBytesMax });
  return String(JSON.parse(json.toString()).text);
}

/** What a program may do to a terminal, as lines for `sh`. */
const programs: Readonly<Record<string, string>> = {
  'invalid UTF-8': "printf '\\377\\376\\300\\200\\355\\240\\200'",
  'half a character, and the other half later': "printf 'a\\360\\237'; sleep 0.1; printf '\\230\\200b'",
  'a character that never ends': "printf 'a\\360\\237\\230'",
  'all bytes there are': 'head -c 500000 /dev/urandom',
  'one line of 16 MiB': "head -c 16777216 /dev/zero | tr '\\0' x",
  'NUL bytes': 'head -c 100000 /dev/zero',
  '10,000 titles': 'awk \'BEGIN { for (i = 0; i < 10000; i++) printf "\\033]0;title %d\\007", i }\'',
  'a title without an end': "printf '\\033]0;'; head -c 1000000 /dev/zero | tr '\\0' t",
  'a repeat of ten million': "printf 'x\\033[9999999b\\033[9999999S\\033[9999999L'",
  'a sequence without an end': "printf '\\033['; head -c 1000000 /dev/zero | tr '\\0' 1",
  'other screens, and a reset': "printf '\\033[?1049h\\033[5;5r\\033[?25l\\033c'",
};

test('whatever a program writes, its channel can be read and its terminal goes on', { skip }, async () => {
  const ground = new Ground('hostile-programs');
  await ground.open(['/bin/sh', '-i']);
  for (const [at, [what, line]] of Object.entries(programs).entries()) {
    ground.seen = '';
    // An end of whatever string was left open, and a mark that the echo of the line has not.
    await ground.send(`${line}; printf '\\033\\\\\\030'; echo; echo d$((${at} + 100))ne\r`);
    await ground.until(`d${at + 100}ne`).catch((error: unknown) => assert.fail(`${what}: ${String(error)}`));
  }
  const status = await readFile(`/proc/${await keeperPid(folder.path)}/status`, 'utf8').catch(() => 'VmRSS: 0 kB');
  const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  assert.ok(rssKb < 200_000, `the keeper takes ${rssKb} kB`);
  await sessions.close(ground.id);
});

test('what is no key and no size does nothing to a terminal, and the next key is typed', { skip }, async () => {
  const ground = new Ground('hostile-inputs');
  await ground.open(['/bin/sh', '-i']);
  const sizes = [[0, 0], [-1, 24], [10_000, 24], [80, 1e9], [1.5, 24], ['80', '24'], [80], 'x', null, { cols: 80 }];
  const others = [{}, { o: 'x' }, { size: { 0: 80, 1: 24 } }, { x: { code: 0 } }, { close: true }];
  await ground.send(...sizes.map((size) => ({ size })), ...others);
  // What no terminal sends, and half of a character.
  await ground.send('\0\x15', '\ud83d', '\x15');
  await ground.send('#'.repeat(4000), '\x15');
  await ground.send(`stty size; echo d$((6 * 7))ne\r`);
  await ground.until('d42ne');
  assert.match(ground.seen, /24 80/);
  assert.ok(ground.parts.every(({ entries }) => entries.every((entry) => Object(entry).r === undefined)));
  await sessions.close(ground.id);
});
