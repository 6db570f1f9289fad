import { describe, expect, it } from 'vitest';
import { isAbout } from '../../src/domain/is-about.ts';
import { withoutSubject } from '../../src/domain/without-subject.ts';

const pod = (name: string, owner?: string) => ({
  kind: 'Pod' as const,
  namespace: 'shop',
  name,
  ...(owner ? { owner } : {}),
});

describe('whose a finding is', () => {
  it.each([
    ['cart-6d5f7c9b8d-x2k4p', 'cart'],
    ['cart-0', 'cart'],
    ['cart-x2k4p', 'cart'],
    ['cart-api-6d5f7c9b8d-x2k4p', 'cart-api'],
  ])('%s is of %s by its name', (name, workload) => {
    expect(isAbout(pod(name), workload)).toBe(true);
  });

  it("is never another's whose name only begins alike", () => {
    for (const name of ['cart-api-6d5f7c9b8d-x2k4p', 'cart-api-0', 'cart-db-x2k4p'])
      expect(isAbout(pod(name), 'cart')).toBe(false);
    expect(isAbout({ kind: 'Deployment', namespace: 'shop', name: 'cart-api' }, 'cart')).toBe(false);
  });

  it('is said by the owner where that was seen, whatever the name', () => {
    expect(isAbout(pod('cart-v2-x2k4p', 'cart-v2'), 'cart')).toBe(false);
    expect(isAbout(pod('cart-v2-x2k4p', 'cart-v2'), 'cart-v2')).toBe(true);
  });
});

it("leaves a name in a message that is another's", () => {
  expect(withoutSubject('Pod cart-api-6d5f7c9b8d-x2k4p: killed', 'cart')).toBe('Pod cart-api-6d5f7c9b8d-x2k4p: killed');
  expect(withoutSubject('Pod cart-6d5f7c9b8d-x2k4p: killed', 'cart')).toBe('killed');
});
