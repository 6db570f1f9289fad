import { describe, expect, it } from 'vitest';
import { changedMigration, lastHealthy, type RevisionView, unpullable } from '../../src/domain/former-revision.ts';

const MINUTE = 60_000;
const template = (image: string, more: object = {}) => ({ spec: { containers: [{ name: 'app', image }], ...more } });
const revision = (number: number, over: Partial<RevisionView> = {}): RevisionView => ({
  revision: number,
  name: `web-${number}`,
  createdAt: number * 60 * MINUTE,
  replicas: 0,
  readyReplicas: 0,
  images: { app: `web:${number}` },
  template: template(`web:${number}`),
  ...over,
});
const chosen = (revisions: RevisionView[], knownBad?: string) => {
  const [newest] = revisions;
  const current = { revision: newest?.revision ?? 0, template: newest?.template };
  return lastHealthy(revisions, current, knownBad)?.revision ?? null;
};

describe('the last revision that was healthy', () => {
  it('is one that still serves, else one that lasted, else the newest', () => {
    expect(chosen([revision(4), revision(3), revision(2, { replicas: 2, readyReplicas: 2 }), revision(1)])).toBe(2);
    expect(chosen([revision(4), revision(3, { createdAt: 239 * MINUTE }), revision(2), revision(1)])).toBe(2);
    expect(chosen([revision(2, { createdAt: 61 * MINUTE }), revision(1)])).toBe(1);
  });

  it('is none that was rolled back from, or whose pods do not serve, or that is the same but for a restart', () => {
    expect(chosen([revision(3), revision(2), revision(1)], 'web-2')).toBe(1);
    expect(chosen([revision(3), revision(2, { replicas: 1 }), revision(1)])).toBe(1);
    const restarted = { ...template('web:2'), metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'x' } } };
    expect(chosen([revision(3, { template: restarted }), revision(2), revision(1)])).toBe(1);
    expect(chosen([revision(2, { template: template('web:1') }), revision(1)])).toBeNull();
  });
});

describe('a migration', () => {
  const withInit = (name: string, image: string) => template('web:2', { initContainers: [{ name, image }] });

  it('is an init container that changes a schema, and has changed when anything of it has', () => {
    expect(changedMigration(template('web:1'), withInit('migrate', 'web:2'))).toBe('migrate');
    expect(changedMigration(withInit('migrate', 'web:1'), withInit('migrate', 'web:2'))).toBe('migrate');
    expect(changedMigration(withInit('db', 'flyway:9'), withInit('db', 'flyway:9'))).toBeNull();
    expect(changedMigration(template('web:1'), withInit('wait-for-db', 'busybox'))).toBeNull();
  });
});

describe('an image', () => {
  const failed = (image: string, message: string) => [{ image, message }];

  it('can not be had when its own pull fails, or its registry gives none', () => {
    expect(unpullable({ app: 'r.io/web:1' }, failed('r.io/web:1', 'not found'))).toBe('r.io/web:1');
    expect(unpullable({ app: 'r.io/web:1' }, failed('r.io/web:2', 'not found'))).toBeNull();
    expect(unpullable({ app: 'r.io/web:1' }, failed('r.io/web:2', 'lookup r.io: no such host'))).toBe('r.io/web:1');
    expect(unpullable({ app: 'r.io/web:1' }, failed('other.io/web:2', 'no such host'))).toBeNull();
    expect(unpullable({ app: 'web:1' }, failed('shop/web:2', '401 Unauthorized'))).toBe('web:1');
    expect(unpullable({ app: 'web:1' }, [])).toBeNull();
  });
});
