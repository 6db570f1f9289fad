import type { KubeObject } from '../kube/objects.ts';
import { count, definition, flag, list, mapOfTexts, oneOf, open, text, texts, tree, whole } from './definition.ts';

const trafficPolicy = {
  loadBalancer: open,
  connectionPool: tree({
    tcp: tree({
      maxConnections: whole,
      connectTimeout: text,
      maxConnectionDuration: text,
      idleTimeout: text,
      tcpKeepalive: tree({ probes: count, time: text, interval: text }),
    }),
    http: tree({
      http1MaxPendingRequests: whole,
      http2MaxRequests: whole,
      maxRequestsPerConnection: whole,
      maxRetries: whole,
      maxConcurrentStreams: whole,
      idleTimeout: text,
      h2UpgradePolicy: oneOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
      useClientProtocol: flag,
    }),
  }),
  outlierDetection: tree({
    consecutiveErrors: whole,
    splitExternalLocalOriginErrors: flag,
    consecutiveLocalOriginFailures: count,
    consecutiveGatewayErrors: count,
    consecutive5xxErrors: count,
    interval: text,
    baseEjectionTime: text,
    maxEjectionPercent: whole,
    minHealthPercent: whole,
  }),
  tls: open,
};

/** networking.istio.io's DestinationRule. */
export const DESTINATION_RULES: KubeObject = definition({
  group: 'networking.istio.io',
  kind: 'DestinationRule',
  plural: 'destinationrules',
  shortNames: ['dr'],
  categories: ['istio-io', 'networking-istio-io'],
  scope: 'Namespaced',
  versions: ['v1'],
  spec: tree(
    {
      host: text,
      trafficPolicy: tree({
        ...trafficPolicy,
        portLevelSettings: list(tree({ port: tree({ number: count }), ...trafficPolicy })),
        tunnel: open,
        proxyProtocol: open,
      }),
      subsets: list(tree({ name: text, labels: mapOfTexts, trafficPolicy: tree(trafficPolicy) }, ['name'])),
      exportTo: texts,
      workloadSelector: tree({ matchLabels: mapOfTexts }),
    },
    ['host'],
  ),
  columns: [
    { name: 'Host', jsonPath: '.spec.host' },
    { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' },
  ],
});
