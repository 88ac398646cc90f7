/** Whether the checker of histories finds faults: a rule is taken out of a copy of the tree, and a history is played there that has to end with the fault that this makes. One with all rules has to end without. */
import { copyTree, type Rule, saidIn, withoutRule } from '../mutants/copy.ts';

export interface HistoryMutant extends Rule {
  readonly rule: string;
  /** What the checker says without it. */
  readonly finds: RegExp;
}

export const historyMutants: readonly HistoryMutant[] = [
  {
    rule: 'the relay takes a batch once, also where a network repeats it',
    file: 'api/relay/documents/ingest.ts',
    line: 'if (envelope.seq <= sync.value.seq) return',
    without: 'if (envelope.seq < 0) return',
    finds: /(was told after|was read after|told twice)/,
  },
  {
    rule: 'a reader that comes back to the relay is not told again what it has',
    file: 'api/relay/feeds/pump.ts',
    line: 'const start = place.position - oldest.place.position + 1;',
    without: 'const start = place.position - oldest.place.position;',
    finds: /(told twice|block .* came after)/,
  },
  {
    rule: 'a reader that comes back to the relay is told all that it has missed',
    file: 'api/relay/feeds/pump.ts',
    line: 'return followed.blocks.slice(start, start + limit);',
    without: 'return followed.blocks.slice(start, start + limit).filter((_, at) => at !== 1);',
    finds: /block .* came after/,
  },
  {
    rule: 'a person who sees that a command is done can read what it did',
    file: 'bridge/sync/results.ts',
    line: '.filter(({ waitsFor, touched }) => waitsFor.length === 0 && !isUnderWay(touched))',
    without: '.filter(() => true)',
    finds: /was read after/,
  },
  {
    rule: 'a run that goes on while its bridge is killed is told as it ends',
    file: 'bridge/commands/kinds/exec.ts',
    line: 'const adopted = sessions.adopt(run, signal);',
    without: 'const adopted = undefined as ReturnType<typeof sessions.adopt>;',
    finds: /which ended as interrupted, was done 1 times/,
  },
  {
    rule: 'a run that an earlier life of the bridge has begun is not begun again',
    file: 'bridge/commands/kinds/exec.ts',
    line: '? await adopt(run, context)',
    without: "? await begin(await wantedOf(args, { ...context, id: context.id.concat('-again') }), context)",
    finds: /was done 2 times/,
  },
  {
    rule: 'a reader who waits at the relay is woken by what comes',
    file: 'api/store/sqlite/sqlite.ts',
    line: 'listeners.wakeOwn(shard, asked, committed);',
    without: '',
    finds: /was not seen, and nothing was in the way/,
  },
  {
    rule: 'the app shows all that comes at once',
    file: 'pwa/state/stream/events.ts',
    line: "if (last !== undefined && 'blocks' in last) last.blocks.push(block);",
    without: "if (last !== undefined && 'blocks' in last) continue;",
    finds: /zoe, .*(block .* came after|was not seen)/,
  },
  {
    rule: 'the app takes what it reads before it follows',
    file: 'pwa/state/stream/stream.ts',
    line: 'if (blocks.length > 0) sink.blocks(blocks);',
    without: '',
    finds: /zoe, .*(block .* came after|was not seen)/,
  },
];

/** Histories at a time; each has three programs of ours. */
const copies = 2;
/** Histories without one rule, of other seeds, until one finds it. */
const TRIES_MAX = 3;
/** Behind its minutes, a history waits for commands on their way, and until all is told. */
const STUCK_MS = 5 * 60_000;

/** Plays one history for each rule, and one with all of them; what was not as it has to be. */
export async function tryHistoryMutants(seed: number, minutes: number, log: (line: string) => void) {
  const left: (HistoryMutant | undefined)[] = [undefined, ...historyMutants];
  const troubles: string[] = [];
  const work = async () => {
    await using copy = await copyTree();
    while (left.length > 0) {
      const mutant = left.shift();
      const startedAt = performance.now();
      const finds = mutant?.finds ?? /^Nothing was lost/;
      let said = '';
      let found: string | undefined;
      // Whether a kill meets the moment that a rule is for is chance.
      for (let tries = 0; found === undefined && tries < (mutant === undefined ? 1 : TRIES_MAX); tries++) {
        const which = ['--minutes', `${minutes}`, '--seed', `${seed + 100 * tries}`];
        const args = ['scripts/soak.ts', '--history', '--relay', 'sqlite', ...which];
        const play = () => saidIn(copy.path, args, minutes * 60_000 + STUCK_MS);
        said = mutant === undefined ? await play() : await withoutRule(copy.path, mutant, play);
        found = said.split('\n').find((line) => finds.test(line));
      }
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      const rule = mutant?.rule ?? 'with all rules';
      if (found === undefined) troubles.push(`${rule}: not found. ${said.trimEnd().split('\n').slice(-6).join('\n')}`);
      log(`${seconds} s, ${rule}: ${found ?? 'NOT FOUND'}`);
    }
  };
  await Promise.all(Array.from({ length: copies }, work));
  return troubles;
}
