/** What the page shows of the shop; the simulation supplies it. Instants are sandbox epoch ms, ratios are in [0, 1]. */
export type SandboxState = {
  now: number;
  speed: number;
  services: ServiceState[];
  nodes: { name: string; ready: boolean; pressure: string[]; unschedulable: boolean; pods: number }[];
  pods: {
    namespace: string;
    name: string;
    service: string;
    node: string;
    phase: string;
    reason: string;
    ready: boolean;
    restarts: number;
  }[];
  faults: {
    id: string;
    kind: string;
    service: string;
    since: number;
    truth: { cause: string; remedies: string[]; harmful: string[] };
  }[];
  faultKinds: { kind: string; title: string; description: string; services: string[] }[];
  history: Record<
    string,
    { t: number; rps: number | null; errors: number | null; p99: number | null; memory: number | null }[]
  >;
};

export type ServiceState = {
  namespace: string;
  name: string;
  critical: boolean;
  replicas: number;
  ready: number;
  revision: number;
  image: string;
  requestsPerSecond: number;
  errorRatio: number;
  p99Seconds: number;
  memoryRatio: number;
  cpuRatio: number;
  health: 'ok' | 'degraded' | 'down';
  calls: string[];
  restarts: number;
};
