import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function mistakesIn(yaml: string): string[] {
  const file = join(folder, 'nightshift.yaml');
  writeFileSync(file, yaml);
  const read = readConfig({ NIGHTSHIFT_CONFIG: file });
  return read.ok ? [] : read.errors.map((error) => error.replace(`${folder}/`, ''));
}

describe('a mistake in nightshift.yaml', () => {
  it.each([
    ['defaults:\n  timeout: 0s', 'nightshift.yaml:2:12: defaults.timeout: must be from 1s to 7d'],
    ['defaults: {timeout: 900d}', 'nightshift.yaml:1:21: defaults.timeout: must be from 1s to 7d'],
    ['scan:\n  every: 0s', 'nightshift.yaml:2:10: scan.every: must be from 5s to 1d'],
    ['limits: {unanswered: 99999d}', 'nightshift.yaml:1:22: limits.unanswered: must be from 1s to 7d'],
    ['approvers:\n  - Jane Doe', 'nightshift.yaml:2:5: approvers.0: is not a Slack id'],
    ['approvers: ["@jane"]', 'nightshift.yaml:1:13: approvers.0: is not a Slack id'],
    ['services: [{name: a, approvers: [ops]}]', 'nightshift.yaml:1:34: services.0.approvers.0: is not a Slack id'],
    ['protected_namespaces: []', 'nightshift.yaml:1:23: protected_namespaces: must name at least one'],
    ['services:\n  - {name: a}\n  - {name: b}\n  - {name: a}', 'nightshift.yaml:4:5: services.2: */a is here twice'],
    ['servces: []', 'nightshift.yaml:1:1: unknown key "servces"'],
    ['services:\n  - {name: a, autnomy: ask}', 'nightshift.yaml:2:15: services.0: unknown key "autnomy"'],
    ['approvers: &all [U1]\nservices:\n  - {name: a, approvers: *all}', 'nightshift.yaml:3:26: an alias (*name)'],
    ['mode: act\nmode: observe', 'nightshift.yaml:2:1: Map keys must be unique'],
    ['services: [', 'nightshift.yaml:1:12: '],
  ])('is said with its file, line and field: %j', (yaml, message) => {
    expect(mistakesIn(yaml)).toEqual([expect.stringContaining(message)]);
  });

  it('is one of many, and all are said at once', () => {
    expect(mistakesIn('scan: {every: 0s}\nmode: perhaps\napprovers: [Jane]')).toHaveLength(3);
  });

  it('isn’t seen in what is right, or in an empty file', () => {
    expect(mistakesIn('')).toEqual([]);
    expect(
      mistakesIn('approvers: [U0123ABCD, S0123ABCD]\nservices: [{namespace: a, name: x}, {namespace: b, name: x}]'),
    ).toEqual([]);
  });
});
