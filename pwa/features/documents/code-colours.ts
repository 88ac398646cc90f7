/** Colours of code: by highlight.js, which fetches only the languages that a text has. */

import type { LanguageFn } from 'highlight.js';
import hljs from 'highlight.js/lib/core';

/** By the names that texts use. */
const languages: Readonly<Record<string, () => Promise<{ readonly default: LanguageFn }>>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  python: () => import('highlight.js/lib/languages/python'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const aliases: Readonly<Record<string, string>> = {
  html: 'xml',
  js: 'javascript',
  jsonc: 'json',
  jsx: 'javascript',
  md: 'markdown',
  py: 'python',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  toml: 'ini',
  ts: 'typescript',
  tsx: 'typescript',
  yml: 'yaml',
  zsh: 'bash',
};

/** More code than this is shown plain, in UTF-16 units. */
const colouredMax = 50_000;

/** Fetches the languages of a text's blocks of code. What cannot be fetched stays plain. */
export async function fetchLanguages(text: string): Promise<void> {
  const named = new Set([...text.matchAll(/^ {0,3}(?:```|~~~) *([\w+-]+)/gm)].map(([, name = '']) => nameOf(name)));
  await Promise.all(
    [...named].map(async (name) => {
      if (!Object.hasOwn(languages, name) || hljs.getLanguage(name) !== undefined) return;
      const language = await languages[name]?.().catch(() => undefined);
      if (language !== undefined) hljs.registerLanguage(name, language.default);
    }),
  );
}

/** The code as HTML with classes `hljs-…`; empty where it stays plain. */
export function colouredHtml(code: string, language: string): string {
  const name = nameOf(language);
  if (code.length > colouredMax || hljs.getLanguage(name) === undefined) return '';
  return hljs.highlight(code, { language: name, ignoreIllegals: true }).value;
}

function nameOf(written: string): string {
  const name = written.toLowerCase();
  return Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
}
