/** What benchmarks print: percentiles, ratios, and a calibration of the machine beside them. */

/** The value below which `part` (0 to 1) of the samples lie; NaN of none. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** "p50 3.1 ms · p99 6.0 ms" of samples in ms. */
export function spread(samples: readonly number[]): string {
  return `p50 ${percentile(samples, 0.5).toFixed(2)} ms · p99 ${percentile(samples, 0.99).toFixed(2)} ms`;
}
