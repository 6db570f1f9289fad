import { crashes, probeFails, roll, standing, unready } from './breaks.ts';
import type { Cluster, Raw } from './cluster.ts';
import { callersComplain, chatter } from './complaints.ts';
import { type DumpFault, either, isCalled, isDatabase, isProgram, truth, victim } from './fault.ts';

/** Probes, Services, addresses, databases, and what lies between callers and callees. */

const anyCalled = (c: Cluster) => victim(c, (one) => isProgram(one) && isCalled(c)(one))!;

function probe(
  kind: string,
  which: 'liveness' | 'readiness' | 'startup',
  what: 'port' | 'protocol' | 'path' | 'timing' | 'command',
): DumpFault {
  return {
    kind,
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && (what !== 'path' || spec.speaks === 'http'))!;
      const key = `${which}Probe`;
      const bad = one.port + 1;
      const pods = roll(c, one.name, (container) => {
        const base = { periodSeconds: 5, timeoutSeconds: 1, failureThreshold: 3, ...(which === 'startup' ? {} : {}) };
        container[key] = {
          port: () =>
            one.speaks === 'grpc'
              ? { ...base, grpc: { port: bad } }
              : c.random() < 0.5
                ? { ...base, httpGet: { path: '/healthz', port: bad } }
                : { ...base, tcpSocket: { port: bad } },
          protocol: () =>
            one.speaks === 'grpc'
              ? { ...base, httpGet: { path: '/', port: one.port } }
              : { ...base, httpGet: { path: '/healthz', port: one.port, scheme: 'HTTPS' } },
          path: () => ({ ...base, httpGet: { path: '/health-check', port: one.port } }),
          timing: () => ({
            ...(container.readinessProbe ?? {}),
            initialDelaySeconds: which === 'readiness' ? 0 : 1,
            periodSeconds: 1,
            failureThreshold: 1,
            timeoutSeconds: 1,
          }),
          command: () => ({ ...base, exec: { command: ['cat', '/tmp/healthy'] } }),
        }[what]();
      });
      const at = (pod: Raw) => pod.status.podIP;
      const said = (pod: Raw): string => {
        const set = pods[0]?.spec.containers[0][key];
        if (what === 'command') return 'cat: /tmp/healthy: No such file or directory\n';
        if (what === 'path') return 'HTTP probe failed with statuscode: 404';
        if (what === 'protocol')
          return one.speaks === 'grpc'
            ? c.pick([
                `Get "http://${at(pod)}:${one.port}/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"`,
                `Get "http://${at(pod)}:${one.port}/": EOF`,
              ])
            : `Get "https://${at(pod)}:${one.port}/healthz": http: server gave HTTP response to HTTPS client`;
        const port = what === 'port' ? bad : one.port;
        if (set.grpc)
          return `timeout: failed to connect service "${at(pod)}:${port}" within 1s: context deadline exceeded`;
        if (set.tcpSocket) return `dial tcp ${at(pod)}:${port}: connect: connection refused`;
        return `Get "http://${at(pod)}:${port}/healthz": ${what === 'timing' ? c.pick(['context deadline exceeded (Client.Timeout exceeded while awaiting headers)', `dial tcp ${at(pod)}:${port}: connect: connection refused`]) : `dial tcp ${at(pod)}:${port}: connect: connection refused`}`;
      };
      if (which === 'readiness') unready(c, pods);
      else
        crashes(c, pods, c.random() < 0.5 ? { exitCode: 137, reason: 'Error' } : { exitCode: 143, reason: 'Error' }, {
          running: c.random() < 0.5,
        });
      probeFails(c, pods, which === 'liveness' ? 'Liveness' : which === 'readiness' ? 'Readiness' : 'Startup', said);
      for (const pod of pods) c.log(pod, what === 'timing' ? chatter(c, one).slice(0, 1) : chatter(c, one));
      return truth(c.get('Deployment', one.name), `${which}_probe_${what}`);
    },
  };
}

/** The Service is wrong, and its callers say so. */
function service(
  kind: string,
  what: Parameters<typeof truth>[1],
  change: (made: Raw, c: Cluster) => void,
  trouble: 'refused' | 'silent' = 'refused',
): DumpFault {
  return {
    kind,
    make(c) {
      const one = anyCalled(c);
      const made = c.get('Service', one.name);
      change(made, c);
      if (c.random() < 0.75) callersComplain(c, one.name, trouble);
      return truth(made, what);
    },
  };
}

const databaseClient = (c: Cluster) =>
  victim(
    c,
    (one) =>
      one.secret !== undefined &&
      Object.values(one.calls).some((at) =>
        c.shop.services.some((other) => isDatabase(other) && at.startsWith(`${other.name}:`)),
      ),
  );
const databaseOf = (c: Cluster, name: string) =>
  c.shop.services.find(
    (other) => isDatabase(other) && Object.values(c.specOf(name).calls).some((at) => at.startsWith(`${other.name}:`)),
  )!;

const DENIED: Record<string, string[]> = {
  mysql: [
    "java.sql.SQLException: Access denied for user 'ts'@'10.244.2.14' (using password: YES)",
    "com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: Access denied for user 'ts'@'%' to database 'ts'",
  ],
  redis: [
    'StackExchange.Redis.RedisConnectionException: WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
  ],
  mongo: [
    'panic: server returned error on SASL authentication step: Authentication failed.',
    '(AuthenticationFailed) Authentication failed.',
  ],
};
const FULL: Record<string, string> = {
  mysql:
    'com.mysql.cj.jdbc.exceptions.MySQLNonTransientConnectionException: Data source rejected establishment of connection,  message from server: "Too many connections"',
  redis: 'ERR max number of clients reached',
  mongo: 'connection refused because there are too many open connections: 20000',
};

export const CALL_FAULTS: DumpFault[] = [
  ...(['liveness', 'readiness'] as const).flatMap((which) =>
    (['port', 'protocol', 'path', 'timing', 'command'] as const)
      .filter((what) => !(which === 'readiness' && what === 'timing'))
      .map((what) => probe(`${which}-${what}-wrong`, which, what)),
  ),
  probe('startup-port-wrong', 'startup', 'port'),
  probe('startup-timing-wrong', 'startup', 'timing'),
  service('service-selector-wrong', 'service_selector_mismatch', (made) => {
    made.spec.selector = { app: `${made.metadata.name}-v2` };
  }),
  service('service-selector-extra-label', 'service_selector_mismatch', (made) => {
    made.spec.selector = { ...made.spec.selector, version: 'v2' };
  }),
  service('service-target-port-wrong', 'service_target_port_mismatch', (made) => {
    made.spec.ports[0].targetPort += 1;
  }),
  service('service-target-port-name-unknown', 'service_target_port_mismatch', (made) => {
    made.spec.ports[0].targetPort = 'grpc-api';
  }),
  service(
    'service-protocol-wrong',
    'service_protocol_mismatch',
    (made) => {
      made.spec.ports[0].protocol = 'UDP';
    },
    'silent',
  ),
  service(
    'service-port-wrong',
    'service_port_mismatch',
    (made) => {
      made.spec.ports[0].port += 1000;
    },
    'silent',
  ),
  {
    kind: 'service-missing',
    make(c) {
      const one = anyCalled(c);
      c.remove(c.get('Service', one.name));
      callersComplain(c, one.name, 'unknown');
      return truth({ kind: 'Service', namespace: c.namespace, name: one.name }, 'service_missing');
    },
  },
  {
    kind: 'service-missing-behind-quota',
    make(c) {
      const one = anyCalled(c);
      c.remove(c.get('Service', one.name));
      const count = String(c.all('Service', c.namespace).length);
      const quota = c.add('ResourceQuota', c.namespace, 'objects', {
        spec: { hard: { services: count } },
        status: { hard: { services: count }, used: { services: count } },
      });
      callersComplain(c, one.name, 'unknown');
      return truth(quota, 'quota_exceeded_services');
    },
  },
  {
    kind: 'address-host-wrong',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0 && !spec.settingsFrom)!;
      const [setting = '', was = ''] = c.pick(Object.entries(one.calls));
      const bad = c.pick([
        was.replace(/^([^:]+)/, '$1-svc'),
        was.replace(/^(.)(.)/, '$2$1'),
        was.replace(/^([^:]+)/, '$1.prod'),
      ]);
      const pods = roll(
        c,
        one.name,
        (container) => {
          container.env.find((env: Raw) => env.name === setting).value = bad;
        },
        false,
      );
      if (c.random() < 0.5) crashes(c, pods, { exitCode: 1 });
      for (const pod of pods) c.log(pod, [...chatter(c, one), ...words(c, one.language, bad)]);
      return truth(c.get('Deployment', one.name), 'wrong_address');
    },
  },
  {
    kind: 'address-port-wrong',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0 && !spec.settingsFrom)!;
      const [setting = '', was = ''] = c.pick(Object.entries(one.calls));
      const [host = '', port = ''] = was.split(':');
      const bad = `${host}:${Number(port) + 11}`;
      const pods = roll(
        c,
        one.name,
        (container) => {
          container.env.find((env: Raw) => env.name === setting).value = bad;
        },
        false,
      );
      for (const pod of pods)
        c.log(pod, [
          ...chatter(c, one),
          `dial tcp ${c.get('Service', host).spec.clusterIP}:${Number(port) + 11}: i/o timeout while calling ${bad}`,
        ]);
      return truth(c.get('Deployment', one.name), 'wrong_port');
    },
  },
  {
    kind: 'address-in-config-map-wrong',
    make(c) {
      const one = victim(c, (spec) => spec.settingsFrom !== undefined);
      if (!one?.settingsFrom) return null;
      const map = c.get('ConfigMap', one.settingsFrom);
      const [setting = '', was = ''] = c.pick(Object.entries(one.calls));
      map.data[setting] = was.replace(/^([^:]+)/, '$1-service');
      const pods = standing(c, one.name);
      for (const pod of pods) c.log(pod, [...chatter(c, one), ...words(c, one.language, map.data[setting])]);
      return either([map, c.get('Deployment', one.name)], 'wrong_address');
    },
  },
  {
    kind: 'database-password-wrong',
    byLogs: true,
    make(c) {
      const one = databaseClient(c);
      if (!one?.secret) return null;
      const database = databaseOf(c, one.name);
      const pods = roll(
        c,
        one.name,
        (container) => {
          const env = container.env.find((each: Raw) => each.name.includes('PASSWORD'));
          env.value = 'wrong';
          env.valueFrom = undefined;
        },
        false,
      );
      crashes(c, pods, { exitCode: 1 }, { running: c.random() < 0.4 });
      for (const pod of pods)
        c.log(pod, [...chatter(c, one).slice(0, 1), c.pick(DENIED[database.language] ?? [])], {
          previous: c.random() < 0.3,
        });
      return truth(c.get('Deployment', one.name), 'database_access_denied');
    },
  },
  {
    kind: 'database-full-of-connections',
    byLogs: true,
    make(c) {
      const database = victim(c, (one) => isDatabase(one) && isCalled(c)(one))!;
      for (const client of c.shop.services.filter((one) =>
        Object.values(one.calls).some((at) => at.startsWith(`${database.name}:`)),
      ))
        for (const pod of c.podsOf(client.name))
          c.log(pod, [...chatter(c, client), FULL[database.language] ?? '', FULL[database.language] ?? '']);
      if (database.language === 'mongo')
        for (const pod of c.podsOf(database.name))
          c.log(pod, [
            ...chatter(c, database),
            ...Array(3).fill(
              `{"t":{"$date":"${c.iso(2)}"},"s":"I","c":"NETWORK","id":22942,"ctx":"listener","msg":"Connection refused because there are too many open connections","attr":{"connectionCount":20001}}`,
            ),
          ]);
      return truth(c.get('Deployment', database.name), 'database_too_many_connections');
    },
  },
  {
    kind: 'database-read-only',
    byLogs: true,
    make(c) {
      const database = victim(c, (one) => isDatabase(one) && isCalled(c)(one))!;
      const said: Record<string, string> = {
        mysql:
          'java.sql.SQLException: The MySQL server is running with the --read-only option so it cannot execute this statement',
        redis: "READONLY You can't write against a read only replica.",
        mongo: '(NotWritablePrimary) not primary',
      };
      for (const client of c.shop.services.filter((one) =>
        Object.values(one.calls).some((at) => at.startsWith(`${database.name}:`)),
      ))
        for (const pod of c.podsOf(client.name)) c.log(pod, [...chatter(c, client), said[database.language] ?? '']);
      return truth(c.get('Deployment', database.name), 'database_read_only');
    },
  },
  {
    kind: 'scaled-to-zero',
    make(c) {
      const one = victim(c, isCalled(c))!;
      const made = c.get('Deployment', one.name);
      made.spec.replicas = 0;
      made.status = { observedGeneration: 2, conditions: made.status.conditions };
      for (const pod of c.podsOf(one.name)) c.remove(pod);
      for (const set of c
        .all('ReplicaSet', c.namespace)
        .filter((each) => each.metadata.ownerReferences?.[0]?.name === one.name)) {
        set.spec.replicas = 0;
        set.status = { replicas: 0 };
      }
      c.event(made, 'ScalingReplicaSet', `Scaled down replica set ${one.name}-x from 1 to 0`, {
        type: 'Normal',
        from: 'deployment-controller',
        count: 1,
      });
      callersComplain(c, one.name, 'refused');
      return truth(made, 'zero_replicas');
    },
  },
  {
    kind: 'network-policy-denies-ingress',
    make(c) {
      const one = anyCalled(c);
      const policy = c.add('NetworkPolicy', c.namespace, c.pick(['deny-all', 'lock-down', `${one.name}-allow`]), {
        metadata: { creationTimestamp: c.iso(14) },
        spec: {
          podSelector: { matchLabels: { app: one.name } },
          policyTypes: ['Ingress'],
          ingress: c.random() < 0.5 ? [] : [{ from: [{ podSelector: { matchLabels: { app: 'gatekeeper' } } }] }],
        },
      });
      callersComplain(c, one.name, 'silent');
      return truth(policy, 'network_policy_denies');
    },
  },
  {
    kind: 'network-policy-denies-egress',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0)!;
      const policy = c.add('NetworkPolicy', c.namespace, 'restrict-egress', {
        metadata: { creationTimestamp: c.iso(14) },
        spec: {
          podSelector: { matchLabels: { app: one.name } },
          policyTypes: ['Egress'],
          egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }],
        },
      });
      for (const callee of Object.values(one.calls))
        callersComplain(c, callee.split(':')[0] ?? '', 'silent', (caller) => caller.name === one.name);
      return truth(policy, 'network_policy_denies');
    },
  },
  {
    kind: 'dns-policy-wrong',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0)!;
      const pods = roll(
        c,
        one.name,
        (_, spec) => {
          spec.dnsPolicy = 'Default';
        },
        false,
      );
      void pods;
      const [callee = ''] = Object.values(one.calls);
      callersComplain(c, callee.split(':')[0] ?? '', 'unknown', (caller) => caller.name === one.name);
      return truth(c.get('Deployment', one.name), 'dns_policy');
    },
  },
  {
    kind: 'cluster-dns-down',
    make(c) {
      const made = c.get('Deployment', 'coredns', 'kube-system');
      const how = c.random();
      const pods = c.podsOf('coredns', 'kube-system');
      if (how < 0.5) {
        made.spec.replicas = 0;
        made.status = {};
        for (const pod of pods) c.remove(pod);
      } else {
        c.get('ConfigMap', 'coredns', 'kube-system').data.Corefile = '.:53 {\n    forwrad . /etc/resolv.conf\n}\n';
        crashes(c, pods, { exitCode: 1 }, { name: 'coredns' });
        for (const pod of pods)
          c.log(pod, ["/etc/coredns/Corefile:2 - Error during parsing: Unknown directive 'forwrad'"], {
            name: 'coredns',
          });
        made.status.readyReplicas = undefined;
        made.status.availableReplicas = undefined;
      }
      for (const one of c.shop.services.filter(isProgram)) {
        const [callee = ''] = Object.values(one.calls);
        if (callee)
          for (const pod of c.podsOf(one.name))
            c.log(pod, [
              ...chatter(c, one),
              `dial tcp: lookup ${callee.split(':')[0]} on 10.96.0.10:53: ${c.pick(['read udp 10.244.1.5:40413->10.96.0.10:53: i/o timeout', 'server misbehaving'])}`,
            ]);
      }
      return either(
        [made, c.get('ConfigMap', 'coredns', 'kube-system')],
        'cluster_dns_down',
        'zero_replicas',
        'config_invalid',
      );
    },
  },
  {
    kind: 'rbac-denied',
    byLogs: true,
    make(c) {
      const one = victim(c, isProgram)!;
      const pods = roll(
        c,
        one.name,
        (_, spec) => {
          spec.serviceAccountName = 'shop';
        },
        false,
      );
      unready(c, pods);
      for (const pod of pods)
        c.log(pod, [
          `E0512 09:30:00.000000       1 reflector.go:150] failed to list *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:${c.namespace}:shop" cannot list resource "configmaps" in API group "" in the namespace "${c.namespace}"`,
        ]);
      return either([c.get('ServiceAccount', 'shop'), c.get('Deployment', one.name)], 'rbac_denied');
    },
  },
  {
    kind: 'certificate-expired',
    byLogs: true,
    make(c) {
      const one = anyCalled(c);
      for (const client of c.shop.services.filter(({ calls }) =>
        Object.values(calls).some((at) => at.startsWith(`${one.name}:`)),
      ))
        for (const pod of c.podsOf(client.name))
          c.log(pod, [
            ...chatter(c, client),
            `could not call: Get "https://${one.name}:${one.servicePort ?? one.port}/api": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${c.iso(1)} is after ${c.iso(1500)}`,
          ]);
      return truth(c.get('Deployment', one.name), 'certificate_expired');
    },
  },
  {
    kind: 'certificate-not-issued',
    make(c) {
      const certificate = c.add('Certificate', c.namespace, 'shop-tls', {
        spec: {
          secretName: 'shop-tls',
          dnsNames: ['shop.example.com'],
          issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer' },
        },
        status: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'DoesNotExist',
              message: 'Issuing certificate as Secret does not exist',
              lastTransitionTime: c.iso(40),
            },
            {
              type: 'Issuing',
              status: 'False',
              reason: 'Failed',
              message:
                'The certificate request has failed to complete and will be retried: Failed to wait for order resource "shop-tls-1-1" to become ready: order is in "invalid" state: ',
              lastTransitionTime: c.iso(39),
            },
          ],
        },
      });
      return truth(certificate, 'certificate_not_ready');
    },
  },
  {
    kind: 'mesh-denies',
    make(c) {
      const one = anyCalled(c);
      const policy = c.add('AuthorizationPolicy', c.namespace, 'allow-nothing', {
        metadata: { creationTimestamp: c.iso(12) },
        spec: { selector: { matchLabels: { app: one.name } } },
      });
      for (const client of c.shop.services.filter(({ calls }) =>
        Object.values(calls).some((at) => at.startsWith(`${one.name}:`)),
      ))
        for (const pod of c.podsOf(client.name))
          c.log(pod, [
            ...chatter(c, client),
            `could not call ${one.name}: rpc error: code = PermissionDenied desc = RBAC: access denied`,
          ]);
      return truth(policy, 'mesh_policy_denies');
    },
  },
  {
    kind: 'mesh-mtls-conflict',
    make(c) {
      const one = anyCalled(c);
      c.add('PeerAuthentication', c.namespace, 'default', {
        metadata: { creationTimestamp: c.iso(600 * 24) },
        spec: { mtls: { mode: 'STRICT' } },
      });
      for (const spec of c.shop.services)
        for (const pod of c.podsOf(spec.name)) {
          pod.spec.containers.push({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.23.4', resources: {} });
          pod.status.containerStatuses.push({
            name: 'istio-proxy',
            ready: true,
            started: true,
            restartCount: 0,
            image: 'x',
            state: { running: { startedAt: c.iso(900) } },
            lastState: {},
          });
        }
      const rule = c.add('DestinationRule', c.namespace, `${one.name}-plain`, {
        metadata: { creationTimestamp: c.iso(11) },
        spec: { host: `${one.name}.${c.namespace}.svc.cluster.local`, trafficPolicy: { tls: { mode: 'DISABLE' } } },
      });
      for (const client of c.shop.services.filter(({ calls }) =>
        Object.values(calls).some((at) => at.startsWith(`${one.name}:`)),
      ))
        for (const pod of c.podsOf(client.name))
          c.log(pod, [
            ...chatter(c, client),
            `could not call ${one.name}: rpc error: code = Unavailable desc = upstream connect error or disconnect/reset before headers. reset reason: connection termination`,
          ]);
      return truth(rule, 'mesh_tls_conflict');
    },
  },
  {
    kind: 'sidecar-missing-under-strict-mtls',
    make(c) {
      const one = victim(c, (spec) => isProgram(spec) && Object.keys(spec.calls).length > 0)!;
      c.add('PeerAuthentication', c.namespace, 'default', { spec: { mtls: { mode: 'STRICT' } } });
      for (const spec of c.shop.services)
        if (spec.name !== one.name)
          for (const pod of c.podsOf(spec.name)) {
            pod.spec.containers.push({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.23.4', resources: {} });
            pod.status.containerStatuses.push({
              name: 'istio-proxy',
              ready: true,
              started: true,
              restartCount: 0,
              image: 'x',
              state: { running: { startedAt: c.iso(900) } },
              lastState: {},
            });
          }
      const pods = roll(
        c,
        one.name,
        () => {
          c.get('Deployment', one.name).spec.template.metadata.labels['sidecar.istio.io/inject'] = 'false';
        },
        false,
      );
      for (const pod of pods) pod.metadata.labels['sidecar.istio.io/inject'] = 'false';
      for (const callee of Object.values(one.calls))
        callersComplain(c, callee.split(':')[0] ?? '', 'reset', (caller) => caller.name === one.name);
      return truth(c.get('Deployment', one.name), 'sidecar_missing');
    },
  },
];

function words(c: Cluster, language: string, address: string): string[] {
  const [host = ''] = address.split(':');
  return (
    {
      go: [
        `{"error":"rpc error: code = Unavailable desc = dns: A record lookup error: lookup ${host} on 10.96.0.10:53: no such host","severity":"error"}`,
      ],
      java: [
        `Caused by: java.net.UnknownHostException: ${host}`,
        '\tat java.net.InetAddress.getAllByName0(InetAddress.java:1281)',
      ],
      node: [`Error: getaddrinfo ENOTFOUND ${host}`],
      python: [
        `grpc._channel._InactiveRpcError: DNS resolution failed for ${address}: C-ares status is not ARES_SUCCESS qtype=A name=${host} is_balancer=0: Domain name not found`,
      ],
    }[language] ?? [`${c.iso(1)} could not resolve ${host}: Name or service not known`]
  );
}
