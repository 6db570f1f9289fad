import { percent } from '../domain/figures.ts';
import { kindByRule } from '../domain/issue-kind.ts';

/** Containers that often wait for the CPU that their limit keeps from them. */
const cpuThrottling = kindByRule({
  name: 'cpu_throttling',
  title: 'Containers throttled by their CPU limit',
  says: { now: 'is throttled by its CPU limit', past: 'was throttled by its CPU limit' },
  chart: 'throttling',
  alerts: ['CPUThrottlingHigh', 'KubernetesContainerCpuThrottling', 'ContainerHighThrottleRate'],
  message: (value, threshold) =>
    threshold !== null && threshold > 0 && threshold < 1 && value >= 0 && value <= 1
      ? `${percent(value)} of its time slices are throttled by the CPU limit`
      : null,
});
export default cpuThrottling;
