import { offset } from './format.ts';
import type { PlayProgress } from './play.ts';

const BAR = 24;
const CLEAR = '\r\u001b[2K';

/** On a terminal a line that moves below what has happened; elsewhere plain lines only. Control characters from outside are left out. */
export function terminalProgress(out: {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}): PlayProgress & { end(): void } {
  let bar = '';
  const draw = (line: string) => {
    if (!out.isTTY) return;
    bar = line.slice(0, Math.max(20, (out.columns ?? 80) - 1));
    out.write(CLEAR + bar);
  };
  return {
    moved(at, lasts, open) {
      const full = Math.max(0, Math.min(BAR, Math.round((at / lasts) * BAR)));
      const states = open.map(({ service, state }) => `${service} ${state.replaceAll('_', ' ')}`).join(', ');
      draw(
        `  [${'█'.repeat(full)}${'░'.repeat(BAR - full)}] ${offset(at)} of ${offset(lasts).slice(1)}  ${plain(states)}`,
      );
    },
    happened(at, message) {
      const line = `  ${offset(at)}  ${plain(message)}\n`;
      out.write(out.isTTY ? CLEAR + line + bar : line);
    },
    end() {
      if (out.isTTY && bar !== '') out.write(CLEAR);
      bar = '';
    },
  };
}

const plain = (text: string): string => text.replace(/\p{C}+/gu, ' ');
