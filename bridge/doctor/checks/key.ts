/** Whether the relay knows this machine's key: valid, revoked, or lost on the way. */
import { Problem } from '#contract/problems.ts';
import { interruptionOf } from '../../net/interruption.ts';
import { type Check, type Finding, fail, ok, skipped } from '../check.ts';

export const key: Check = {
  name: 'key',
  title: 'Key',
  group: 'Relay',
  after: ['answers', 'store'],
  exitCode: 3,
  run: async ({ origin, key: sent, machine, shared }) => {
    const login = `sallyport login ${origin?.origin}`;
    if (sent === undefined) return fail('This machine has no key for this relay.', { says: 'Link it:', copy: login });
    try {
      await shared.again(() => shared.client().call('bridgeDeviceKeys'));
      return ok(machine === undefined ? 'The relay accepts it.' : `The relay accepts it, for the machine ${machine}.`);
    } catch (error) {
      if (error instanceof Problem) return refused(error, login, origin?.origin ?? '');
      // A network that loses requests is named by the answers.
      if ((await shared.greeting()).lost.length > 0) return skipped('The request got no answer: see Answer.');
      const { message } = interruptionOf(error, origin?.host ?? '');
      return fail(message, {
        says: 'Something answers calls with a key that lets others through. Ask your IT:',
        copy: pleaseFor(origin?.origin ?? ''),
      });
    }
  },
};

function refused(problem: Problem, login: string, origin: string): Finding {
  if (problem.code === 'key-missing')
    return fail('Something on the way strips the Authorization header: the relay got no key.', {
      says: 'Ask the people who run the gateway or proxy:',
      copy: pleaseFor(origin),
    });
  const isOver = problem.code.startsWith('key-') || problem.code === 'machine-removed';
  if (!isOver) return fail(`The relay refuses it: ${problem.message}`, { says: problem.toJson().hint, copy: login });
  return fail(`The relay does not accept it (${problem.code}): ${problem.message}`, {
    says: 'Link this machine again:',
    copy: login,
  });
}

function pleaseFor(origin: string): string {
  return `Please pass the header Authorization unchanged to ${origin}.`;
}
