/** Opens a door for agents without projects, asks it for its health and prints the status, for a machine without IPv6. */
import { openDoor } from '../../bridge/agents/door.ts';
import { askDoor } from './door.ts';

await using door = await openDoor(0, {
  projects: () => [],
  appUrl: () => '',
  rescan: async () => {},
  onChange: () => {},
  onTrouble: (error) => console.error(error),
});
console.log((await askDoor(`http://127.0.0.1:${door.port}/health`)).status);
