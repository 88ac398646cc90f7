/** Files that vite hands over as text. */
declare module '*.svg?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: this is how vite exports it
  export default text;
}
declare module '*.css';
