/** People who send commands all the time, each to specs of their own, and note what has to be true of the files afterwards. */
import { createHash } from 'node:crypto';
import { endOf } from './commanding.ts';
import { mainFile } from './ground.ts';

/** What a file has to be, by the receipts. */
interface Known {
  readonly spec: string;
  /** Text and rev of NOTES.md; `absent` before the first. */
  notes: { readonly text: string; readonly rev: string };
  /** Rev of the main file, and who was made its assignee last. */
  main: { readonly rev: string; readonly assignee?: string };
}

export interface People {
  /** Sends so many commands, or until `signal`; resolves when each has ended. */
  send(count: number, signal?: AbortSignal): Promise<void>;
  readonly known: readonly Known[];
  /** Revs that commands have made. */
  readonly made: readonly string[];
  /** Ended commands by their state. */
  readonly states: Readonly<Record<string, number>>;
  /** What was not as it has to be. */
  readonly troubles: readonly string[];
}

export interface PeopleDeps {
  readonly url: string;
  readonly key: string;
  readonly machine: string;
  readonly project: string;
  readonly specs: readonly string[];
  /** Rev of each main file. */
  readonly revs: ReadonlyMap<string, string>;
  readonly random: () => number;
  readonly seed: number;
}

const peopleCount = 4;
/** A command lives longer than any outage. */
const expiresInSeconds = 120;

/** People towards one machine. */
export function createPeople({ machine, project, specs, revs, random, seed, ...relay }: PeopleDeps): People {
  const known = specs.map(
    (spec): Known => ({ spec, notes: { text: '', rev: 'absent' }, main: { rev: revs.get(mainFile(spec)) ?? '' } }),
  );
  const made: string[] = [];
  const states: Record<string, number> = {};
  const troubles: string[] = [];
  let counter = 0;

  const command = async (kind: string, args: object, more: object = {}) => {
    counter += 1;
    const id = `soak-${seed}-${counter}`;
    const body = { id, kind, args: { project, ...args }, whenOffline: 'queue', expiresInSeconds, ...more };
    const record = await endOf(relay, `/v1/machines/${machine}/commands`, body);
    states[record.state] = (states[record.state] ?? 0) + 1;
    if (record.state === 'done') return record.result as { rev: string; text?: string };
    troubles.push(`${id} ${kind} ended ${record.state}: ${JSON.stringify(record.problem ?? record.receipts)}`);
    return undefined;
  };
  const note = async (one: Known) => {
    const text = `${one.notes.text}- note ${counter} of ${one.spec}\n`;
    const args = { spec: one.spec, document: 'NOTES.md', content: text };
    const result = await command('spec-document-write', args, { ifRev: one.notes.rev });
    if (result === undefined) return;
    const rev = createHash('sha256').update(text).digest('hex');
    if (result.rev !== rev) troubles.push(`${one.spec}: a receipt names ${result.rev}, not ${rev}`);
    made.push(rev);
    one.notes = { text, rev };
  };
  const assign = async (one: Known) => {
    const assignee = `somebody-${counter}`;
    const result = await command('spec-metadata-update', { spec: one.spec, assignee }, { ifRev: one.main.rev });
    if (result === undefined) return;
    made.push(result.rev);
    one.main = { rev: result.rev, assignee };
  };
  const look = async (one: Known) => {
    if (one.notes.rev === 'absent') return await note(one);
    const text = await readNow(relay, machine, { project, path: `specs/${one.spec}/NOTES.md` });
    if (text !== undefined && text !== one.notes.text) troubles.push(`${one.spec}: read something else`);
  };
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
  return {
    known,
    made,
    states,
    troubles,
    send: async (count, signal) => {
      let left = count;
      const one = async (person: number) => {
        const own = known.filter((_, index) => index % peopleCount === person);
        while (left > 0 && signal?.aborted !== true) {
          left -= 1;
          await pick([note, note, assign, look])(pick(own));
        }
      };
      await Promise.all(Array.from({ length: peopleCount }, (_, person) => one(person)));
    },
  };
}

/** What the machine has of a file; undefined where it or the relay is away. */
async function readNow(
  relay: { readonly url: string; readonly key: string },
  machine: string,
  args: object,
): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${relay.key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ kind: 'file-read', args });
  try {
    const response = await fetch(new URL(`/v1/machines/${machine}/queries`, relay.url), {
      method: 'POST',
      headers,
      body,
    });
    const answer = (await response.json()) as { result?: { text: string } };
    return answer.result?.text;
  } catch {
    return undefined;
  }
}
