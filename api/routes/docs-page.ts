/** `/docs`: the contract as one page without scripts, made from the same tables that the relay runs on. */
import { kinds } from '#contract/kinds/index.ts';
import type { Kind } from '#contract/kinds/kind.ts';
import { limitText } from '#contract/limit-text.ts';
import { limits } from '#contract/limits.ts';
import { flagOf, type Option } from '#contract/options.ts';
import { problems } from '#contract/problems.ts';
import { type Route, routes } from '#contract/routes.ts';
import { VERSION } from '#contract/version.ts';
import { apiOptions } from '../config.ts';
import { aliases } from './aliases.ts';
import { docsStyle } from './docs-style.ts';
import { schemaOf } from './openapi.ts';

/** The whole page. */
export function createDocsPage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sallyport ${escaped(VERSION)}: the api</title>
<style>${docsStyle}</style>
</head>
<body>
<main>
<h1>Sallyport ${escaped(VERSION)}</h1>
<p>Every call of this relay. Send <code>Authorization: Bearer &lt;key&gt;</code>; every JSON answer carries <code>"p":"sallyport/2"</code>.
The same for machines: <a href="/v1/openapi.json">/v1/openapi.json</a>.</p>
<nav aria-label="On this page"><a href="#calls">Calls</a> <a href="#commands">Commands</a> <a href="#problems">Problems</a> <a href="#limits">Limits</a> <a href="#options">Options</a></nav>
<h2 id="calls">Calls</h2>
${Object.entries<Route>(routes).map(callSection).join('\n')}
<h2 id="commands">Commands</h2>
<p>Sent with <code>POST /v1/machines/:machine/commands</code> as <code>{"kind", "args", "ifRev"}</code>, or by their own path, where
<code>ifRev</code> may also be <code>If-Match</code>.</p>
${Object.entries<Kind>(kinds).map(kindSection).join('\n')}
<h2 id="problems">Problems</h2>
${Object.entries(problems).map(problemSection).join('\n')}
<h2 id="limits">Limits</h2>
${table('Limits', ['limit', 'value'], Object.entries(limits).map(limitRow))}
<h2 id="options">Options of the relay</h2>
${table('Options', ['option', 'variable', 'default', 'what it does'], Object.entries<Option>(apiOptions).map(optionRow))}
</main>
</body>
</html>
`;
}

function callSection([name, { method, path, access, summary, query, body, answer, media, held }]: [
  string,
  Route,
]): string {
  const notes = [accessNote(access), ...(held ? ['may be held'] : []), ...(media === undefined ? [] : [media])];
  return `<section id="call-${escaped(name)}">
<h3><span class="method">${method}</span> <code>${escaped(path)}</code></h3>
<p>${inline(summary)}. <small>${escaped(notes.join(' · '))}</small></p>
${schemaDetails('Query', query, 'input')}${schemaDetails('Body', body, 'input')}${schemaDetails('Answer', answer, 'output')}
</section>`;
}

function accessNote(access: Route['access']): string {
  switch (access) {
    case 'open':
      return 'no key';
    case 'machine':
      return "a machine's key";
    case 'command':
      return 'the scope of the kind';
    case 'read':
    case 'write':
    case 'execute':
    case 'admin':
      return `scope ${access}`;
  }
}

function kindSection([name, kind]: [string, Kind]): string {
  const paths = aliases
    .filter(({ kindName }) => kindName === name)
    .map(({ route: { method, path } }) => `<p><span class="method">${method}</span> <code>${escaped(path)}</code></p>`);
  const scope = kind.readScope === undefined ? '' : ` · scope ${kind.readScope}`;
  const guards = kind.verb === 'command' && kind.guards.length > 0 ? ` · guarded by ${kind.guards.join(' or ')}` : '';
  return `<section id="command-${escaped(name)}">
<h3><code>${escaped(name)}</code> ${escaped(kind.title)}</h3>
<p>${inline(kind.summary)} <small>${kind.verb} · risk ${kind.risk}${scope}${guards}</small></p>
${paths.join('')}${schemaDetails('Args', kind.args, 'input')}${schemaDetails('Result', kind.result, 'output')}
</section>`;
}

function problemSection([code, { status, title, hint, retry }]: [
  string,
  (typeof problems)[keyof typeof problems],
]): string {
  return `<section id="problem-${escaped(code)}">
<h3><code>${escaped(code)}</code> ${escaped(title)}</h3>
<p>${inline(hint)} <small>${status} · retry ${retry}</small></p>
</section>`;
}

function limitRow([name, value]: [string, number]): string[] {
  return [name, limitText(name, value)];
}

function optionRow([name, option]: [string, Option]): string[] {
  const value = option.type === 'flag' ? '' : ` ${option.value}`;
  const usual = option.type === 'flag' ? undefined : option.default;
  return [`${flagOf(name)}${value}`, option.env ?? '', String(usual ?? ''), option.help];
}

function schemaDetails(title: string, schema: Route['body'], mode: 'input' | 'output'): string {
  if (schema === undefined) return '';
  const json = JSON.stringify(schemaOf(schema, mode), undefined, 1);
  return `<details><summary>${title}</summary><pre tabindex="0">${escaped(json)}</pre></details>`;
}

function table(label: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((text) => `<td>${inline(text)}</td>`).join('')}</tr>`).join('\n');
  return `<div class="wide" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Escaped text, with `code` between backticks. */
function inline(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
