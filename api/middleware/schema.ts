/** Parses values with a schema of the contract. Problems have a pointer to the invalid field. */
import * as v from 'valibot';
import { notAnOffset } from '#contract/feed.ts';
import { Problem } from '#contract/problems.ts';
import { toPointer } from './strict-json.ts';

/** The schema's output for an untrusted value. Throws `code` with a `pointer` to the first invalid field; `offset-invalid` where that is an offset. */
export function parseSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  code: 'body-invalid' | 'args-invalid' | 'parameter-invalid',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const pointer = toPointer(issue.path?.map(({ key }) => key) ?? []);
  throw new Problem(issue.message === notAnOffset ? 'offset-invalid' : code, sentenceOf(issue), { pointer });
}

function sentenceOf(issue: v.BaseIssue<unknown>): string {
  const field = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never') return `There is no field "${field}" here.`;
  if (issue.type.endsWith('object') && issue.received === 'undefined') return `The field "${field}" is missing.`;
  return issue.message;
}
