import type { Correlator, Found } from '../extension-points.ts';

/** What traces and logs that were sent by OTLP show: slower self times, new log patterns, failures; worked out while they came. Its words are open, as a metric may have any name. */
const telemetrySigns: Correlator = {
  name: 'telemetry_signs',
  finds: {},
  correlate: ({ telemetry }) => (telemetry ?? []) as Found[],
};

export default telemetrySigns;
