/** Loaded before a program of ours (`--import`): its clock is SHIFTED_CLOCK_AHEAD_MS ahead of this machine's. */
const aheadMs = Number(process.env.SHIFTED_CLOCK_AHEAD_MS ?? 0);
const own = Date.now;
Date.now = () => own() + aheadMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, as),
  apply: () => new Date().toString(),
});
