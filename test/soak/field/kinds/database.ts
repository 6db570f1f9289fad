import { crash, roll, startEvents, unready, waiting } from '../cluster.ts';
import type { ContainerSpec } from '../model.ts';
import { blame, databaseOf, type Kind, truth, victim, wlTruth } from '../words.ts';
export const DATABASE: Kind[] = [
  {
    name: 'db-too-many-connections',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      for (const user of users.filter((one) => one.lang === 'java'))
        for (const pod of c.podsOf(c.workload(user.name)))
          for (let i = 0; i < 3; i += 1)
            pod.log.push(
              ...(db.lang === 'mysql'
                ? [
                    'java.sql.SQLNonTransientConnectionException: Data source rejected establishment of connection,  message from server: "Too many connections"',
                    '\tat com.mysql.cj.jdbc.exceptions.SQLError.createSQLException(SQLError.java:110)',
                  ]
                : [
                    'com.mongodb.MongoSocketReadException: Prematurely reached end of stream',
                    '\tat com.mongodb.internal.connection.SocketStream.read(SocketStream.java:112)',
                  ]),
            );
      for (const pod of c.podsOf(c.workload(db.name)))
        pod.log.push(
          ...(db.lang === 'mysql'
            ? [`${c.at(2)} 0 [Warning] Too many connections`]
            : [
                `{"t":{"$date":"${c.nano(2)}"},"s":"I","c":"NETWORK","id":22942,"ctx":"listener","msg":"Connection refused because there are too many open connections","attr":{"remote":"10.244.1.9:51234","connectionCount":101}}`,
              ]),
        );
      const wl = c.workload(db.name);
      return wlTruth(wl, ['database_too_many_connections'], 'the database is at its maximum of connections');
    },
  },
  {
    name: 'db-auth',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      const user = c.rng.pick(users.filter((one) => one.lang === 'java'));
      const wl = c.workload(user.name);
      for (const pod of roll(c, wl, (spec) => {
        for (const one of spec.containers[0]?.env ?? [])
          if (/PASSWORD/.test(one.name)) one.value = 'wrong-password';
          else if (one.name === 'SPRING_DATA_MONGODB_URI') one.value = `mongodb://ts:bad@${db.name}:27017/ts`;
      })) {
        crash(c, pod, 1, { ranSec: 25 });
        pod.log.push(
          ...(db.lang === 'mysql'
            ? [
                "java.sql.SQLException: Access denied for user 'ts'@'10.244.2.31' (using password: YES)",
                '\tat com.mysql.cj.jdbc.exceptions.SQLError.createSQLException(SQLError.java:129)',
              ]
            : [
                "com.mongodb.MongoSecurityException: Exception authenticating MongoCredential{mechanism=SCRAM-SHA-1, userName='ts', source='ts', password=<hidden>, mechanismProperties=<hidden>}",
                "Caused by: com.mongodb.MongoCommandException: Command failed with error 18 (AuthenticationFailed): 'Authentication failed.' on server ts-order-mongo:27017",
              ]),
        );
      }
      return wlTruth(wl, ['database_access_denied', 'config_invalid'], "the database's password is wrong");
    },
  },
  {
    name: 'db-down',
    apply: (c) => {
      const { db } = databaseOf(c);
      const wl = c.workload(db.name);
      const way = c.rng.int(0, 1);
      for (const pod of c.podsOf(wl)) {
        crash(c, pod, way === 0 ? 1 : 137, { ...(way === 1 && { reason: 'OOMKilled' }), ranSec: 9 });
        pod.log.push(
          db.lang === 'mysql'
            ? `${c.at(1)} 0 [ERROR] InnoDB: Operating system error number 28 in a file operation.`
            : db.lang === 'mongo'
              ? `{"t":{"$date":"${c.nano(1)}"},"s":"E","c":"STORAGE","id":22435,"ctx":"initandlisten","msg":"WiredTiger error","attr":{"error":28,"message":"No space left on device"}}`
              : "1:M # Can't open or create append-only dir appendonlydir: No space left on device",
        );
      }
      blame(c, db.name, 'refused', 5);
      return wlTruth(
        wl,
        way === 1 ? ['oom_killed', 'memory_limit'] : ['disk_full', 'volume_full'],
        way === 1 ? 'the database is OOMKilled' : "the database's disk is full",
      );
    },
  },
  {
    name: 'db-scaled-to-zero',
    apply: (c) => {
      const { db } = databaseOf(c);
      const wl = c.workload(db.name);
      for (const pod of c.podsOf(wl)) c.drop(pod);
      wl.replicas = 0;
      blame(c, db.name, 'refused', 5);
      return wlTruth(wl, ['zero_replicas', 'scaled_down', 'workload_missing'], 'the database has no replicas');
    },
  },
  {
    name: 'db-missing-database',
    shops: ['train'],
    apply: (c) => {
      const { users } = databaseOf(c);
      const user = c.rng.pick(users.filter((one) => one.lang === 'java'));
      const wl = c.workload(user.name);
      for (const pod of roll(c, wl, (spec) => {
        for (const one of spec.containers[0]?.env ?? []) if (/DATABASE$/.test(one.name)) one.value = 'tsx';
      })) {
        crash(c, pod, 1, { ranSec: 25 });
        pod.log.push(
          "java.sql.SQLSyntaxErrorException: Unknown database 'tsx'",
          '\tat com.mysql.cj.jdbc.exceptions.SQLError.createSQLException(SQLError.java:120)',
        );
      }
      return wlTruth(wl, ['database_missing', 'config_invalid'], 'the database does not exist');
    },
  },
  {
    name: 'db-read-only',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      for (const user of users.filter((one) => one.lang === 'java'))
        for (const pod of c.podsOf(c.workload(user.name)))
          for (let i = 0; i < 3; i += 1)
            pod.log.push(
              db.lang === 'mysql'
                ? 'java.sql.SQLException: The MySQL server is running with the --read-only option so it cannot execute this statement'
                : "com.mongodb.MongoNotPrimaryException: Command failed with error 10107 (NotWritablePrimary): 'not master' on server",
            );
      return wlTruth(c.workload(db.name), ['database_read_only'], 'the database is read-only');
    },
  },
  {
    name: 'redis-auth',
    shops: ['boutique'],
    apply: (c) => {
      const wl = c.workload('redis-cart');
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          (spec.containers[0] as ContainerSpec).args = ['--requirepass', 's3cret'];
        },
        { keepOld: false },
      ))
        startEvents(c, pod);
      for (const pod of c.podsOf(c.workload('cartservice'))) {
        crash(c, pod, 134, { ranSec: 4 });
        pod.log.push(
          "Unhandled exception. StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s). Error connecting right now. To allow this multiplexer to continue retrying until it's able to connect, use abortConnect=false in your connection string or AbortOnConnectFail=false; in your code.",
          ' ---> StackExchange.Redis.RedisServerException: NOAUTH Authentication required.',
        );
      }
      return truth(
        [
          ['Deployment', 'cartservice'],
          ['Deployment', 'redis-cart'],
        ],
        ['database_access_denied'],
        'redis wants a password that the client does not send',
      );
    },
  },
  {
    name: 'db-locked',
    shops: ['train'],
    apply: (c) => {
      const { db, users } = databaseOf(c);
      for (const user of users.filter((one) => one.lang === 'java'))
        for (const pod of c.podsOf(c.workload(user.name)))
          for (let i = 0; i < 4; i += 1)
            pod.log.push(
              db.lang === 'mysql'
                ? 'com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException: Lock wait timeout exceeded; try restarting transaction'
                : 'com.mongodb.MongoExecutionTimeoutException: operation exceeded time limit',
              'ERROR 1 --- [io-12031-exec-9] o.h.engine.jdbc.spi.SqlExceptionHelper : HikariPool-1 - Connection is not available, request timed out after 30000ms.',
            );
      return wlTruth(
        c.workload(db.name),
        [
          'database_locked',
          'dependency_silent',
          'blocked_on_dependency',
          'saturation',
          'database_too_many_connections',
        ],
        'the database is locked',
      );
    },
  },
  {
    name: 'rabbit-down',
    shops: ['train'],
    apply: (c) => {
      const wl = c.workload('rabbitmq');
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          (spec.containers[0] as ContainerSpec).image = 'rabbitmq:3-managment';
        },
        { keepOld: false },
      )) {
        waiting(pod, 'ImagePullBackOff', 'Back-off pulling image "rabbitmq:3-managment"');
        startEvents(c, pod, 'scheduled');
        c.podEvent(
          pod,
          'Warning',
          'Failed',
          'Failed to pull image "rabbitmq:3-managment": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/rabbitmq:3-managment": failed to resolve reference "docker.io/library/rabbitmq:3-managment": docker.io/library/rabbitmq:3-managment: not found',
          { first: pod.made, last: 1, count: 5 },
        );
      }
      blame(c, 'rabbitmq', 'refused', 5);
      return wlTruth(wl, ['image_not_found'], 'the image tag does not exist');
    },
  },
  {
    name: 'caller-refused-by-silent-app',
    apply: (c) => {
      const v = victim(c);
      blame(c, v.name, 'deadline', 5);
      return wlTruth(
        c.workload(v.name),
        ['dependency_silent', 'latency', 'blocked_on_dependency', 'unknown', 'dependency_refuses'],
        'a called service hangs: running, ready, and silent',
      );
    },
  },
  {
    name: 'cpu-limit-low',
    apply: (c) => {
      const v = victim(c, { langs: ['java', 'python', 'go', 'node'] });
      const wl = c.workload(v.name);
      for (const pod of roll(
        c,
        wl,
        (spec) => {
          const one = spec.containers[0] as ContainerSpec;
          one.resources = { requests: { cpu: '1m', memory: '64Mi' }, limits: { cpu: '5m', memory: '512Mi' } };
          one.readinessProbe = {
            tcpSocket: { port: v.port },
            periodSeconds: 10,
            timeoutSeconds: 1,
            failureThreshold: 3,
          };
        },
        { keepOld: false },
      )) {
        unready(pod);
        startEvents(c, pod);
        c.podEvent(pod, 'Warning', 'Unhealthy', `Readiness probe failed: dial tcp ${pod.ip}:${v.port}: i/o timeout`, {
          first: pod.made - 1,
          last: 0.2,
          count: 40,
        });
      }
      blame(c, v.name, 'deadline');
      return wlTruth(wl, ['cpu_limit_too_low', 'cpu'], 'the CPU limit is far too low');
    },
  },
];
