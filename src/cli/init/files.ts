import { parse, stringify } from 'yaml';
import type { ClusterParts } from './find.ts';

export type InitOptions = {
  cluster: string;
  /** Where Slack reaches it; null: by socket mode, which needs no address. */
  address: string | null;
  channel: string | null;
  approvers: string[];
};

/** The files that `init` proposes, by name. */
export function proposedFiles(found: ClusterParts, options: InitOptions, manifest: string): Record<string, string> {
  const settings = settingsYaml(found, options);
  return {
    'nightshift.yaml': settings,
    'values.yaml': valuesYaml(found, options, settings),
    'alertmanager-receiver.yaml': RECEIVER,
    'slack-app.txt': slackApp(options, manifest),
  };
}

const urlOf = (found: ClusterParts['prometheus']): string | null => ('url' in found ? found.url : null);

function settingsYaml(found: ClusterParts, { cluster, approvers }: InitOptions): string {
  const prometheus = urlOf(found.prometheus);
  const settings = {
    cluster,
    mode: 'observe',
    ...(approvers.length > 0 ? { approvers } : {}),
    ...(namespacesOf(found).length > 0 ? { scan: { namespaces: namespacesOf(found) } } : {}),
    ...(found.speakers.length > 0 ? { speakers: found.speakers } : {}),
    ...(found.operators.KEDA && prometheus ? { keda: { prometheus_address: prometheus } } : {}),
  };
  const services = found.workloads.map(({ namespace, name }) => ({ namespace, name }));
  const seen = new Set<string>();
  const lines = services.flatMap(({ namespace, name }) => {
    const key = `${namespace}/${name}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [`  - { namespace: ${JSON.stringify(namespace)}, name: ${JSON.stringify(name)}, critical: true }`];
  });
  return [
    '# Proposed by `nightshift init`. It looks, says what it would do, and changes nothing until `mode: act`.',
    ...(approvers.length > 0 ? [] : ['# Nobody may approve yet: name Slack ids, as in `approvers: [U0123ABCD]`.']),
    stringify(settings).trimEnd(),
    '# All are critical until you say otherwise (`critical: false`): nothing runs alone on these unless it is over 95 % sure.',
    lines.length > 0 ? `services:\n${lines.join('\n')}` : 'services: []',
    '',
  ].join('\n');
}

const namespacesOf = ({ workloads }: ClusterParts) => [...new Set(workloads.map(({ namespace }) => namespace))];

function valuesYaml(found: ClusterParts, { channel }: InitOptions, settings: string): string {
  const addresses = {
    PROMETHEUS_URL: urlOf(found.prometheus),
    ALERTMANAGER_URL: urlOf(found.alertmanager),
    LOKI_URL: urlOf(found.loki),
  };
  const env = Object.fromEntries(
    Object.entries({ ...addresses, SLACK_CHANNEL: channel }).filter(([, value]) => value !== null),
  );
  const values = {
    config: parse(settings) as unknown,
    secretName: 'nightshift',
    env,
    redis: { own: true },
    rights: { namespaces: namespacesOf(found) },
  };
  return `# For the chart, deploy/helm/nightshift. The image is yours: image.repository. A Redis of your own: redis.url, and own: false.\n${stringify(values)}`;
}

const RECEIVER = `# To be merged into Alertmanager's configuration; the whole is in deploy/examples/alertmanager.yaml.
route:
  routes:
    - receiver: nightshift
      continue: true
      matchers:
        - namespace!~"kube-system|nightshift"
receivers:
  - name: nightshift
    webhook_configs:
      - url: http://nightshift.nightshift.svc:3000/webhooks/alertmanager
        send_resolved: true
        max_alerts: 0
        http_config:
          authorization:
            type: Bearer
            credentials_file: /etc/alertmanager/secrets/nightshift-token
`;

const NEW_APP = 'https://api.slack.com/apps?new_app=1&manifest_json=';

/** The link that opens Slack's form with the manifest filled in, and each scope with its reason as the manifest's comments give it. */
function slackApp({ address }: InitOptions, manifest: string): string {
  const filled = address ? manifest.replaceAll('https://nightshift.example.com', address) : manifest;
  const app = parse(filled) as {
    features: { slash_commands: { url?: string }[] };
    settings: Record<string, unknown> & { interactivity: object; event_subscriptions: object };
  };
  if (!address) {
    // Slack refuses addresses that it can't reach; by socket mode it wants none.
    for (const command of app.features.slash_commands) delete command.url;
    app.settings.socket_mode_enabled = true;
    app.settings.interactivity = { is_enabled: true };
    app.settings.event_subscriptions = { bot_events: ['app_home_opened'] };
  }
  const secrets = address
    ? 'SLACK_BOT_TOKEN (xoxb-…) and SLACK_SIGNING_SECRET'
    : 'SLACK_BOT_TOKEN (xoxb-…) and, with connections:write, SLACK_APP_TOKEN (xapp-…)';
  return [
    'Open this, choose the workspace, and press Create:',
    `${NEW_APP}${encodeURIComponent(JSON.stringify(app))}`,
    '',
    `Then install it, put ${secrets} into the Secret, and invite @nightshift into the channel.`,
    '',
    'What each scope is for:',
    ...scopeLines(manifest),
    '',
  ].join('\n');
}

function scopeLines(manifest: string): string[] {
  const lines: string[] = [];
  let reason = '';
  for (const line of manifest.slice(manifest.indexOf('    bot:')).split('\n').slice(1)) {
    const text = line.trim();
    if (text.startsWith('# ')) reason = text.slice(2);
    else if (text.startsWith('- ')) lines.push(`  ${text.slice(2)}: ${reason}`);
    else break;
  }
  return lines;
}
