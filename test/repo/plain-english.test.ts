/** What people read (README, docs, help, problems, the app) keeps to plain English and to lines that fit a screen. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const proseLineMax = 120;

const documents = ['README.md', 'SECURITY.md', 'docs/**/*.md'];
/** Sources whose strings people read: their comments are free. */
const sources = [
  'api/contract/problems.ts',
  'api/contract/options.ts',
  'api/contract/routes.ts',
  'api/contract/{kinds,records}/*.ts',
  'api/config.ts',
  'bridge/main.ts',
  'bridge/cli/*.ts',
  'pwa/App.tsx',
  'pwa/{views,features,ui}/*.{ts,tsx}',
];

/** Phrases of a translated text, and what to write in their place. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bwhoever\b/i, 'say who: anyone who, the person who'],
  [/\bother than\b/i, 'except, or: different from'],
  [/\bas it is\b(?! (now|then))/i, 'unchanged'],
  [/\bof (somebody|someone|one)['’]s own\b/i, 'its own, their own'],
  [/\bwhat (was|is) (got|no)\b(?! longer)/i, 'name the thing'],
  [/\bwhat lasts\b/i, 'name the thing: a password, passkey or account'],
  [/\bthat there is to\b/i, 'all'],
  [/\bwhere a text says\b/i, 'The docs write … for …'],
  [/\bblotted out\b/i, 'redacted'],
  [/\ba word on repeating\b/i, 'says whether to retry'],
  [/\b(do|does) not fit\b(?! in)/i, 'is invalid; incorrect'],
  [/\bsigns in by this\b/i, 'Already in use'],
  [/\btake (it )?off\b|'Take (it )?back/i, 'Remove, Revoke'],
  [/\bnothing was asked\b/i, 'No activity yet'],
  [/\bas it happens\b/i, 'live'],
  [/\bwhat holds for\b/i, 'effective settings'],
  [/\bnothing but another\b/i, 'must'],
  [/\bof nobody\b/i, 'dummy'],
  [/\b(turn(ed)? (it )?away|let (it|a machine) in)\b/i, 'Deny; Link'],
  [/\bfor good\b/i, 'permanently'],
  [/\bnot (here )?any more\b/i, 'no longer'],
];

for (const pattern of [...documents, ...sources])
  test(`${pattern} says it in plain English`, async () => {
    const found: string[] = [];
    for await (const file of glob(pattern, { cwd: root })) {
      const text = await readFile(join(root, file), 'utf8');
      for (const [number, line] of linesToRead(file, text))
        for (const [phrase, instead] of phrases)
          if (phrase.test(line)) found.push(`${file}:${number}: ${line.trim().slice(0, 80)} → ${instead}`);
    }
    assert.deepEqual(found, []);
  });

test(`a line of prose has at most ${proseLineMax} characters`, async () => {
  const long: string[] = [];
  for (const pattern of documents)
    for await (const file of glob(pattern, { cwd: root })) {
      let isCode = false;
      const lines = (await readFile(join(root, file), 'utf8')).split('\n');
      for (const [index, line] of lines.entries()) {
        if (line.startsWith('```')) isCode = !isCode;
        const isProse = !isCode && !/^( {4}|\s*\||<!--|!\[)/.test(line);
        if (isProse && [...line].length > proseLineMax) long.push(`${file}:${index + 1}`);
      }
    }
  assert.deepEqual(long, []);
});

/** The lines of a document, or those of a source without its comments. */
function linesToRead(file: string, text: string): [number, string][] {
  const lines = text.split('\n').map((line, index): [number, string] => [index + 1, line]);
  return file.endsWith('.md') ? lines : lines.filter(([, line]) => !/^\s*(\/\/|\/?\*)/.test(line));
}
