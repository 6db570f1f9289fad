import { expect, it } from 'vitest';
import { cronJobOf } from '../../src/domain/job-names.ts';

it.each([
  ['nightly-report-29177885', 'nightly-report'],
  ['report-2024-29177885', 'report-2024'],
  ['migrate', null],
  ['migrate-7', null],
  ['migrate-v2-abc12', null],
])('the CronJob of Job %s is told by its name: %s', (job, cronJob) => {
  expect(cronJobOf(job)).toBe(cronJob);
});
