/** Whether there is room for a desktop's columns. */
import { createSignal } from 'solid-js';

const query = matchMedia('(min-width: 960px)');
const [wide, setWide] = createSignal(query.matches);
query.addEventListener('change', () => setWide(query.matches));

/** True from 960 px on; reading it subscribes. */
export const isWide = wide;
