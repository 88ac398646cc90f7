/** The time of one call, in ms. */
export async function timedOnce(act: () => unknown): Promise<number> {
  const at = performance.now();
  await act();
  return performance.now() - at;
}

/** Times of one call after the other, in ms; three more go before and are not counted. */
export async function timed(act: () => unknown, count = 60): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < count + 3; n++) {
    const ms = await timedOnce(act);
    if (n >= 3) samples.push(ms);
  }
  return samples;
}
