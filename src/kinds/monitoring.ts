import { kindByRule } from '../domain/issue-kind.ts';

/** What watches the others. */
const monitoring = kindByRule({
  name: 'monitoring',
  title: 'The monitoring itself is unwell',
  says: { now: 'doesn’t watch as it should', past: 'didn’t watch as it should' },
  alerts: [
    'Watchdog',
    'TargetDown',
    'InfoInhibitor',
    'PrometheusNotIngestingSamples',
    'PrometheusRuleFailures',
    'PrometheusBadConfig',
    'PrometheusTargetLimitHit',
    'PrometheusErrorSendingAlertsToAnyAlertmanager',
    'PrometheusErrorSendingAlertsToSomeAlertmanagers',
    'PrometheusNotConnectedToAlertmanagers',
    'PrometheusTSDBReloadsFailing',
    'PrometheusTSDBCompactionsFailing',
    'PrometheusRemoteStorageFailures',
    'AlertmanagerFailedReload',
    'AlertmanagerMembersInconsistent',
    'AlertmanagerFailedToSendAlerts',
    'AlertmanagerClusterDown',
    'AlertmanagerClusterCrashlooping',
    'AlertmanagerConfigInconsistent',
    'KubeStateMetricsListErrors',
    'KubeStateMetricsWatchErrors',
  ],
});
export default monitoring;
