import { crash, roll, startEvents } from '../cluster.ts';
import { blame, complaint, databaseOf, frontFails, type Kind, truth, victim, wlTruth } from '../words.ts';

export const SERVICES: Kind[] = [
  {
    name: 'service-selector',
    apply: (c) => {
      const v = victim(c);
      c.service(v.name).selector = { app: `${v.name}-v2` };
      blame(c, v.name, 'refused');
      frontFails(c);
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_selector_mismatch', 'service_without_endpoints'],
        'the selector fits no pod',
      );
    },
  },
  {
    name: 'service-selector-extra',
    apply: (c) => {
      const v = victim(c);
      c.service(v.name).selector = { app: v.name, tier: 'backend' };
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_selector_mismatch', 'service_without_endpoints'],
        'the selector asks for a label that the pods lack',
      );
    },
  },
  {
    name: 'service-target-port',
    apply: (c) => {
      const v = victim(c);
      const port = c.service(v.name).ports[0];
      if (port) port.targetPort = v.port + c.rng.pick([1, 1000, 11]);
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_target_port_mismatch'],
        'targetPort is a port that the pods do not listen on',
      );
    },
  },
  {
    name: 'service-target-port-name',
    apply: (c) => {
      const v = victim(c);
      const port = c.service(v.name).ports[0];
      if (port) port.targetPort = 'http-main';
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_target_port_mismatch', 'service_without_endpoints'],
        'targetPort names a port that no container has',
      );
    },
  },
  {
    name: 'service-port',
    shops: ['boutique'],
    apply: (c) => {
      const v = victim(c, { not: ['frontend'] });
      const port = c.service(v.name).ports[0];
      if (port) port.port += 10;
      for (const caller of c.callersOf(v.name))
        for (const pod of c.podsOf(c.workload(caller.name)))
          pod.log.push(...complaint(c, caller, v.name, v.port, c.service(v.name).ip, 'timeout', 2));
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_port_mismatch', 'wrong_port'],
        "the Service's port is not the one that the callers ask",
      );
    },
  },
  {
    name: 'service-port-java',
    shops: ['train'],
    apply: (c) => {
      const v = victim(c);
      const was = c.service(v.name).ports[0]?.port ?? 80;
      for (const caller of c.callersOf(v.name))
        for (const pod of c.podsOf(c.workload(caller.name)))
          for (let i = 0; i < 3; i += 1)
            pod.log.push(...complaint(c, caller, v.name, was, c.service(v.name).ip, 'timeout', 3 - i));
      const port = c.service(v.name).ports[0];
      if (port) port.port = was + 1;
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_port_mismatch', 'wrong_port'],
        "the Service's port is not the one that the callers ask",
      );
    },
  },
  {
    name: 'service-protocol',
    apply: (c) => {
      const v = victim(c);
      const port = c.service(v.name).ports[0];
      if (port) port.protocol = 'UDP';
      blame(c, v.name, 'refused');
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_protocol_mismatch'],
        'the Service speaks UDP, the pods TCP',
      );
    },
  },
  {
    name: 'service-missing',
    apply: (c) => {
      const v = victim(c);
      blame(c, v.name, 'nohost', 4);
      const i = c.services.findIndex((one) => one.name === v.name && one.ns === c.ns);
      c.services.splice(i, 1);
      return truth(
        [
          ['Service', v.name],
          ['Deployment', v.name],
        ],
        ['service_missing', 'unknown_host', 'wrong_address'],
        'the Service was deleted',
      );
    },
  },
  {
    name: 'env-host-wrong',
    shops: ['boutique'],
    apply: (c) => {
      const v = c.rng.pick(['checkoutservice', 'frontend', 'recommendationservice', 'cartservice']);
      const wl = c.workload(v);
      const m = c.members.get(v);
      const wrong = v === 'cartservice' ? 'redis-crat' : 'productcatalogservic';
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          for (const one of spec.containers[0]?.env ?? [])
            if (one.name === (v === 'cartservice' ? 'REDIS_ADDR' : 'PRODUCT_CATALOG_SERVICE_ADDR'))
              one.value = `${wrong}:${v === 'cartservice' ? 6379 : 3550}`;
        },
        { keepOld: false },
      )) {
        if (m)
          for (let i = 0; i < 3; i += 1)
            pod.log.push(...complaint(c, m, wrong, v === 'cartservice' ? 6379 : 3550, '10.96.0.9', 'nohost', 3 - i));
        startEvents(c, pod);
      }
      frontFails(c);
      return wlTruth(
        wl,
        ['wrong_address', 'unknown_host', 'service_missing'],
        'an env variable names a host that does not exist',
      );
    },
  },
  {
    name: 'env-port-wrong',
    shops: ['boutique'],
    apply: (c) => {
      const v = c.rng.pick(['checkoutservice', 'frontend']);
      const wl = c.workload(v);
      const m = c.members.get(v);
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          for (const one of spec.containers[0]?.env ?? [])
            if (one.name === 'SHIPPING_SERVICE_ADDR') one.value = 'shippingservice:50099';
        },
        { keepOld: false },
      )) {
        if (m)
          pod.log.push(...complaint(c, m, 'shippingservice', 50099, c.service('shippingservice').ip, 'timeout', 2));
        startEvents(c, pod);
      }
      return wlTruth(wl, ['wrong_port', 'wrong_address'], 'an env variable names a port that the Service lacks');
    },
  },
  {
    name: 'db-host-wrong',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      const user = c.rng.pick(users.filter((one) => one.lang === 'java'));
      const wl = c.workload(user.name);
      const wrong = db.name.replace('ts-', 'tss-');
      const pods = roll(c, wl, (spec) => {
        for (const one of spec.containers[0]?.env ?? [])
          if (one.value?.includes(db.name)) one.value = one.value.replace(db.name, wrong);
      });
      for (const pod of pods) {
        crash(c, pod, 1, { ranSec: 30 });
        pod.log.push(...complaint(c, user, wrong, db.port, '', 'nohost', 1));
      }
      return wlTruth(wl, ['wrong_address', 'unknown_host', 'service_missing'], "the database's host is misspelt");
    },
  },
  {
    name: 'db-port-wrong',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      const user = c.rng.pick(users.filter((one) => one.lang === 'java'));
      const wl = c.workload(user.name);
      const pods = roll(c, wl, (spec) => {
        for (const one of spec.containers[0]?.env ?? []) {
          if (/_MYSQL_PORT$/.test(one.name)) one.value = '3307';
          if (one.name === 'SPRING_DATA_MONGODB_URI') one.value = `mongodb://${db.name}:27018/ts`;
        }
      });
      for (const pod of pods) {
        crash(c, pod, 1, { ranSec: 30 });
        pod.log.push(...complaint(c, user, db.name, db.port + 1, '', 'timeout', 1));
      }
      return wlTruth(wl, ['wrong_port', 'wrong_address', 'service_port_mismatch'], "the database's port is wrong");
    },
  },
  {
    name: 'network-policy',
    full: true,
    apply: (c) => {
      const v = victim(c);
      c.add('networkpolicies', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'deny-all-ingress', namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(12) },
        spec: { podSelector: { matchLabels: { app: v.name } }, policyTypes: ['Ingress'] },
      });
      blame(c, v.name, 'timeout', 4);
      return truth(
        [
          ['NetworkPolicy', 'deny-all-ingress'],
          ['Deployment', v.name],
          ['Service', v.name],
        ],
        ['network_policy', 'network_policy_denies'],
        'a NetworkPolicy lets nobody in',
      );
    },
  },
  {
    name: 'network-policy-egress',
    full: true,
    apply: (c) => {
      const v = victim(c);
      const [caller] = c.callersOf(v.name);
      if (!caller) throw new Error('no caller');
      c.add('networkpolicies', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'restrict-egress', namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(12) },
        spec: { podSelector: { matchLabels: { app: caller.name } }, policyTypes: ['Egress'], egress: [] },
      });
      for (const pod of c.podsOf(c.workload(caller.name)))
        for (let i = 0; i < 4; i += 1)
          pod.log.push(...complaint(c, caller, v.name, v.port, c.service(v.name).ip, 'timeout', 4 - i));
      return truth(
        [
          ['NetworkPolicy', 'restrict-egress'],
          ['Deployment', caller.name],
        ],
        ['network_policy', 'network_policy_denies'],
        'a NetworkPolicy lets nothing out',
      );
    },
  },
  {
    name: 'zero-replicas',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      for (const pod of c.podsOf(wl)) {
        c.event({ kind: 'ReplicaSet', name: c.rsName(wl) }, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.name}`, {
          from: 'replicaset-controller',
          first: 14,
        });
        c.podEvent(pod, 'Normal', 'Killing', `Stopping container ${pod.spec.containers[0]?.name}`, { first: 14 });
        c.drop(pod);
      }
      wl.replicas = 0;
      c.event(
        { kind: 'Deployment', name: wl.name },
        'Normal',
        'ScalingReplicaSet',
        `Scaled down replica set ${c.rsName(wl)} from 1 to 0`,
        { from: 'deployment-controller', first: 14 },
      );
      wl.conditions = [
        {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        },
      ];
      blame(c, v.name, 'refused');
      frontFails(c);
      return wlTruth(wl, ['zero_replicas', 'scaled_down'], 'scaled to zero, and still called');
    },
  },
  {
    name: 'rbac-denied',
    apply: (c) => {
      const v = victim(c);
      const wl = c.workload(v.name);
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          spec.serviceAccountName = 'shop-config';
        },
        { keepOld: false },
      )) {
        crash(c, pod, 1, { ranSec: 2 });
        pod.log.push(
          `E0301 10:00:00.000000       1 reflector.go:150] k8s.io/client-go/informers/factory.go:160: Failed to watch *v1.ConfigMap: failed to list *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:${c.ns}:shop-config" cannot list resource "configmaps" in API group "" in the namespace "${c.ns}"`,
          'panic: timed out waiting for caches to sync',
        );
      }
      return truth(
        [
          ['ServiceAccount', 'shop-config'],
          ['Deployment', wl.name],
        ],
        ['rbac_denied'],
        'the service account may not list ConfigMaps',
      );
    },
  },
  {
    name: 'dns-policy',
    apply: (c) => {
      const v = victim(c);
      const [caller] = c.callersOf(v.name);
      if (!caller) throw new Error('no caller');
      const wl = c.workload(caller.name);
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          spec.dnsPolicy = 'Default';
        },
        { keepOld: false },
      )) {
        for (let i = 0; i < 3; i += 1) pod.log.push(...complaint(c, caller, v.name, v.port, '', 'nohost', 3 - i));
        startEvents(c, pod);
      }
      return wlTruth(wl, ['dns_policy', 'unknown_host'], "dnsPolicy Default: the pod does not ask the cluster's DNS");
    },
  },
  {
    name: 'ingress-backend',
    full: true,
    apply: (c) => {
      c.add('ingresses', {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'shop', namespace: c.ns, uid: c.uid(), creationTimestamp: c.at(400) },
        spec: {
          ingressClassName: 'nginx',
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'frontend-svc', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
        status: { loadBalancer: { ingress: [{ ip: '192.168.10.200' }] } },
      });
      return truth(
        [
          ['Ingress', 'shop'],
          ['Service', 'frontend-svc'],
        ],
        ['ingress_backend_missing', 'service_missing'],
        'the Ingress points at a Service that does not exist',
      );
    },
  },
];
