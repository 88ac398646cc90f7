/** Values against a schema of the contract, with a pointer to what does not fit. */
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';
import { toPointer } from './strict-json.ts';

/** The schema's output for an untrusted value; throws `code` with `pointer` to the first field that does not fit. */
export function parseSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  code: 'body-invalid' | 'args-invalid' | 'parameter-invalid',
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const pointer = toPointer(issue.path?.map(({ key }) => key) ?? []);
  throw new Problem(code, sentenceOf(issue), { pointer });
}

function sentenceOf(issue: v.BaseIssue<unknown>): string {
  const field = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never') return `There is no field "${field}" here.`;
  if (issue.type.endsWith('object') && issue.received === 'undefined') return `The field "${field}" is missing.`;
  return issue.message;
}
