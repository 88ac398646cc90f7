/** Renders Markdown in a worker, so that a text with endless rendering does not block the page. */
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

addEventListener('message', ({ data }: MessageEvent<MarkdownRequest>) => {
  postMessage({ id: data.id, html: markdownHtml(data.text, data.boxes) } satisfies MarkdownAnswer);
});
