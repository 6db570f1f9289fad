/** Says what is being done and how long it took. `work` returns {ok, output}; its output is shown only when it failed. Throws then. */
export function longWork(title, work) {
  process.stdout.write(`Set-up: ${title} … `);
  const start = performance.now();
  const { ok, output } = work();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(ok ? `done in ${seconds} s\n` : `failed after ${seconds} s\n`);
  if (!ok) throw new Error(`${title} failed:\n${ends(output)}`);
}

/** A program says what is wrong at the beginning or at the end. */
function ends(text) {
  const lines = text.trim().split('\n');
  return (lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)]).join('\n');
}
