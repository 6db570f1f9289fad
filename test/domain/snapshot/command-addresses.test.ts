import { describe, expect, it } from 'vitest';
import { addressesInCommand } from '../../../src/domain/snapshot/command-addresses.ts';

describe('hosts in a shell command', () => {
  it.each([
    ['until nc -z -w 2 shop-db 5432; do sleep 2; done', { host: 'shop-db', port: 5432 }],
    [
      'until nslookup orders.$(cat /var/run/namespace).svc.cluster.local; do sleep 2; done',
      { host: 'orders', port: null },
    ],
    ['while ! pg_isready -h pg.data -p 5433; do sleep 1; done', { host: 'pg.data', port: 5433 }],
    ['timeout 1 bash -c "</dev/tcp/redis/6379"', { host: 'redis', port: 6379 }],
  ])('%s', (command, found) => {
    expect(addressesInCommand(['sh', '-c', command])).toEqual([found]);
  });

  it('are none where nobody is asked', () => {
    expect(addressesInCommand(['sh', '-c', 'echo host db 5432; exec /server --sync 10'])).toEqual([]);
  });
});
