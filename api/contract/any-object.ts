/** An object whose members somebody else gives a meaning; lists are none, which `v.record` would take. */
import * as v from 'valibot';

export const AnyObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'This must be an object',
);
