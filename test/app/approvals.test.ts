import { describe, expect, it } from 'vitest';
import { createApproverBook } from '../../src/app/approver-book.ts';
import { policyFor } from '../../src/app/policy.ts';
import { Settings } from '../../src/app/settings.ts';
import { strictest } from '../../src/domain/service-policy.ts';
import type { Directory, MemberKind, OnCall } from '../../src/ports/directory.ts';

/** Who may approve what: by the configuration, and by who is in its groups and on call right now. */

const settings = Settings.parse({
  approvers: ['U_ALL'],
  approvals: [
    { actions: ['drain_and_cordon'], approvers: ['S0PLATFORM'], four_eyes: true },
    { namespaces: ['shop'], critical: true, approvers: ['pagerduty:PSHOP'] },
    { namespaces: ['payroll'], approvers: [] },
  ],
  services: [
    { namespace: 'shop', name: 'ledger', critical: true },
    { namespace: 'shop', name: 'cart', approvers: ['U_CART'] },
  ],
});
const may = (namespace: string, service: string, action?: string) => policyFor(settings, namespace, service, action);

describe('the configuration', () => {
  it('names approvers by action, namespace and criticality, the first that fits before those of the service', () => {
    expect(may('shop', 'cart', 'restart_deployment').approvers).toEqual(['U_CART']);
    expect(may('shop', 'ledger', 'restart_deployment').approvers).toEqual(['pagerduty:PSHOP']);
    expect(may('shop', 'cart', 'drain_and_cordon')).toMatchObject({ approvers: ['S0PLATFORM'], fourEyes: true });
    expect(may('payroll', 'api', 'restart_deployment').approvers).toEqual([]);
    expect(may('other', 'api').approvers).toEqual(['U_ALL']);
    expect(may('shop', 'cart')).not.toHaveProperty('fourEyes');
  });

  it('of several services the strictest counts', () => {
    const both = strictest([may('shop', 'cart', 'drain_and_cordon'), may('shop', 'cart', 'restart_deployment')]);
    expect(both).toMatchObject({ approvers: [], fourEyes: true });
  });

  it.each([
    [{ approvers: ['alice'] }, /Slack id/],
    [{ approvals: [{ namespaces: ['shop'] }] }, /neither approvers nor four_eyes/],
    [{ pagerduty_users: { P1: 'alice' } }, /member's id/],
  ])('%j is no configuration', (wrong, says) => {
    expect(JSON.stringify(Settings.safeParse(wrong).error?.issues)).toMatch(says);
  });
});

describe('groups and schedules', () => {
  let now = 0;
  let groups: Record<string, string[] | null> = {};
  let kinds: Record<string, MemberKind> = {};
  const directory: Directory = {
    group: async (id) => {
      const users = groups[id];
      return users
        ? { ok: true, value: users }
        : { ok: false, message: 'missing_scope: add the scope usergroups:read' };
    },
    member: async (id) => ({ ok: true, value: kinds[id] ?? 'member' }),
    byEmail: async (email) => ({ ok: true, value: email === 'c@example.com' ? 'U_C' : null }),
  };
  const onCall: OnCall = {
    now: async () => ({
      ok: true,
      value: [
        { id: 'P1', name: 'Ana', email: null },
        { id: 'P2', name: 'Bo', email: 'b@example.com' },
        { id: 'P3', name: 'Cy', email: 'c@example.com' },
      ],
    }),
  };
  const book = () =>
    createApproverBook({
      ids: ['U_ALL', 'S0PLATFORM', 'pagerduty:PSHOP', 'U_BOT'],
      directory,
      onCall,
      pagerDutyUsers: { P1: 'U_A' },
      now: () => now,
    });

  it('are the people in them; guests, bots and people of other workspaces may start nothing, and that is said', async () => {
    groups = { S0PLATFORM: ['U_X', 'U_GUEST', 'U_FAR'] };
    kinds = { U_GUEST: 'guest', U_FAR: 'outsider', U_BOT: 'bot' };
    const read = book();
    await read.look();
    expect(read.people(['S0PLATFORM', 'U_ALL', 'U_BOT'])).toEqual(['U_X', 'U_ALL']);
    expect(read.people(['pagerduty:PSHOP'])).toEqual(['U_A', 'U_C']);
    const said = read.notes().join('\n');
    for (const who of ['U_GUEST', 'U_FAR', 'U_BOT', 'Bo (P2)']) expect(said).toContain(who);
  });

  it('that can’t be read are said; who was in one may approve for an hour more, and then nobody', async () => {
    groups = { S0PLATFORM: ['U_X'] };
    const read = book();
    await read.look();
    groups = { S0PLATFORM: null };
    now += 30 * 60_000;
    await read.look();
    expect(read.people(['S0PLATFORM'])).toEqual(['U_X']);
    expect(read.notes().join()).toMatch(/usergroups:read.*may still approve/);
    now += 31 * 60_000;
    await read.look();
    expect(read.people(['S0PLATFORM'])).toEqual([]);
    expect(read.notes().join()).toMatch(/Nobody may approve by it/);
    groups = { S0PLATFORM: ['U_Y'] };
    await read.look();
    expect(read.people(['S0PLATFORM'])).toEqual(['U_Y']);
  });
});
