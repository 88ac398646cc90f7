/** What the middleware and routes share of a request. */
import type { ParameterizedContext } from 'koa';
import type { Caller } from '../identity/caller.ts';

export interface RequestState {
  /** Also in the answer's problem and in the log. */
  requestId: string;
  caller?: Caller;
}

export type Context = ParameterizedContext<RequestState>;
export type Next = () => Promise<unknown>;
