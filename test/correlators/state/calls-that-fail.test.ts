import { describe, expect, it } from 'vitest';
import { Boutique, diagnose, type Raw, verdict } from './boutique.ts';

const after = (by: (shop: Boutique) => void) => {
  const shop = new Boutique();
  by(shop);
  return shop;
};
const service = (name: string, by: (spec: Raw) => void) => after((shop) => by(shop.get('Service', name).spec));
const REFUSED =
  'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.1.9:7070: connect: connection refused"';

describe('a ResourceQuota that is used up', () => {
  const withJob = (status: Raw) =>
    after((shop) => {
      shop.add('ResourceQuota', 'boutique', 'team', { status: { hard: { pods: '9' }, used: { pods: '9' } } });
      shop.add('Job', 'boutique', 'seed', {
        spec: { parallelism: 1, template: { metadata: { labels: { job: 'seed' } }, spec: { containers: [] } } },
        status,
      });
    });

  it('hurts the Job that never got a pod, and not the one that is done', () => {
    expect(diagnose(withJob({})).causes[0]?.what).toBe('quota_exceeded_pods');
    expect(diagnose(withJob({ succeeded: 1 })).causes).toEqual([]);
  });
});

describe('a Service held against its pods', () => {
  it('has a selector that fits nobody', () => {
    expect(verdict(service('cart', (spec) => Object.assign(spec, { selector: { app: 'cart-v2' } })))).toBe(
      'service_selector_mismatch Service/cart',
    );
  });

  it('has no selector and addresses that are no pods, though a workload has its name', () => {
    const shop = service('cart', (spec) => delete spec.selector);
    shop.objects = shop.objects.filter(
      ({ kind, metadata }) => !(/^Endpoint/.test(kind) && metadata.name.startsWith('cart')),
    );
    shop.add('Endpoints', 'boutique', 'cart', { subsets: [{ addresses: [{ ip: '10.244.9.77' }] }] });
    shop.log(
      'frontend',
      [REFUSED, REFUSED, REFUSED].map((line) => line.replace('10.96.1.9', 'cart')),
    );
    expect(verdict(shop)).toBe('service_selector_mismatch Service/cart');
  });

  it('has a targetPort that is none of its pods', () => {
    expect(verdict(service('cart', (spec) => Object.assign(spec.ports[0], { targetPort: 7071 })))).toBe(
      'service_target_port_mismatch Service/cart',
    );
    expect(verdict(service('cart', (spec) => Object.assign(spec.ports[0], { targetPort: 'grpc' })))).toBe(
      'service_target_port_mismatch Service/cart',
    );
  });

  it('has another protocol', () => {
    expect(verdict(service('cart', (spec) => Object.assign(spec.ports[0], { protocol: 'UDP' })))).toBe(
      'service_protocol_mismatch Service/cart',
    );
  });

  it('has another port than its callers use', () => {
    expect(verdict(service('cart', (spec) => Object.assign(spec.ports[0], { port: 7071 })))).toBe(
      'service_port_mismatch Service/cart',
    );
  });

  it('is gone, or has another name', () => {
    expect(verdict(after((shop) => shop.remove('Service', 'cart')))).toBe('service_missing Service/cart');
    expect(
      verdict(
        after((shop) => {
          shop.get('Service', 'cart').metadata.name = 'cart-svc';
        }),
      ),
    ).toBe('service_missing Service/cart-svc');
  });

  it('is gone, as nginx says that was to pass calls on to it', () => {
    const shop = after((one) => one.remove('Service', 'payment'));
    shop.deployment('edge', { port: 80 });
    shop.crashes('edge', { reason: 'Error', exitCode: 1 });
    shop.log('edge', ['nginx: [emerg] host not found in upstream "payment:50051" in /etc/nginx/conf.d/shop.conf:9']);
    expect(verdict(shop)).toBe('service_missing Service/payment');
  });

  it('has nobody behind it any more, though others are named like it', () => {
    const shop = after((one) => {
      one.deployment('carts', { port: 7070 });
      one.service('carts', { port: 7070 });
      one.remove('Deployment', 'cart');
      one.objects = one.objects.filter(
        ({ kind, metadata }) => !(['Pod', 'ReplicaSet'].includes(kind) && metadata.name.startsWith('cart-')),
      );
      one.log(
        'frontend',
        [REFUSED, REFUSED].map((line) => line.replace('10.96.1.9', 'cart')),
      );
    });
    expect(verdict(shop)).toBe('workload_missing Service/cart');
  });

  it('is gone behind a full quota', () => {
    const shop = after((one) => one.remove('Service', 'cart'));
    shop.add('ResourceQuota', 'boutique', 'team', { status: { hard: { services: '5' }, used: { services: '5' } } });
    expect(verdict(shop)).toBe('quota_exceeded_services ResourceQuota/team');
  });
});

describe('an address', () => {
  const env = (name: string, variable: string, value: string) =>
    after((shop) =>
      shop.change(name, (spec) => {
        spec.containers[0].env.find((one: Raw) => one.name === variable).value = value;
      }),
    );

  it('names a host that no Service has', () => {
    expect(verdict(env('checkout', 'PAYMENT_SERVICE_ADDR', 'paymnt:50051'))).toBe('wrong_address Deployment/checkout');
    expect(verdict(env('checkout', 'PAYMENT_SERVICE_ADDR', 'nowhere:50051'))).toBe('wrong_address Deployment/checkout');
  });

  it('names a port that the Service does not have', () => {
    expect(verdict(env('checkout', 'CART_SERVICE_ADDR', 'cart:7071'))).toBe('wrong_port Deployment/checkout');
    expect(verdict(env('checkout', 'PAYMENT_SERVICE_ADDR', 'payment:50052'))).toBe('wrong_port Deployment/checkout');
  });

  it('across namespaces in a log line blames the one that is called', () => {
    const shop = new Boutique();
    shop.add('Namespace', '', 'data');
    const { deployment } = shop.deployment('postgres', { namespace: 'data', port: 5432, replicas: 0 });
    shop.service('postgres', { namespace: 'data', port: 5432 });
    shop.crashes('payment', { reason: 'Error', exitCode: 1 });
    shop.log('payment', ['cannot connect to postgres.data:5432: connection refused']);
    expect(deployment.spec.replicas).toBe(0);
    expect(verdict(shop)).toBe('zero_replicas Deployment/postgres');
  });
});

describe('the root before its victims', () => {
  it('is who has no replicas', () => {
    const shop = after((one) => {
      one.get('Deployment', 'redis-cart').spec.replicas = 0;
      for (const pod of one.podsOf('redis-cart')) one.objects = one.objects.filter((other) => other !== pod);
      one.unready('cart');
      one.podEvent('cart', 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503');
      one.log('frontend', [REFUSED, REFUSED, REFUSED, REFUSED]);
    });
    expect(verdict(shop)).toBe('zero_replicas Deployment/redis-cart');
  });

  it('is who crashes, not who waits for it', () => {
    const shop = after((one) => {
      one.crashes('redis-cart', { reason: 'OOMKilled', exitCode: 137 });
      one.crashes('cart', { reason: 'Error', exitCode: 1 });
      one.log('cart', ['Unhandled exception: could not connect to redis-cart:6379: connection refused']);
      one.unready('frontend');
    });
    expect(verdict(shop)).toBe('oom_killed Deployment/redis-cart');
  });

  it('is nobody where two are as likely', () => {
    const shop = after((one) => {
      one.crashes('payment', { reason: 'OOMKilled', exitCode: 137 });
      one.crashes('productcatalog', { reason: 'OOMKilled', exitCode: 137 });
    });
    expect(diagnose(shop).named).toBe(false);
  });
});

describe('a database', () => {
  const clients = (line: string, names: string[]) =>
    after((shop) => {
      shop.deployment('ts-mysql', { port: 3306, container: { image: 'mysql:8.0' } });
      shop.service('ts-mysql', { port: 3306 });
      for (const name of names) {
        shop.change(name, (spec) =>
          spec.containers[0].env.push({ name: 'MYSQL_HOST', value: 'ts-mysql' }, { name: 'MYSQL_USER', value: 'shop' }),
        );
        shop.log(name, [line, line, line]);
      }
    });

  it('takes no more connections: one cause, not one for each client', () => {
    expect(
      verdict(
        clients(
          'com.mysql.cj.exceptions: Data source rejected establishment of connection, message from server: "Too many connections"',
          ['cart', 'payment'],
        ),
      ),
    ).toBe('database_too_many_connections Deployment/ts-mysql');
  });

  it('refuses one client, whose credentials are wrong, or all, whose database is', () => {
    const line = "java.sql.SQLException: Access denied for user 'shop'@'10.244.1.9' (using password: YES)";
    expect(verdict(clients(line, ['cart']))).toBe('database_access_denied Deployment/cart');
    expect(verdict(clients(line, ['cart', 'payment']))).toBe('database_access_denied Deployment/ts-mysql');
  });

  it('answers late, and is given next to no CPU', () => {
    const shop = new Boutique();
    shop.change('payment', (spec) => Object.assign(spec.containers[0], { resources: { limits: { cpu: '25m' } } }));
    const late = 'POST "http://payment:50051/charge": java.net.SocketTimeoutException: Read timed out';
    shop.log('checkout', [late, late, late, late]);
    expect(verdict(shop)).toBe('cpu_limit_too_low Deployment/payment');
  });

  it("is not to blame for a client's own pool, nor for its transactions", () => {
    const pool = 'HikariPool-1 - Connection is not available, request timed out after 30000ms';
    expect(verdict(clients(pool, ['cart']))).toBe('connection_pool_exhausted Deployment/cart ?');
    expect(verdict(clients('QueuePool limit of size 5 overflow 10 reached, connection timed out', ['cart']))).toBe(
      'connection_pool_exhausted Deployment/cart ?',
    );
    expect(diagnose(clients(`${pool} (total=0, active=0, idle=0)`, ['cart'])).causes[0]?.what).not.toBe(
      'connection_pool_exhausted',
    );
    expect(diagnose(clients('ERROR: deadlock detected', ['cart'])).causes[0]?.what).toBe('database_deadlock');
  });

  it('is to blame for what it takes no packets of', () => {
    const line = 'PacketTooBigException: Packet for query is too large (9,437,259 > 4,194,304).';
    expect(verdict(clients(line, ['cart']))).toBe('database_packet_too_large Deployment/ts-mysql');
  });

  it('is read-only', () => {
    expect(
      verdict(
        clients(
          'ERROR 1290: The MySQL server is running with the --read-only option so it cannot execute this statement',
          ['cart'],
        ),
      ),
    ).toBe('database_read_only Deployment/ts-mysql');
  });
});

describe('the network', () => {
  it('asks no cluster DNS, or there is none', () => {
    expect(
      verdict(
        after((shop) => {
          shop.change('checkout', (spec) => Object.assign(spec, { dnsPolicy: 'Default' }));
          shop.log('checkout', ['dial tcp: lookup cart on 8.8.8.8:53: no such host']);
        }),
      ),
    ).toBe('dns_policy Deployment/checkout');
    const down = after((shop) => {
      shop.get('Deployment', 'coredns', 'kube-system').spec.replicas = 0;
      for (const pod of shop.podsOf('coredns', 'kube-system')) shop.objects = shop.objects.filter((one) => one !== pod);
      shop.log('checkout', ['dial tcp: lookup cart on 10.96.0.10:53: read udp: i/o timeout']);
      shop.unready('frontend');
    });
    expect(verdict(down)).toBe('cluster_dns_down Deployment/coredns');
  });

  it('is closed by a policy', () => {
    const shop = new Boutique();
    shop.add('NetworkPolicy', 'boutique', 'deny-cart', {
      spec: { podSelector: { matchLabels: { app: 'cart' } }, policyTypes: ['Ingress'] },
    });
    expect(verdict(shop)).toBe('network_policy_denies NetworkPolicy/deny-cart');
    const open = new Boutique();
    open.add('NetworkPolicy', 'boutique', 'allow-cart', {
      spec: {
        podSelector: { matchLabels: { app: 'cart' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 7070 }] }],
      },
    });
    expect(diagnose(open).causes.map(({ what }) => what)).not.toContain('network_policy_denies');
  });

  it('denies a right to a ServiceAccount', () => {
    const line =
      'pods is forbidden: User "system:serviceaccount:boutique:default" cannot list resource "pods" in API group "" in the namespace "boutique"';
    expect(
      verdict(
        after((shop) => {
          shop.crashes('cart', { reason: 'Error', exitCode: 1 });
          shop.log('cart', [line]);
        }),
      ),
    ).toBe('rbac_denied ServiceAccount/default');
  });
});

describe('an exception whose name has the letters of a system error', () => {
  it('is a call that was refused', () => {
    const line =
      'ResourceAccessException: I/O error on GET request for "http://cart:7070/x": Connection refused; nested exception';
    const { causes } = diagnose(after((shop) => shop.log('frontend', [line, line, line, line])));
    expect(causes.map(({ what, object }) => `${what} ${object.name}`)).toEqual(['dependency_refuses cart']);
  });
});

describe('words that are no words of DNS', () => {
  const saying = (line: string, names: string[]) =>
    after((shop) => {
      for (const name of names) shop.log(name, [line, line, line, line]);
    });

  it.each([
    "2026-03-02T03:20:53.000000Z 12 [Warning] Aborted connection 12 to db: 'ts' (Got timeout reading communication packets)",
    'E0302 03:20:53.118 1 leaderelection.go:436] error retrieving resource lock: context deadline exceeded',
    '2026-03-02 03:20:53.000 WARN Read timed out',
  ])('%s', (line) => {
    const { causes } = diagnose(saying(line, ['cart', 'payment', 'productcatalog']));
    expect(causes.map(({ what }) => what)).not.toContain('cluster_dns_down');
  });

  it.each([
    'dial tcp: lookup payment on 10.96.0.10:53: read udp 10.244.1.9:41234->10.96.0.10:53: i/o timeout',
    'java.net.UnknownHostException: payment: Temporary failure in name resolution',
    'Error: getaddrinfo EAI_AGAIN payment',
    "couldn't resolve: SERVFAIL for payment",
    'Error: queryA ETIMEOUT payment',
  ])('are not %s', (line) => {
    const first = diagnose(saying(line, ['cart', 'checkout'])).causes[0]?.what;
    expect(first).toBe(line.includes('SERVFAIL') ? 'unknown_host' : 'cluster_dns_down');
  });
});

describe('a NetworkPolicy on what goes out', () => {
  const UNRESOLVED = 'rpc error: lookup cart on 10.96.0.10:53: read udp 10.244.1.9:41234->10.96.0.10:53: i/o timeout';
  const egress = (rules: Raw[], lines: string[] = [UNRESOLVED, UNRESOLVED, UNRESOLVED]) =>
    after((shop) => {
      shop.add('NetworkPolicy', 'boutique', 'only-out-there', {
        spec: { podSelector: { matchLabels: { app: 'checkout' } }, policyTypes: ['Egress'], egress: rules },
      });
      shop.log('checkout', lines);
    });
  const peers = { to: [{ podSelector: {} }] };
  const toDns = (protocol?: string) => ({
    to: [{ namespaceSelector: {} }],
    ports: [{ port: 53, ...(protocol ? { protocol } : {}) }],
  });

  it('lets out to a block in which no pod is', () => {
    expect(verdict(egress([{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }], []))).toBe(
      'network_policy_denies NetworkPolicy/only-out-there',
    );
  });

  it('forgets the port of the DNS, or its protocol, though the DNS is well', () => {
    expect(verdict(egress([peers]))).toBe('network_policy_denies NetworkPolicy/only-out-there');
    expect(verdict(egress([peers, toDns()]))).toBe('network_policy_denies NetworkPolicy/only-out-there');
  });

  it('is not to blame where it lets names be asked for', () => {
    const open = [egress([peers, toDns('UDP')]), egress([peers, { to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }])];
    for (const shop of open)
      expect(diagnose(shop).causes.map(({ what }) => what)).not.toContain('network_policy_denies');
  });
});

describe('the host in the log', () => {
  const shopWithDatabase = (lines: string[]) =>
    after((shop) => {
      shop.deployment('orders-pg', { port: 5432, container: { image: 'postgres:16' } });
      shop.service('orders-pg', { port: 5432 });
      shop.change('payment', (spec) =>
        spec.containers[0].env.push({ name: 'PG_HOST', value: 'orders-pg' }, { name: 'CART_ADDR', value: 'cart:7070' }),
      );
      shop.log('payment', lines);
    });

  it('outside the cluster has a certificate of its own', () => {
    const line =
      'I/O error on POST request for "https://acquirer.example/charge": PKIX path validation failed: validity check failed';
    expect(verdict(shopWithDatabase([line, line, line, line]))).toBe('certificate_expired Deployment/payment');
  });

  it('is who refused in the bare lines below it', () => {
    const trace = [
      '2026-03-02T03:28:36.000000Z 2026-03-02 03:28:51 ERROR 1 --- I/O error on GET request for "http://cart:7070/items"',
      '2026-03-02T03:28:36.000000Z ',
      '2026-03-02T03:28:36.000000Z java.net.ConnectException: Connection refused (Connection refused)',
    ];
    const { causes } = diagnose(shopWithDatabase([...trace, ...trace, ...trace, ...trace]));
    expect(causes.map(({ what, object }) => `${what} ${object.name}`)).toEqual(['dependency_refuses cart']);
  });

  it('is nobody where none is named', () => {
    const line = 'java.net.ConnectException: Connection refused (Connection refused)';
    expect(diagnose(shopWithDatabase([line, line, line, line])).causes).toEqual([]);
  });
});

describe('nodes and the control plane', () => {
  const node = (type: string, status: string, reason: string, message: string) =>
    after((shop) => {
      const { conditions } = shop.get('Node', 'worker-1').status;
      Object.assign(
        conditions.find((one: Raw) => one.type === type),
        { status, reason, message },
      );
      for (const name of ['cart', 'payment', 'frontend']) shop.unready(name);
    });

  it.each([
    ['node_kubelet_silent', 'Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
    [
      'node_runtime_down',
      'Ready',
      'False',
      'KubeletNotReady',
      'container runtime is down, PLEG is not healthy: pleg was last seen active 3m ago',
    ],
    [
      'node_network_down',
      'Ready',
      'False',
      'KubeletNotReady',
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
    ],
    ['node_disk_pressure', 'DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'],
  ])('%s', (what, type, status, reason, message) => {
    expect(verdict(node(type, status, reason, message))).toBe(`${what} Node/worker-1`);
  });

  it('kube-proxy and the controller manager', () => {
    expect(verdict(after((shop) => shop.remove('Pod', 'kube-proxy-2zq8k', 'kube-system')))).toBe(
      'kube_proxy_down DaemonSet/kube-proxy',
    );
    expect(verdict(after((shop) => shop.remove('Pod', 'kube-controller-manager-control-plane', 'kube-system')))).toBe(
      'controller_manager_down Pod/kube-controller-manager',
    );
  });
});

describe('what only the log knows', () => {
  const complaining = (line: string, name = 'payment') => after((shop) => shop.log(name, [line, line, line, line]));

  it('names the host that no Service has, and the port that the Service does not have', () => {
    expect(verdict(complaining('java.net.UnknownHostException: ts-mysql-leader'))).toBe(
      'wrong_address Deployment/payment',
    );
    expect(verdict(complaining('could not connect to server: cart:7071 connection refused'))).toBe(
      'wrong_port Deployment/payment',
    );
  });

  it('is nothing where a collector of traces is away', () => {
    expect(
      diagnose(
        complaining('traces export: dial tcp: lookup opentelemetrycollector on 10.96.0.10:53: no such host'),
      ).causes.map(({ what }) => what),
    ).not.toContain('wrong_address');
  });

  it('names the variable that leads to another Service than it is named after', () => {
    expect(
      verdict(
        after((shop) =>
          shop.change('checkout', (spec) => {
            spec.containers[0].env[0].value = 'productcatalog:3550';
          }),
        ),
      ),
    ).toBe('wrong_address Deployment/checkout');
  });
});
