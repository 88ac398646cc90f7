/** What the relay says in words of its own, cut to a length that a bridge keeps and prints. */
import * as v from 'valibot';
import { limits } from './limits.ts';

export const RelayWord = v.pipe(
  v.string(),
  v.transform((text) => text.slice(0, limits.relayWordLengthMax)),
);
