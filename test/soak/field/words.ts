import { type Cluster, crash, type Member, unready } from './cluster.ts';
import type { ContainerSpec, Pod, Truth, Workload } from './model.ts';

export interface Kind {
  name: string;
  shops?: ('boutique' | 'train')[];
  /** What convicts stands in a list that `cluster-info dump` doesn't write. */
  full?: true;
  /** Can't be told where these are left out. */
  needs?: { events?: true; logs?: true; platform?: true; workloads?: true; nodes?: true };
  apply(c: Cluster): Truth;
}

export const first = (pod: Pod): ContainerSpec => pod.spec.containers[0] as ContainerSpec;

export const truth = (objects: [string, string][], what: string[], cause: string): Truth => ({
  objects: objects.map(([kind, name]) => ({ kind, name })),
  what,
  cause,
});
export const wlTruth = (
  wl: Workload | Member | { name: string; kind?: string },
  what: string[],
  cause: string,
): Truth =>
  truth(
    [
      ['kind' in wl && wl.kind ? wl.kind : 'Deployment', wl.name],
      ['Service', wl.name],
    ],
    what,
    cause,
  );

const java = (c: Cluster, minutes: number, level: string, place: string, text: string) =>
  `${c.at(minutes).replace('T', ' ').replace('Z', '.417')} ${level} [${place},,,] 1 --- [nio-12031-exec-${c.rng.int(1, 10)}] ${place} : ${text}`;

export type How = 'refused' | 'timeout' | 'nohost' | 'noroute' | 'deadline';

const SEC: Record<How, string> = {
  refused: 'connect: connection refused',
  timeout: 'i/o timeout',
  nohost: 'no such host',
  noroute: 'connect: no route to host',
  deadline: 'context deadline exceeded',
};

/** What a caller prints when the one that it calls can't be reached. */
export const complaint = (
  c: Cluster,
  caller: Member,
  host: string,
  port: number,
  ip: string,
  how: How,
  minutes: number,
): string[] => {
  const target = `${ip}:${port}`;
  if (caller.lang === 'go') {
    const desc =
      how === 'nohost'
        ? `name resolver error: produced zero addresses`
        : `connection error: desc = \\"transport: Error while dialing: dial tcp ${target}: ${SEC[how]}\\"`;
    const code =
      how === 'deadline'
        ? 'rpc error: code = DeadlineExceeded desc = context deadline exceeded'
        : `rpc error: code = Unavailable desc = ${how === 'nohost' ? `dns: A record lookup error: lookup ${host} on 10.96.0.10:53: no such host` : desc}`;
    return [
      `{"error":"failed to complete request to ${host}: ${code}","http.req.id":"${c.rng.word(8)}","http.req.method":"GET","http.req.path":"/","message":"request error","severity":"error","timestamp":"${c.nano(minutes)}"}`,
    ];
  }
  if (caller.lang === 'java') {
    if (/mysql/.test(host))
      return [
        java(
          c,
          minutes,
          'ERROR',
          'com.zaxxer.hikari.pool.HikariPool',
          'HikariPool-1 - Exception during pool initialization.',
        ),
        '',
        'com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure',
        '',
        'The last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server.',
        '\tat com.mysql.cj.jdbc.exceptions.SQLError.createCommunicationsException(SQLError.java:174)',
        how === 'nohost'
          ? `Caused by: java.net.UnknownHostException: ${host}: Name or service not known`
          : how === 'refused'
            ? 'Caused by: java.net.ConnectException: Connection refused (Connection refused)'
            : 'Caused by: java.net.SocketTimeoutException: connect timed out',
        '\tat com.mysql.cj.protocol.StandardSocketFactory.connect(StandardSocketFactory.java:155)',
      ];
    if (/mongo/.test(host))
      return [
        java(
          c,
          minutes,
          'INFO ',
          'org.mongodb.driver.cluster',
          `Exception in monitor thread while connecting to server ${host}:${port}`,
        ),
        '',
        `com.mongodb.MongoSocket${how === 'nohost' ? 'Exception' : 'OpenException'}: ${how === 'nohost' ? host : 'Exception opening socket'}`,
        '\tat com.mongodb.internal.connection.SocketStream.open(SocketStream.java:70)',
        how === 'nohost'
          ? `Caused by: java.net.UnknownHostException: ${host}`
          : how === 'refused'
            ? 'Caused by: java.net.ConnectException: Connection refused (Connection refused)'
            : 'Caused by: java.net.SocketTimeoutException: connect timed out',
      ];
    if (host === 'rabbitmq')
      return [
        java(
          c,
          minutes,
          'WARN ',
          'o.s.a.r.l.SimpleMessageListenerContainer',
          'Consumer raised exception, processing can restart if the connection factory supports it. Exception summary: org.springframework.amqp.AmqpConnectException: java.net.ConnectException: Connection refused (Connection refused)',
        ),
        java(c, minutes, 'INFO ', 'o.s.a.r.c.CachingConnectionFactory', 'Attempting to connect to: [rabbitmq:5672]'),
      ];
    const why =
      how === 'nohost'
        ? `${host}; nested exception is java.net.UnknownHostException: ${host}`
        : how === 'refused'
          ? 'Connection refused (Connection refused); nested exception is java.net.ConnectException: Connection refused (Connection refused)'
          : how === 'noroute'
            ? 'No route to host (Host unreachable); nested exception is java.net.NoRouteToHostException: No route to host (Host unreachable)'
            : how === 'timeout'
              ? 'connect timed out; nested exception is java.net.SocketTimeoutException: connect timed out'
              : 'Read timed out; nested exception is java.net.SocketTimeoutException: Read timed out';
    return [
      java(
        c,
        minutes,
        'ERROR',
        'o.a.c.c.C.[.[.[/].[dispatcherServlet]',
        `Servlet.service() for servlet [dispatcherServlet] in context with path [] threw exception [Request processing failed; nested exception is org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://${host}:${port}/api/v1/${host.replace(/^ts-|-/g, '')}": ${why}] with root cause`,
      ),
      '',
      how === 'nohost'
        ? `java.net.UnknownHostException: ${host}`
        : how === 'refused'
          ? 'java.net.ConnectException: Connection refused (Connection refused)'
          : 'java.net.SocketTimeoutException: timed out',
      '\tat java.base/java.net.PlainSocketImpl.socketConnect(Native Method)',
      '\tat org.springframework.web.client.RestTemplate.doExecute(RestTemplate.java:744)',
    ];
  }
  if (caller.lang === 'dotnet')
    return [
      'fail: Grpc.AspNetCore.Server.ServerCallHandler[6]',
      "      Error when executing service method 'GetCart'.",
      `      Grpc.Core.RpcException: Status(StatusCode="FailedPrecondition", Detail="Can't access cart storage. StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s). ${how === 'timeout' || how === 'deadline' ? 'ConnectTimeout' : `UnableToConnect on ${host}:${port}/Interactive, Initializing/NotStarted, last: NONE, origin: BeginConnectAsync, outstanding: 0, last-read: 2s ago, last-write: 2s ago`}`,
      '   at StackExchange.Redis.ConnectionMultiplexer.ConnectImpl(ConfigurationOptions configuration, TextWriter log)',
    ];
  if (caller.lang === 'python')
    return [
      'Traceback (most recent call last):',
      '  File "/recommendationservice/recommendation_server.py", line 72, in ListRecommendations',
      'grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:',
      '\tstatus = StatusCode.UNAVAILABLE',
      `\tdetails = "${how === 'nohost' ? `DNS resolution failed for ${host}:${port}: C-ares status is not ARES_SUCCESS qtype=A name=${host} is_balancer=0: Domain name not found` : `failed to connect to all addresses; last error: UNKNOWN: ipv4:${target}: ${how === 'refused' ? 'Failed to connect to remote host: Connection refused' : 'connection attempt timed out before receiving SETTINGS frame'}`}"`,
      '>',
    ];
  if (caller.lang === 'nginx')
    return [
      how === 'nohost'
        ? `${c.at(minutes)} [emerg] 1#1: host not found in upstream "${host}" in /etc/nginx/conf.d/default.conf:21`
        : `${c.at(minutes)} [error] 7#7: *3312 connect() failed (${how === 'refused' ? '111: Connection refused' : '110: Connection timed out'}) while connecting to upstream, client: 10.244.0.1, server: localhost, request: "POST /api/v1/users/login HTTP/1.1", upstream: "http://${target}/api/v1/users/login", host: "ts.example.com"`,
    ];
  if (caller.lang === 'node')
    return [
      `{"level":50,"time":${Math.round(c.now - minutes * 60_000)},"pid":1,"msg":"${how === 'nohost' ? `getaddrinfo ENOTFOUND ${host}` : how === 'refused' ? `connect ECONNREFUSED ${target}` : `connect ETIMEDOUT ${target}`}"}`,
    ];
  if (caller.lang === 'locust')
    return [
      `[${c.at(minutes)}] loadgenerator/WARNING/locust: GET /cart failed: HTTPError('500 Server Error: Internal Server Error for url: http://frontend:80/cart')`,
    ];
  return [];
};

/** Callers that can't live without it: they end, or say that they aren't ready. The root is still one. */
export const cascade = (c: Cluster, name: string): void => {
  for (const caller of c.callersOf(name)) {
    if (!['java', 'dotnet'].includes(caller.lang) || c.rng.chance(0.4)) continue;
    for (const pod of c.podsOf(c.workload(caller.name))) {
      if (!pod.cs[0]?.ready || pod.node === undefined) continue;
      if (c.rng.chance(0.6)) crash(c, pod, caller.lang === 'dotnet' ? 134 : 1, { ranSec: 40 });
      else {
        unready(pod);
        unhealthy(c, pod, 'Readiness', 'HTTP probe failed with statuscode: 503');
      }
    }
  }
};

/** The callers say what they feel; a third of them is silent, as callers are. */
export const blame = (c: Cluster, name: string, how: How, times = 3): void => {
  const svc = c.services.find((one) => one.name === name && one.ns === c.ns);
  for (const [i, caller] of c.callersOf(name).entries()) {
    if (i > 0 && c.rng.chance(0.3)) continue;
    for (const pod of c.podsOf(c.workload(caller.name)))
      for (let n = 0; n < times; n += 1)
        pod.log.push(
          ...complaint(
            c,
            caller,
            name,
            svc?.ports[0]?.port ?? c.members.get(name)?.port ?? 80,
            svc?.ip ?? '10.96.99.9',
            how,
            4 - n,
          ),
        );
  }
};

export const victim = (c: Cluster, options: { langs?: string[]; not?: string[] } = {}): Member => {
  const all = [...c.members.values()].filter(
    (one) =>
      c.callersOf(one.name).length > 0 &&
      (options.langs === undefined || options.langs.includes(one.lang)) &&
      !options.not?.includes(one.name) &&
      c.workload(one.name).kind === 'Deployment',
  );
  const apps = all.filter(
    (one) => !['mysql', 'mongo', 'redis', 'rabbit'].includes(one.lang) || options.langs?.includes(one.lang),
  );
  return c.rng.pick(apps.length > 0 ? apps : all);
};

export const databaseOf = (c: Cluster): { db: Member; users: Member[] } => {
  const dbs = [...c.members.values()].filter(
    (one) => ['mysql', 'mongo', 'redis'].includes(one.lang) && c.callersOf(one.name).length > 0,
  );
  const db = c.rng.pick(dbs);
  return { db, users: c.callersOf(db.name) };
};

/** `Started` probes, `Unhealthy` lines: the kubelet's own form. */
export const unhealthy = (
  c: Cluster,
  pod: Pod,
  probe: 'Liveness' | 'Readiness' | 'Startup',
  says: string,
  more: { kills?: boolean; count?: number; index?: number } = {},
): void => {
  const name = pod.spec.containers[more.index ?? 0]?.name;
  const field = `spec.containers{${name}}`;
  c.podEvent(pod, 'Warning', 'Unhealthy', `${probe} probe failed: ${says}`, {
    first: Math.min(pod.made, 26) - 0.5,
    last: 0.1,
    count: more.count ?? c.rng.int(12, 60),
    field,
  });
  if (more.kills)
    c.podEvent(
      pod,
      'Normal',
      'Killing',
      probe === 'Liveness'
        ? `Container ${name} failed liveness probe, will be restarted`
        : `Container ${name} failed startup probe, will be restarted`,
      { first: Math.min(pod.made, 26) - 1.5, last: 0.4, count: c.rng.int(3, 8), field },
    );
};

/** The callers of callers are slow or fail, too: words without an address. */
export const frontFails = (c: Cluster): void => {
  const front = c.members.get('loadgenerator');
  if (front)
    for (const pod of c.podsOf(c.workload('loadgenerator')))
      for (let n = 0; n < 3; n += 1) pod.log.push(...complaint(c, front, 'frontend', 80, '', 'refused', 3 - n));
};
