export type Labels = Record<string, string>;

export type MetricSample = {
  /** Appended to the family's name: `_bucket`, `_sum`, `_count`, or nothing. */
  suffix: string;
  labels: Labels;
  value: number;
};

/** The samples of one metric, as a scrape sees them. */
export type Family = { name: string; type: 'counter' | 'gauge' | 'histogram'; help: string; samples: MetricSample[] };

/** Collects samples into families, in the order in which their names first come. */
export type Collector = {
  add(name: string, labels: Labels, value: number): void;
  addSuffixed(name: string, suffix: string, labels: Labels, value: number): void;
  families(): Family[];
};

export type Descriptions = Record<string, { type: Family['type']; help: string }>;

export function createCollector(descriptions: Descriptions): Collector {
  const families = new Map<string, Family>();
  const addSuffixed: Collector['addSuffixed'] = (name, suffix, labels, value) => {
    let family = families.get(name);
    if (!family) {
      family = { name, ...(descriptions[name] ?? { type: 'gauge', help: name }), samples: [] };
      families.set(name, family);
    }
    family.samples.push({ suffix, labels, value });
  };
  return {
    add: (name, labels, value) => addSuffixed(name, '', labels, value),
    addSuffixed,
    families: () => [...families.values()],
  };
}
