import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const sandboxed = (environment: Record<string, string>) => {
  const read = readConfig({ ALERTMANAGER_TOKEN: 't', ...environment });
  if (!read.ok) throw new Error(read.errors.join('\n'));
  return read.config.sandbox;
};

describe('the sandbox', () => {
  it('is no sandbox with a credential that reaches real people or clusters', () => {
    expect(sandboxed({})).toBe(true);
    expect(sandboxed({ PAGERDUTY_ROUTING_KEY: 'k'.repeat(32) })).toBe(false);
    expect(sandboxed({ PAGERDUTY_ROUTING_KEY: 'k', PAGERDUTY_EVENTS_URL: 'https://proxy.example/v2/enqueue' })).toBe(
      false,
    );
    expect(sandboxed({ SLACK_SIGNING_SECRET: 's' })).toBe(false);
  });

  it('stays one with a pager on this machine', () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]'])
      expect(sandboxed({ PAGERDUTY_ROUTING_KEY: 'k', PAGERDUTY_EVENTS_URL: `http://${host}:1/v2/enqueue` })).toBe(true);
    expect(sandboxed({ PAGERDUTY_ROUTING_KEY: 'k', PAGERDUTY_EVENTS_URL: 'http://127.0.0.1.evil.example/' })).toBe(
      false,
    );
  });
});
