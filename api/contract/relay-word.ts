/** A text of the relay, cut to a length that a bridge stores and prints. */
import * as v from 'valibot';
import { limits } from './limits.ts';

export const RelayWord = v.pipe(
  v.string(),
  v.transform((text) => text.slice(0, limits.relayWordLengthMax)),
);
