/** How far a long upload of a machine is, in words: the same on its terminal, in `sallyport status` and in the app. Pure, and without schemas: the app's first screen uses it. */

/** An upload that is under way. */
export interface UploadNow {
  /** Documents that the relay has. */
  readonly there: number;
  /** Changes that it is still to get. */
  readonly left: number;
  readonly perSecond: number;
}

/** "4,500 of 10,000 documents": also where it is paused. */
export function uploadedText({ there, left }: Pick<UploadNow, 'there' | 'left'>): string {
  return `${there.toLocaleString('en')} of ${(there + left).toLocaleString('en')} documents`;
}

/** "4,500 of 10,000 documents, 900 a second, 7 s left". */
export function uploadText(now: UploadNow): string {
  if (now.perSecond <= 0) return uploadedText(now);
  const pace = now.perSecond < 10 ? now.perSecond.toFixed(1) : Math.round(now.perSecond).toLocaleString('en');
  return `${uploadedText(now)}, ${pace} a second, ${leftText(now.left / now.perSecond)} left`;
}

function leftText(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 90 * 60 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
