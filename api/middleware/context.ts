/** The state of a request that middleware and routes share. */
import type { ParameterizedContext } from 'koa';
import type { Caller } from '../identity/caller.ts';

export interface RequestState {
  /** The request's id, also in problems and in the log. */
  requestId: string;
  caller?: Caller;
  /** The path of the route that serves it, as the table has it. */
  route?: string;
  isHeld?: boolean;
}

export type Context = ParameterizedContext<RequestState>;
export type Next = () => Promise<unknown>;
