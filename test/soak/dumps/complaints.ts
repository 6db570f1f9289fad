import type { Cluster, Raw } from './cluster.ts';
import type { Language, ServiceSpec } from './shops.ts';

/** What programs say when what they call fails, each in its language's own words. */
export type Trouble = 'refused' | 'unknown' | 'silent' | 'reset';

export function complaint(
  language: Language,
  trouble: Trouble,
  host: string,
  port: string,
  ip: string,
  c: Cluster,
): string[] {
  const at = c.iso(1).replace('Z', '');
  switch (language) {
    case 'go': {
      const said = {
        refused: `connection error: desc = "transport: Error while dialing: dial tcp ${ip}:${port}: connect: connection refused"`,
        unknown: `name resolver error: produced zero addresses`,
        silent: `connection error: desc = "transport: Error while dialing: dial tcp ${ip}:${port}: i/o timeout"`,
        reset: `connection error: desc = "error reading server preface: read tcp 10.244.2.9:51142->${ip}:${port}: read: connection reset by peer"`,
      }[trouble];
      return [
        trouble === 'unknown'
          ? `{"error":"rpc error: code = Unavailable desc = dns: A record lookup error: lookup ${host} on 10.96.0.10:53: no such host","http.req.method":"GET","message":"request error","severity":"error","timestamp":"${at}Z"}`
          : `{"error":"could not call ${host}: rpc error: code = Unavailable desc = ${said.replaceAll('"', '\\"')}","http.req.method":"GET","message":"request error","severity":"error","timestamp":"${at}Z"}`,
      ];
    }
    case 'java': {
      const said = {
        refused: `java.net.ConnectException: Connection refused (Connection refused)`,
        unknown: `java.net.UnknownHostException: ${host}`,
        silent: `java.net.SocketTimeoutException: connect timed out`,
        reset: `java.net.SocketException: Connection reset`,
      }[trouble];
      return [
        `${at.replace('T', ' ')}.311 ERROR 1 --- [io-12346-exec-7] o.a.c.c.C.[.[.[/].[dispatcherServlet]    : Servlet.service() for servlet [dispatcherServlet] threw exception`,
        `org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://${host}:${port}/api/v1/query": ${said.split(': ')[1]}; nested exception is ${said}`,
        '\tat org.springframework.web.client.RestTemplate.doExecute(RestTemplate.java:785)',
        `Caused by: ${said}`,
        '\tat java.net.PlainSocketImpl.socketConnect(Native Method)',
      ];
    }
    case 'node':
      return [
        {
          refused: `Error: connect ECONNREFUSED ${ip}:${port}`,
          unknown: `Error: getaddrinfo ENOTFOUND ${host}`,
          silent: `Error: connect ETIMEDOUT ${ip}:${port}`,
          reset: `Error: read ECONNRESET ${ip}:${port}`,
        }[trouble],
        '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16)',
      ];
    default:
      return [
        `grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:`,
        `\tstatus = StatusCode.UNAVAILABLE`,
        `\tdetails = "failed to connect to all addresses; last error: ${{ refused: `UNKNOWN: ipv4:${ip}:${port}: Failed to connect to remote host: Connection refused`, unknown: `UNAVAILABLE: DNS resolution failed for ${host}:${port}: C-ares status is not ARES_SUCCESS qtype=A name=${host}`, silent: `UNKNOWN: ipv4:${ip}:${port}: connection attempt timed out before receiving SETTINGS frame`, reset: `UNAVAILABLE: ipv4:${ip}:${port}: recvmsg:Connection reset by peer` }[trouble]}"`,
      ];
  }
}

/** Everybody who calls it complains, where their logs are. `as` is the host that they ask for. */
export function callersComplain(
  c: Cluster,
  callee: string,
  trouble: Trouble,
  only: (caller: ServiceSpec) => boolean = () => true,
  as: string | null = null,
) {
  const ip = c.find('Service', callee)?.spec.clusterIP ?? '10.96.4.4';
  for (const caller of c.shop.services.filter(only)) {
    const address = Object.values(caller.calls).find((one) => one.split(':')[0] === callee);
    if (!address) continue;
    const [host = '', port = ''] = address.split(':');
    for (const pod of c.podsOf(caller.name))
      c.log(pod, [
        ...chatter(c, caller),
        ...complaint(caller.language, trouble, as ?? host, port, ip, c),
        ...complaint(caller.language, trouble, as ?? host, port, ip, c),
      ]);
  }
}

/** Lines as of every day. */
export function chatter(c: Cluster, { language, name, port }: ServiceSpec): string[] {
  const at = c.iso(2).replace('Z', '');
  switch (language) {
    case 'go':
      return [
        `{"message":"starting server on :${port}","severity":"info","timestamp":"${at}Z"}`,
        `{"http.req.path":"/","http.resp.status":200,"http.resp.took_ms":${20 + Math.floor(c.random() * 80)},"message":"request complete","severity":"debug","timestamp":"${at}Z"}`,
      ];
    case 'java':
      return [
        `${at.replace('T', ' ')}.101  INFO 1 --- [           main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): ${port} (http) with context path ''`,
        `${at.replace('T', ' ')}.140  INFO 1 --- [           main] ${name}  : Started Application in 41.2 seconds (JVM running for 44.0)`,
        `${at.replace('T', ' ')}.560  WARN 1 --- [           main] o.h.e.j.e.i.JdbcEnvironmentInitiator     : HHH000341: Could not obtain connection metadata: not supported`,
      ];
    case 'node':
      return [
        `{"severity":"info","time":${c.at - 60_000},"message":"${name} gRPC server started on port ${port}"}`,
        `{"severity":"info","time":${c.at - 50_000},"message":"conversion request successful"}`,
      ];
    case 'python':
      return [
        `{"timestamp": 1778578800.1, "severity": "INFO", "name": "${name}-server", "message": "listening on port: ${port}"}`,
        '{"timestamp": 1778578801.2, "severity": "WARNING", "name": "tracing", "message": "tracing disabled"}',
      ];
    case 'mysql':
      return [
        `${at}.000000Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.0.36'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306`,
        `${at}.000000Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is self signed.`,
      ];
    case 'mongo':
      return [
        `{"t":{"$date":"${at}.000+00:00"},"s":"I",  "c":"NETWORK",  "id":23016,   "ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}`,
      ];
    default:
      return [
        `1:M 12 May 2026 09:00:00.000 * Ready to accept connections tcp`,
        '1:M 12 May 2026 09:00:00.000 # WARNING Memory overcommit must be enabled!',
      ];
  }
}

/** Logs for who has none yet. */
export function everydayLogs(c: Cluster) {
  const heard = new Set(c.logs.map((one) => one.pod));
  for (const spec of c.shop.services)
    for (const pod of c.podsOf(spec.name))
      if (!heard.has(pod.metadata.name) && pod.status.containerStatuses?.some((one: Raw) => one.state.running))
        c.log(pod, chatter(c, spec));
}
