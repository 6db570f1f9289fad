import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createPrometheusApi } from '../../sandbox/prometheus/http.ts';
import { type BacktestReport, backtest } from '../../src/backtest/compare.ts';
import type { BacktestOptions } from '../../src/backtest/world.ts';
import type { VirtualSandbox } from '../sandbox/virtual-sandbox.ts';

/** The Prometheus of a virtual sandbox, over HTTP as ever. */
export type PastShop = { url: string; stop(): Promise<void> };

export async function servePrometheus(sandbox: VirtualSandbox): Promise<PastShop> {
  const api = createPrometheusApi({ store: sandbox.store, now: sandbox.now });
  const server: Server = createServer(async (req, res) => {
    if (!(await api.handle(req, res))) res.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/prometheus`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const SHOP_CONFIG = fileURLToPath(new URL('../../docs/examples/backtest/nightshift.yaml', import.meta.url));

const NOTHING: BacktestOptions = {
  ...{ from: null, to: null, playbooks: null, against: null, prometheus: null, incidents: null },
  ...{ alerts: null, live: null, token: null, withinMs: 15 * 60_000, config: SHOP_CONFIG },
};

/** A backtest with the configuration of the sandbox's shop. */
export const backtestOf = (options: Partial<BacktestOptions>): Promise<BacktestReport> =>
  backtest({ ...NOTHING, ...options });
