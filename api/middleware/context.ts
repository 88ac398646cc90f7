/** What the middleware and routes share of a request. */
import type { ParameterizedContext } from 'koa';
import type { Caller } from '../identity/caller.ts';

export interface RequestState {
  /** Also in the answer's problem and in the log. */
  requestId: string;
  caller?: Caller;
  /** The path of the route that serves it, as the table has it. */
  route?: string;
  isHeld?: boolean;
}

export type Context = ParameterizedContext<RequestState>;
export type Next = () => Promise<unknown>;
