/** Whether the relay itself answers, and not a sign-in page, a filter, a gateway or another program in its place. */
import { Problem } from '#contract/problems.ts';
import { type Interruption, interruptionOf } from '../../net/interruption.ts';
import { exitCodes } from '../../system/exit-codes.ts';
import { type Check, type Finding, fail, note, ok } from '../check.ts';
import { slowMs } from '../shared.ts';

export const answers: Check = {
  name: 'answers',
  title: 'Answer',
  group: 'Network',
  after: ['tls'],
  exitCode: 4,
  run: async ({ origin, relayKey, shared }) => {
    if (origin === undefined) return ok('There is no address.');
    try {
      const { answer, ms, asked, lost } = await shared.greeting();
      if (relayKey !== undefined && answer.identity?.key !== relayKey)
        return note('It is another relay than the one that this machine was linked to, or it was set up anew.', {
          copy: `sallyport login ${origin.origin}`,
        });
      const time = `in ${Math.round(ms)} ms`;
      if (lost[0] !== undefined) return unsteady(lost[0], `Of ${asked} requests, ${lost.length} got no answer`, origin);
      if (ms > slowMs)
        return note(
          `The relay answers ${time}: it is far, or something on the way delays requests. Saves and commands take that much longer.`,
          {
            says: 'To see where the time goes:',
            copy: `curl -so /dev/null -w '%{time_connect} %{time_total}\\n' ${origin.origin}/v1/hello`,
          },
        );
      return ok(`The relay answers ${time}.`);
    } catch (error) {
      if (error instanceof Problem) return refused(error, origin);
      return stranger(interruptionOf(error, origin.host), origin);
    }
  },
};

/** Some requests pass. The bridge makes each again until it is answered, and nothing happens twice. */
function unsteady({ message }: Interruption, says: string, { origin }: URL): Finding {
  return note(`${says}: ${message} The bridge repeats what is lost, which takes longer.`, {
    says: 'If this lasts, ask the people who run the gateway or the relay:',
    copy: `Please check why some requests to ${origin} get no answer of the relay.`,
  });
}

const newestHere = {
  says: 'Install the newest release on this machine, or in a checkout:',
  copy: 'git pull && npm ci',
};

function refused(problem: Problem, { origin }: URL): Finding {
  if (problem.code === 'bridge-outdated') return fail(problem.message, newestHere, exitCodes.incompatible);
  return fail(`The relay refuses: ${problem.message}`, {
    says: problem.toJson().hint,
    copy: `curl -s ${origin}/v1/hello`,
  });
}

function stranger({ message, status, breakage }: Interruption, { origin }: URL): Finding {
  if (/ of a newer edition /.test(message)) return fail(message, newestHere, exitCodes.incompatible);
  if (/ of the first edition /.test(message)) {
    const fix = { says: 'On the server, install the newest release, or in a checkout:', copy: newestHere.copy };
    return fail(message, fix, exitCodes.incompatible);
  }
  if (/does not prove/.test(message))
    return fail(message, { says: 'If you have set up the relay anew:', copy: `sallyport login ${origin}` });
  if (status !== undefined && (status < 500 || status === 511))
    return fail(message, {
      says: 'Open this in a browser and sign in to the network. It shows "sallyport/2" once the way is free:',
      copy: `${origin}/v1/hello`,
    });
  if (status !== undefined)
    return fail(message, { says: 'If this lasts, on the server:', copy: 'curl -s http://127.0.0.1:8787/livez' });
  const says =
    breakage === 'timeout'
      ? 'The connection opens, but nothing answers. On the server:'
      : 'Something on the way closes the connection. On the server, see whether the relay is well:';
  return fail(message, { says, copy: 'curl -s http://127.0.0.1:8787/livez' });
}
