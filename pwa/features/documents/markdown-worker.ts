/** Renders Markdown in a worker, so that a text with endless rendering does not block the page. */
import { fetchLanguages } from './code-colours.ts';
import { type BoxGrammar, markdownHtml } from './markdown-html.ts';

export interface MarkdownRequest {
  readonly id: number;
  readonly text: string;
  /** Which grammar its boxes follow; `none`: boxes are text. */
  readonly boxes: BoxGrammar;
}

export interface MarkdownAnswer {
  readonly id: number;
  readonly html: string;
}

/** On a slow line the text does not wait for its colours; they are there the next time. */
const languagesMs = 400;

addEventListener('message', async ({ data }: MessageEvent<MarkdownRequest>) => {
  await Promise.race([fetchLanguages(data.text), new Promise((resolve) => setTimeout(resolve, languagesMs))]);
  postMessage({ id: data.id, html: markdownHtml(data.text, data.boxes) } satisfies MarkdownAnswer);
});
