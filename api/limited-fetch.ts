/** A fetch with a limit on the size of answers, for external servers whose answers are a few kilobytes. */

/** Like `fetch`, but an answer longer than `bytesMax` (decompressed) fails. A signal in `options` also ends the reading. */
export function createLimitedFetch(bytesMax: number): (url: string, options: object) => Promise<Response> {
  return async (url, options) => {
    const answer = await fetch(url, options);
    const { status, statusText, headers } = answer;
    if (answer.body === null) return answer;
    return new Response(await readAtMost(answer.body, bytesMax), { status, statusText, headers });
  };
}

async function readAtMost(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body, and with it the connection.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`the answer has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
