export type Labels = Record<string, string>;

export type MetricSample = {
  /** Appended to the family's name: `_bucket`, `_sum`, `_count`, or nothing. */
  suffix: string;
  labels: Labels;
  value: number;
  /** The value at an instant before the start, where the series has a past. */
  past?: (t: number) => number;
};

/** The samples of one metric, as a scrape sees them. */
export type Family = { name: string; type: 'counter' | 'gauge' | 'histogram'; help: string; samples: MetricSample[] };

/** Collects samples into families, in the order in which their names first come. */
export type Collector = {
  add(name: string, labels: Labels, value: number, past?: (t: number) => number): void;
  addSuffixed(name: string, suffix: string, labels: Labels, value: number, past?: (t: number) => number): void;
  families(): Family[];
};

export type Descriptions = Record<string, { type: Family['type']; help: string }>;

export function createCollector(descriptions: Descriptions): Collector {
  const families = new Map<string, Family>();
  const addSuffixed: Collector['addSuffixed'] = (name, suffix, labels, value, past) => {
    let family = families.get(name);
    if (!family) {
      family = { name, ...(descriptions[name] ?? { type: 'gauge', help: name }), samples: [] };
      families.set(name, family);
    }
    family.samples.push(past ? { suffix, labels, value, past } : { suffix, labels, value });
  };
  return {
    add: (name, labels, value, past) => addSuffixed(name, '', labels, value, past),
    addSuffixed,
    families: () => [...families.values()],
  };
}
