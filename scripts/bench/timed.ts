/** Times of one call after the other, in ms; three more go before and are not counted. */
export async function timed(act: () => unknown, count = 60): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < count + 3; n++) {
    const at = performance.now();
    await act();
    if (n >= 3) samples.push(performance.now() - at);
  }
  return samples;
}
