/** The CronJob controller calls a Job after its CronJob and the minute that it was due in (since 1970). */
const DUE = /^(.{1,52})-(\d{7,11})$/;

/** On a Job that runs another's work once more: the uid of that one. */
export const RETRY_OF = 'nightshift.dev/retry-of';

/** The CronJob that a Job is called after; null where its name isn't of that form. */
export const cronJobOf = (job: string): string | null => DUE.exec(job)?.[1] ?? null;

export const isJobOf = (job: string, cronJob: string): boolean => cronJobOf(job) === cronJob;
