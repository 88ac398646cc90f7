/** Decodes path parameters and the query strictly. Parameters are looked up and never joined to a path. */
import type * as v from 'valibot';
import { closest } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import type { Route } from '#contract/routes.ts';
import { parseSchema } from './schema.ts';

/** Control characters, backslashes, line separators and bidirectional controls, which no name may contain. */
const forbidden = /[\p{Cc}\\\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Longer than any path of a document, in UTF-16 units. */
const parameterLengthMax = 8192;

/** Checks and decodes the captured parameters, which are still encoded. Throws `parameter-invalid`. */
export function parsePathParameters(captured: Readonly<Record<string, string>>, route: Route): Record<string, string> {
  const wildcard = /\*([a-z]+)/i.exec(route.path)?.[1];
  return Object.fromEntries(
    Object.entries(captured).map(([name, text]) => {
      const value = decodeStrictly(text, name);
      if (value.includes('/') && name !== wildcard)
        throw new Problem('parameter-invalid', `${name} has a slash in it.`, { pointer: `/${name}` });
      return [name, value];
    }),
  );
}

/** Parses the query with the route's schema. Unknown and repeated parameters are refused. */
export function parseQuery(search: string, route: Route): unknown {
  const query: Record<string, string> = Object.create(null);
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeStrictly((equals === -1 ? pair : pair.slice(0, equals)).replaceAll('+', ' '), 'query');
    if (Object.hasOwn(query, name))
      throw new Problem('parameter-invalid', `${name} is given twice.`, { pointer: `/${name}` });
    checkKnown(name, route);
    query[name] = equals === -1 ? '' : decodeStrictly(pair.slice(equals + 1).replaceAll('+', ' '), name);
  }
  return route.query === undefined ? {} : parseSchema(route.query, { ...query }, 'parameter-invalid');
}

function checkKnown(name: string, route: Route): void {
  const { entries = {} } = (route.query ?? {}) as { entries?: v.ObjectEntries };
  const names = Object.keys(entries);
  const { prefix } = route;
  const [first = '', ...rest] = name.split('.');
  if (names.includes(name) || (first === prefix && /^[A-Za-z0-9_]{1,64}$/.test(rest.join('.')))) return;
  const nearest = closest(name, names);
  const more = prefix === undefined ? '' : ` and ${prefix}.<name>`;
  const takes = names.length === 0 ? 'This call takes no query.' : `This call takes ${names.join(', ')}${more}.`;
  const hint = nearest === undefined ? takes : `Did you mean ${nearest}? ${takes}`;
  throw new Problem('parameter-invalid', `There is no parameter "${name}".`, { pointer: `/${name}`, hint });
}

function decodeStrictly(text: string, name: string): string {
  if (text.length > 3 * parameterLengthMax)
    throw new Problem('parameter-invalid', `${name} is too long.`, { pointer: `/${name}` });
  let value: string;
  try {
    value = decodeURIComponent(text);
  } catch (cause) {
    throw new Problem('parameter-invalid', `${name} has an invalid escape.`, { pointer: `/${name}` }, cause);
  }
  if (forbidden.test(value)) {
    throw new Problem('parameter-invalid', `${name} has a character that no name has.`, { pointer: `/${name}` });
  }
  return value;
}
