import { kindByRule } from '../domain/issue-kind.ts';

/** An autoscaler without the metrics that it scales by. */
const autoscalerBlind = kindByRule({
  name: 'autoscaler_blind',
  title: 'An autoscaler that sees no metrics',
  says: { now: 'can’t scale', past: 'couldn’t scale' },
  alerts: [
    'KubernetesHpaMetricsUnavailability',
    'KubernetesHpaScaleInability',
    'KubeHpaMetricsUnavailable',
    'KubeHpaMetricMissing',
    'KedaScalerErrors',
  ],
});
export default autoscalerBlind;
