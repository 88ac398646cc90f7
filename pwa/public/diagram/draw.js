// Draws one diagram in a frame without an origin: it gets a text from the app, and says how high the drawing is or that there is none.
addEventListener('message', async ({ data }) => {
  if (typeof data?.text !== 'string') return;
  const say = (message) => parent.postMessage({ diagram: data.id, ...message }, '*');
  try {
    const { mermaid } = globalThis;
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      theme: data.isDark ? 'dark' : 'neutral',
      // What the text says of these itself is passed over.
      secure: ['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'theme', 'htmlLabels'],
      htmlLabels: false,
      flowchart: { htmlLabels: false },
    });
    const { svg } = await mermaid.render('drawn', data.text);
    document.getElementById('diagram').innerHTML = svg;
    say({ height: Math.ceil(document.getElementById('diagram').getBoundingClientRect().height) });
  } catch {
    say({ failed: true });
  }
});
parent.postMessage({ diagram: 'ready' }, '*');
