/** State of the connection: the current rung of the ladder, since when, and when the relay was last heard. */
import type { SetStoreFunction } from 'solid-js/store';
import { limits } from '#contract/limits.ts';
import type { Connection, Rung } from '../app-state.ts';
import type { StateWritable } from '../facts/shown.ts';

export interface ConnectionTracker {
  now(): Connection;
  rung(rung: Rung): void;
  heard(): void;
  /** Adopts the state of another tab or an earlier visit. */
  adopt(connection: Partial<Connection>): void;
}

export interface ConnectionDeps {
  readonly setState: SetStoreFunction<StateWritable>;
  /** Keeps it beyond a reload. */
  readonly keep: (heardAt: number) => void;
  readonly tell: (connection: Connection) => void;
  /** The relay can be reached again. */
  readonly back: () => void;
}

/** A connection in its initial state. */
export function createConnection({ setState, keep, tell, back }: ConnectionDeps): ConnectionTracker {
  let connection: Connection = { rung: 'connecting', heardAt: undefined, since: Date.now() };
  let keptAt = 0;

  function set(to: Connection): void {
    connection = to;
    setState('connection', to);
  }

  return {
    now: () => connection,
    rung(rung) {
      if (rung === connection.rung) return;
      const carried = carries(connection.rung);
      set({ ...connection, rung, since: Date.now() });
      tell(connection);
      if (carries(rung) && !carried) back();
    },
    heard() {
      const heardAt = Date.now();
      if (heardAt - (connection.heardAt ?? 0) < 1000) return;
      set({ ...connection, heardAt });
      tell(connection);
      if (heardAt - keptAt < limits.streamKeepaliveMs / 2) return;
      keptAt = heardAt;
      keep(heardAt);
    },
    adopt(other) {
      const carried = carries(connection.rung);
      set({ ...connection, ...other });
      if (carries(connection.rung) && !carried) back();
    },
  };
}

function carries(rung: Rung): boolean {
  return rung !== 'offline' && rung !== 'connecting';
}
