/** Text in an XML file. */
import { ServiceTrouble } from './service.ts';

const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes a text for an element. Throws a ServiceTrouble where XML cannot hold it. */
export function xmlText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
  if (/[\u0000-\u001f\ufffe\uffff]/.test(text))
    throw new ServiceTrouble(`A service cannot be called with a control character: ${JSON.stringify(text)}`);
  return text.replace(/[&<>"]/g, (sign) => names[sign] ?? sign);
}
