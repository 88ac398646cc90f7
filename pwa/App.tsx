/** The frame of all screens. */
import { useApp } from './state/context.ts';

export function App() {
  const app = useApp();
  return <main>{app.state.connection.rung}</main>;
}
