import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadModules } from '../../../src/app/load-modules.ts';
import { diagnoseDump } from '../../../src/cli/dump/diagnose-dump.ts';
import type { StateCorrelator } from '../../../src/extension-points.ts';
import { hasKubectl, type Kubectl, kubectlOn } from '../../sandbox/kube/kubectl/kubectl.ts';
import { furnish, type Served, serveCluster } from '../../sandbox/kube/serve.ts';

const correlators = await loadModules<StateCorrelator>(
  fileURLToPath(new URL('../../../src/correlators/state', import.meta.url)),
);

let served: Served;
let kubectl: Kubectl;
beforeAll(async () => {
  served = await serveCluster({
    observe: () => ({ kind: 'running', ready: true }),
    logs: () => ['one', 'two'],
    usage: () => ({ cpuCores: 0.25, memoryBytes: 96 * 1024 * 1024 }),
  });
  furnish(served);
  kubectl = kubectlOn(served);
});
afterAll(() => served.stop());

it.skipIf(!hasKubectl)(
  "reads a dump that kubectl itself has made, and says what isn't in it",
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-kubectl-dump-'));
    const { code, text } = await kubectl(`cluster-info dump --all-namespaces --output-directory ${folder}`);
    expect(code, text).toBe(0);
    const { missing } = await diagnoseDump(folder, correlators);
    expect(missing.join('\n')).not.toMatch(/no (?:Pod|Node|Deployment|Service|Event) objects|could not be read/);
    expect(missing.join('\n')).toContain('no ConfigMap objects');
  },
);
