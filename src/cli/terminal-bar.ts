const BAR = 24;
const CLEAR = '\r\u001b[2K';

/** One line that shows how far long work is, where somebody watches; nothing elsewhere. */
export function terminalBar(out: { isTTY?: boolean; columns?: number; write(text: string): unknown }) {
  let shown = '';
  return {
    show(message: string, share: number): void {
      if (!out.isTTY) return;
      const full = Math.max(0, Math.min(BAR, Math.round(share * BAR)));
      const line = `  [${'█'.repeat(full)}${'░'.repeat(BAR - full)}] ${Math.round(share * 100)} %  ${message.replace(/\p{C}+/gu, ' ')}`;
      if (line === shown) return;
      shown = line;
      out.write(CLEAR + line.slice(0, Math.max(20, (out.columns || 80) - 1)));
    },
    end(): void {
      if (shown !== '') out.write(CLEAR);
      shown = '';
    },
  };
}
