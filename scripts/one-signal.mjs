// Preloaded where the launcher stays beside the program. Ctrl-C, and what ends a job, reach both, and the launcher passes on
// what it gets: the same signal twice within a moment is one, and not a second one that ends the program at once.
const momentMs = 500;
const signals = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);
const held = new Set();
const emit = process.emit;

process.emit = (name, ...words) => {
  if (held.has(name)) return true;
  if (signals.has(name)) hold(name);
  return emit.call(process, name, ...words);
};

/** While somebody listens, the system does not end the program by itself. */
function hold(signal) {
  const listen = () => undefined;
  held.add(signal);
  process.on(signal, listen);
  setTimeout(() => {
    held.delete(signal);
    process.off(signal, listen);
  }, momentMs).unref();
}
