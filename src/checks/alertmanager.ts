import { parse } from 'yaml';
import { z } from 'zod';
import { readAlertmanagerConfig } from '../adapters/alertmanager/api.ts';
import type { Environment } from '../app/environment.ts';
import { signInOf } from '../app/sign-in.ts';
import { type Check, right, wrong } from './check.ts';

const CALL_MS = 5_000;
const PATH = '/webhooks/alertmanager';

const Webhook = z.looseObject({
  url: z.string().nullish(),
  url_file: z.string().nullish(),
  send_resolved: z.boolean().nullish(),
  http_config: z.looseObject({}).nullish(),
});
type Route = { receiver?: string | null | undefined; routes?: Route[] | null | undefined };
const Route: z.ZodType<Route> = z.lazy(() =>
  z.looseObject({ receiver: z.string().nullish(), routes: z.array(Route).nullish() }),
);
const Configuration = z.looseObject({
  route: Route.nullish(),
  receivers: z.array(z.looseObject({ name: z.string(), webhook_configs: z.array(Webhook).nullish() })).nullish(),
});

/** Whether a route of Alertmanager leads to us, with the end of trouble and our token; only where its API is configured. */
export async function examineAlertmanager(env: Environment): Promise<Check[]> {
  if (!env.ALERTMANAGER_URL) return [];
  const signIn = signInOf(env, 'ALERTMANAGER_API');
  const read = await readAlertmanagerConfig({ url: env.ALERTMANAGER_URL, timeoutMs: CALL_MS, ...signIn });
  if (!read.ok) return [wrong('Alertmanager answers', `${read.message}; check ALERTMANAGER_URL`)];
  return [right('Alertmanager answers'), ...routeChecks(read.value)];
}

/** `text`: its configuration, as it shows it (secrets are `<secret>`). */
export function routeChecks(text: string): Check[] {
  const configuration = readConfiguration(text);
  if (configuration === null) return [wrong("Alertmanager's configuration can be read", 'it is no YAML that is known')];
  const ours = (configuration.receivers ?? []).flatMap(({ name, webhook_configs: hooks }) =>
    // Newer versions show no address: what is hidden may be ours.
    (hooks ?? [])
      .filter(({ url, url_file: file }) => file || !url || url.includes('<secret>') || url.includes(PATH))
      .map((hook) => ({ name, hook })),
  );
  const sure = ours.filter(({ hook }) => hook.url?.includes(PATH));
  const receivers = sure.length > 0 ? sure : ours;
  const title = 'Alertmanager sends alerts here';
  const example = 'see deploy/examples/alertmanager.yaml';
  if (receivers.length === 0) return [wrong(title, `no receiver has a webhook to …${PATH}: ${example}`)];
  const routed = receivers.filter(({ name }) => configuration.route && leadsTo(configuration.route, name));
  if (routed.length === 0)
    return [wrong(title, `no route leads to the receiver ${receivers[0]!.name}: add one (continue: true); ${example}`)];
  return [right(title), ...routed.flatMap(({ name, hook }) => hookChecks(name, hook))];
}

function hookChecks(name: string, { send_resolved: resolved, http_config: http }: z.infer<typeof Webhook>): Check[] {
  const signs = Boolean(http && ('authorization' in http || 'bearer_token' in http || 'bearer_token_file' in http));
  return [
    resolved === false
      ? wrong(`Alertmanager tells ${name} when trouble is over`, 'set send_resolved: true on its webhook')
      : right(`Alertmanager tells ${name} when trouble is over`),
    signs
      ? right(`Alertmanager shows a token to ${name}`)
      : wrong(
          `Alertmanager shows a token to ${name}`,
          'set http_config.authorization to ALERTMANAGER_TOKEN, or all is refused',
        ),
  ];
}

const leadsTo = (route: Route, receiver: string): boolean =>
  route.receiver === receiver || (route.routes ?? []).some((one) => leadsTo(one, receiver));

function readConfiguration(text: string): z.infer<typeof Configuration> | null {
  try {
    const read = Configuration.safeParse(parse(text, { maxAliasCount: 100 }));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
