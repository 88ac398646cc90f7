/** Values in a case: what stands in for a capture or is computed, and how an answer is compared. */
import { createHash, createPublicKey, verify } from 'node:crypto';

/** What steps have captured, by name. */
export type Bindings = Record<string, unknown>;

/** The value with every `${name}`, `$sha256`, `$manifest` and `$repeat` replaced. */
export function fill(value: unknown, bindings: Bindings): unknown {
  if (typeof value === 'string') return fillText(value, bindings);
  if (Array.isArray(value)) return value.map((each) => fill(each, bindings));
  if (!isRecord(value)) return value;
  if ('$sha256' in value) return sha256(String(fill(value.$sha256, bindings)));
  if ('$repeat' in value) return String(value.$repeat).repeat(Number(value.times));
  if ('$manifest' in value) return manifestDigest(fill(value.$manifest, bindings) as unknown[][]);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [String(fillText(name, bindings)), fill(each, bindings)]),
  );
}

/** What differs from the expectation: an object may have more members than expected, a list may not. */
export function mismatch(expected: unknown, got: unknown, path = 'answer'): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return `${path} should have ${expected.length} entries`;
    return first(expected.map((each, index) => mismatch(each, got[index], `${path}.${index}`)));
  }
  if (!isRecord(expected))
    return Object.is(expected, got) ? undefined : `${path} should be ${JSON.stringify(expected)}`;
  if ('$type' in expected) return typeOf(got) === expected.$type ? undefined : `${path} should be a ${expected.$type}`;
  if ('$match' in expected)
    return new RegExp(String(expected.$match)).test(String(got))
      ? undefined
      : `${path} should match ${expected.$match}`;
  if ('$not' in expected) return mismatch(expected.$not, got) === undefined ? `${path} should differ` : undefined;
  if ('$signed' in expected) return isSigned(expected, got) ? undefined : `${path} should sign ${expected.$signed}`;
  if ('$has' in expected) {
    const isThere = Array.isArray(got) && got.some((each) => mismatch(expected.$has, each) === undefined);
    return isThere ? undefined : `${path} should contain ${JSON.stringify(expected.$has)}`;
  }
  if (!isRecord(got)) return `${path} should be an object`;
  return first(Object.entries(expected).map(([name, each]) => mismatch(each, got[name], `${path}.${name}`)));
}

/** Whether an Ed25519 signature in base64url holds for the text and the raw public key. */
function isSigned({ $signed: text, by }: Record<string, unknown>, signature: unknown): boolean {
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: String(by) } });
  return verify(null, Buffer.from(String(text)), key, Buffer.from(String(signature), 'base64url'));
}

/** The member at a path such as `items.0.id`. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inside, name) => (inside as Bindings | undefined)?.[name], value);
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The XOR of the hashes of all lines `project ⇥ path ⇥ rev ⇥ describe ⏎`. */
function manifestDigest(entries: readonly (readonly unknown[])[]): string {
  const sum = Buffer.alloc(32);
  for (const entry of entries)
    for (const [index, byte] of Buffer.from(sha256(`${entry.join('\t')}\n`), 'hex').entries())
      sum[index] = (sum[index] ?? 0) ^ byte;
  return sum.toString('hex');
}

/** A text that is one capture alone keeps the capture's type. */
function fillText(text: string, bindings: Bindings): unknown {
  const alone = /^\$\{(\w+)\}$/.exec(text)?.[1];
  if (alone !== undefined) return bindings[alone];
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => String(bindings[name]));
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === undefined ? 'absent' : typeof value;
}

function first(complaints: readonly (string | undefined)[]): string | undefined {
  return complaints.find((each) => each !== undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
