/** A trigger of KEDA's `cron` scaler: `start` and `end` in cron's five fields, in `timezone`. `message` says the same to a person. */
export type CronWindow = { timezone: string; start: string; end: string; desiredReplicas: number; message: string };

/** `timezone` is an IANA name; one replica takes `perReplica` requests per second. */
export type DemandSettings = { timezone: string; perReplica: number; minReplicas: number; maxReplicas: number };
