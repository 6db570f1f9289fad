type Labels = Readonly<Record<string, string>>;

/** Fills `{{ $labels.x }}`, `{{ $value }}` and `{{ $value | filter }}` as Prometheus does; anything else stays as it is. */
export function fillTemplate(template: string, labels: Labels, value: number): string {
  return template.replace(
    /\{\{\s*\$(?:labels\.(\w+)|value)\s*(?:\|\s*(\w+)\s*)?\}\}/g,
    (whole, label?: string, filter?: string) => {
      if (label !== undefined) return labels[label] ?? '';
      if (filter === undefined) return String(value);
      return FILTERS[filter]?.(value) ?? whole;
    },
  );
}

const FILTERS: Record<string, (value: number) => string> = {
  humanize: (v) => (Math.abs(v) >= 1_000 ? `${significant(v / 1_000)}k` : significant(v)),
  humanizePercentage: (v) => `${significant(v * 100)}%`,
  humanizeDuration: (v) => (Math.abs(v) < 1 ? `${significant(v * 1_000)}ms` : `${significant(v)}s`),
};

/** Four significant digits, as Go's %.4g. */
function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}
