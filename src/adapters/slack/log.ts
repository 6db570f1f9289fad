import { type Logger, LogLevel } from '@slack/web-api';
import { headOf } from '../../domain/cut-text.ts';

/** What this adapter wants of a logger; pino's fits. Fields first, static text second. */
export type SlackLog = {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
};

/** Slack's libraries log through ours. Their debug lines hold whole request bodies, so they are left out, and what they call info is our debug. */
export function slackLogger(log: SlackLog): Logger {
  const message = (parts: unknown[]) => ({ message: headOf(parts.map(String).join(' '), 500) });
  return {
    debug: () => {},
    info: (...parts: unknown[]) => log.debug(message(parts), 'slack library'),
    warn: (...parts: unknown[]) => log.warn(message(parts), 'slack library'),
    error: (...parts: unknown[]) => log.error(message(parts), 'slack library'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
