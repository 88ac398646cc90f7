/** The only catch of the api: errors become `application/problem+json`, and defects are also logged. */
import { randomUUID } from 'node:crypto';
import { headerText } from '#contract/printable.ts';
import { Problem } from '#contract/problems.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { withoutSecrets } from '../redact.ts';
import type { Context, Next } from './context.ts';
import { clearCaches } from './security-headers.ts';

/** Gives the request an id, logs it in one line, and answers with its problem, if any. */
export function catchProblems(log: Log, metrics: Metrics) {
  return async (context: Context, next: Next): Promise<void> => {
    const startedAt = performance.now();
    context.state.requestId = randomUUID();
    try {
      await next();
    } catch (error) {
      if (context.req.destroyed && !context.req.complete) context.respond = false;
      else answerProblem(context, asProblem(error, context, log));
    }
    const ms = performance.now() - startedAt;
    const { route = 'none', isHeld = false } = context.state;
    metrics.request({
      route,
      method: route === 'none' ? 'any' : context.method,
      status: context.respond === false ? context.res.statusCode : context.status,
      seconds: isHeld ? undefined : ms / 1000,
    });
    log.info('request', {
      request: context.state.requestId,
      method: context.req.method,
      path: withoutSecrets(context.path),
      status: context.respond === false ? undefined : context.status,
      ms: Math.round(ms),
    });
  };
}

function asProblem(error: unknown, context: Context, log: Log): Problem {
  if (error instanceof Problem) return error;
  log.error('defect', { request: context.state.requestId, path: withoutSecrets(context.path), error });
  return new Problem('defect', undefined, {}, error);
}

/** Sends nothing if the answer has begun: the client sees a closed connection, and repeats. */
function answerProblem(context: Context, problem: Problem): void {
  if (context.res.headersSent) {
    context.respond = false;
    context.res.destroy();
    return;
  }
  const json = problem.toJson();
  const { requestId } = context.state;
  context.status = json.status;
  context.body = JSON.stringify({ p: PROTOCOL, ...json, instance: withoutSecrets(context.path), request: requestId });
  context.type = 'application/problem+json';
  for (const [name, value] of Object.entries(headersOf(problem))) context.set(name, value);
}

function headersOf({ code, status, extra }: Problem): Record<string, string> {
  const challenge = { 'WWW-Authenticate': 'Bearer realm="sallyport"' };
  // Clears the browser's cached answers if its session was ended elsewhere.
  if (code === 'session-ended') return { ...challenge, ...clearCaches };
  if (status === 401) return challenge;
  if (status === 405) return { Allow: headerText(String(extra.allow)) };
  if (status === 429 || status === 503) return { 'Retry-After': String(secondsOf(extra.retryAfterSeconds)) };
  return {};
}

/** A valid number of seconds for `Retry-After`. */
function secondsOf(said: unknown): number {
  return typeof said === 'number' && said >= 0 && said <= 86_400 ? Math.ceil(said) : 2;
}
