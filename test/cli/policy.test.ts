import { describe, expect, it } from 'vitest';
import { Settings } from '../../src/app/settings.ts';
import { policiesOf, tableOf } from '../../src/cli/policy.ts';

const settings = Settings.parse({
  approvers: ['U_ONCALL'],
  services: [
    { namespace: 'shop', name: 'payment-api', critical: true },
    { namespace: 'shop', name: 'cart-api' },
    { namespace: 'shop', name: 'ledger-db', autonomy: 'ask', at_timeout: 'escalate', approvers: [] },
  ],
});
const workload = (name: string, namespace = 'shop') => ({ kind: 'Deployment' as const, namespace, name });
const rows = policiesOf(
  settings,
  ['payment-api', 'cart-api', 'ledger-db', 'unknown-api']
    .map((name) => workload(name))
    .concat(workload('coredns', 'kube-system')),
);
const of = (name: string) => rows.find((row) => row.name === name);

describe('what the configuration means for each workload', () => {
  it('is told for a critical one, an uncritical one, one that asks and one that nobody listed', () => {
    expect(of('payment-api')).toMatchObject({
      critical: true,
      asked: ['U_ONCALL'],
      alone: 'steps that are over 95 % sure with a low blast radius',
      atTimeout: "it runs after 5 min; a person is called where it can't be undone and reaches far",
    });
    expect(of('cart-api')).toMatchObject({ critical: false, alone: 'steps whose blast radius is not high' });
    expect(of('ledger-db')).toMatchObject({
      asked: [],
      alone: 'nothing',
      atTimeout: 'a person is called after 5 min',
      why: 'its configuration says to ask; nobody may approve',
    });
    expect(of('unknown-api')).toMatchObject({
      critical: true,
      alone: 'nothing',
      atTimeout: 'a person is called after 5 min',
      why: 'nobody listed it, so it counts as critical',
    });
  });

  it('is that nothing is done in a protected namespace, and where all is only observed', () => {
    expect(of('coredns')).toMatchObject({ alone: 'nothing', atTimeout: 'nothing', why: 'its namespace is protected' });
    const [observed] = policiesOf({ ...settings, mode: 'observe' }, [workload('cart-api')]);
    expect(observed).toMatchObject({ alone: 'nothing', why: 'the whole configuration only observes' });
  });

  it('is a table of one line a workload, by namespace and name', () => {
    const lines = tableOf(rows).split('\n');
    expect(lines).toHaveLength(rows.length + 1);
    expect(lines[1]).toMatch(/^kube-system\/coredns {2,}/);
  });
});
