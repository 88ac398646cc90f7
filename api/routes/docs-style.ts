/** The looks of `/docs`, light and dark. */
export const docsStyle = `
:root { --ink: #1c2430; --dim: #5a6675; --paper: #fbfbfa; --card: #ffffff; --line: #dfe3e8; --accent: #0b5fae; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ee; --dim: #9aa6b5; --paper: #12161c; --card: #1a2029; --line: #2c3541; --accent: #7db8f2; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 6rem; }
h1 { font-size: 1.9rem; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 1rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-top: 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; margin: .6rem 0; }
section:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
small { color: var(--dim); }
code, pre { font: .9em/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; margin: .5rem 0 0; padding: .75rem; background: var(--paper); border-radius: .4rem; }
.method { font-weight: 700; color: var(--accent); font-size: .85em; }
details { margin-top: .35rem; }
summary { cursor: pointer; color: var(--dim); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
`;
