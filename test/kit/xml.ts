/** Reads XML strictly enough for the files that Sallyport writes: elements, attributes and text. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Without that of the children. */
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string) =>
  text.replace(/&([^;]*);/g, (_, name: string) => {
    const letter = entities[name];
    if (letter === undefined) throw new Error(`no entity of XML: &${name};`);
    return letter;
  });

/** The root element. Throws where tags do not fit. */
export function parseXml(source: string): XmlElement {
  const body = source.replace(/^\ufeff?<\?xml [^?]*\?>\s*/, '').replace(/^<!DOCTYPE [^>]*>\s*/, '');
  const open: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string }[] = [
    { name: '', attributes: {}, children: [], text: '' },
  ];
  for (const [token, close, name, rest = '', empty] of body.matchAll(
    /<(\/)?([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/)?>|[^<]+|</g,
  )) {
    const last = open.at(-1);
    if (token === '<' || last === undefined) throw new Error('a stray <');
    if (name === undefined) last.text += decoded(token);
    else if (close === undefined) {
      const attributes = Object.fromEntries(
        [...rest.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, decoded(value)]),
      );
      const element = { name, attributes, children: [], text: '' };
      last.children.push(element);
      if (empty === undefined) open.push(element);
    } else if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
  }
  const [root, ...more] = open[0]?.children ?? [];
  if (open.length !== 1 || root === undefined || more.length > 0) throw new Error('not one closed root');
  return root;
}

/** The value of a property list of macOS. */
export function parsePlist(source: string): unknown {
  const [value] = parseXml(source).children;
  return value && plistValue(value);
}

function plistValue({ name, children, text }: XmlElement): unknown {
  if (name === 'true' || name === 'false') return name === 'true';
  if (name === 'integer') return Number(text);
  if (name === 'string') return text;
  if (name === 'array') return children.map(plistValue);
  if (name !== 'dict' || children.length % 2 !== 0) throw new Error(`no value of a property list: ${name}`);
  const pairs = children.flatMap((key, at) => (at % 2 === 0 ? [[key, children[at + 1]] as const] : []));
  return Object.fromEntries(
    pairs.map(([key, value]) => {
      if (key.name !== 'key' || value === undefined) throw new Error('a dict without keys');
      return [key.text, plistValue(value)];
    }),
  );
}
