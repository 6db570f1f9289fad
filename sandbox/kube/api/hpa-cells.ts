import type { KubeObject } from '../objects.ts';

type Target = { type: string; averageUtilization?: number; averageValue?: string; value?: string };
type Current = { averageUtilization?: number; averageValue?: string; value?: string };
type Metric = {
  type: string;
  resource?: { name: string; target: Target };
  external?: { metric: { name: string }; target: Target };
};
type CurrentMetric = {
  type: string;
  resource?: { name: string; current: Current };
  external?: { metric: { name: string }; current: Current };
};

/** TARGETS of an HPA: `cpu: 45%/80%`, `memory: <unknown>/500Mi`. */
export function hpaTargets(hpa: KubeObject): string {
  const metrics = (hpa.spec?.metrics ?? []) as Metric[];
  const current = (hpa.status?.currentMetrics ?? []) as CurrentMetric[];
  const parts = metrics.map((metric) => {
    if (metric.external) {
      const { name } = metric.external.metric;
      const average = current.find((c) => c.external?.metric.name === name)?.external?.current.averageValue;
      return `${average ?? '<unknown>'}/${metric.external.target.averageValue ?? '<unset>'} (avg)`;
    }
    const name = metric.resource?.name ?? metric.type;
    const target = metric.resource?.target;
    const now = current.find((c) => c.resource?.name === name)?.resource?.current;
    const percent = (value: number | undefined): string => (value === undefined ? '<unknown>' : `${value}%`);
    if (target?.averageUtilization !== undefined) {
      return `${name}: ${percent(now?.averageUtilization)}/${target.averageUtilization}%`;
    }
    return `${name}: ${now?.averageValue ?? '<unknown>'}/${target?.averageValue ?? target?.value ?? '<unset>'}`;
  });
  return parts.join(', ') || '<none>';
}
