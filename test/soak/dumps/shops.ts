/** The shops whose clusters are dumped: who runs, who calls whom by which setting, and in which language it complains. */

export type Language = 'go' | 'java' | 'node' | 'python' | 'mysql' | 'mongo' | 'redis';
export type ServiceSpec = {
  name: string;
  port: number;
  /** The port of the Service, where it is another. */
  servicePort?: number;
  speaks: 'grpc' | 'http' | 'tcp';
  language: Language;
  /** Setting → host:port. */
  calls: Record<string, string>;
  /** Other settings. */
  env?: Record<string, string>;
  /** The calls' settings come from a ConfigMap of this name. */
  settingsFrom?: string;
  /** Keys of a Secret that become variables. */
  secret?: { name: string; keys: string[] };
  /** A claim that is mounted. */
  claim?: string;
  replicas?: number;
};
export type ShopSpec = { name: string; namespaces: string[]; image: string; services: ServiceSpec[]; front: string };

const boutique: ShopSpec = {
  name: 'boutique',
  namespaces: ['boutique', 'online-boutique', 'default', 'shop-prod'],
  image: 'us-central1-docker.pkg.dev/online-boutique/microservices/NAME:v0.10.2',
  front: 'frontend',
  services: [
    {
      name: 'frontend',
      port: 8080,
      servicePort: 80,
      speaks: 'http',
      language: 'go',
      replicas: 2,
      calls: {
        PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice:3550',
        CURRENCY_SERVICE_ADDR: 'currencyservice:7000',
        CART_SERVICE_ADDR: 'cartservice:7070',
        RECOMMENDATION_SERVICE_ADDR: 'recommendationservice:8080',
        SHIPPING_SERVICE_ADDR: 'shippingservice:50051',
        CHECKOUT_SERVICE_ADDR: 'checkoutservice:5050',
        AD_SERVICE_ADDR: 'adservice:9555',
      },
    },
    { name: 'productcatalogservice', port: 3550, speaks: 'grpc', language: 'go', calls: {} },
    {
      name: 'cartservice',
      port: 7070,
      speaks: 'grpc',
      language: 'java',
      calls: { REDIS_ADDR: 'redis-cart:6379' },
      secret: { name: 'cart-redis', keys: ['REDIS_PASSWORD'] },
    },
    { name: 'redis-cart', port: 6379, speaks: 'tcp', language: 'redis', calls: {}, claim: 'redis-data' },
    {
      name: 'checkoutservice',
      port: 5050,
      speaks: 'grpc',
      language: 'go',
      calls: {
        PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice:3550',
        SHIPPING_SERVICE_ADDR: 'shippingservice:50051',
        PAYMENT_SERVICE_ADDR: 'paymentservice:50051',
        EMAIL_SERVICE_ADDR: 'emailservice:5000',
        CURRENCY_SERVICE_ADDR: 'currencyservice:7000',
        CART_SERVICE_ADDR: 'cartservice:7070',
      },
    },
    { name: 'paymentservice', port: 50051, speaks: 'grpc', language: 'node', calls: {} },
    { name: 'shippingservice', port: 50051, speaks: 'grpc', language: 'go', calls: {} },
    { name: 'currencyservice', port: 7000, speaks: 'grpc', language: 'node', calls: {} },
    { name: 'emailservice', port: 8080, servicePort: 5000, speaks: 'grpc', language: 'python', calls: {} },
    {
      name: 'recommendationservice',
      port: 8080,
      speaks: 'grpc',
      language: 'python',
      calls: { PRODUCT_CATALOG_SERVICE_ADDR: 'productcatalogservice:3550' },
    },
    { name: 'adservice', port: 9555, speaks: 'grpc', language: 'java', calls: {} },
  ],
};

const ts = (name: string, port: number, calls: string[], database: boolean): ServiceSpec => ({
  name: `ts-${name}-service`,
  port,
  speaks: 'http',
  language: 'java',
  calls: {
    ...(database ? { [`${name.toUpperCase().replaceAll('-', '_')}_MYSQL_HOST`]: 'tsdb-mysql-leader:3306' } : {}),
    ...Object.fromEntries(
      calls.map((one) => {
        const [callee = '', at = ''] = one.split(':');
        return [`TS_${callee.toUpperCase().replaceAll('-', '_')}_SERVICE_URL`, `ts-${callee}-service:${at}`];
      }),
    ),
  },
  ...(database ? { secret: { name: `ts-${name}-mysql`, keys: ['MYSQL_USER', 'MYSQL_PASSWORD'] } } : {}),
});

const train: ShopSpec = {
  name: 'train-ticket',
  namespaces: ['ts', 'train-ticket', 'trains'],
  image: 'codewisdom/NAME:1.0.0',
  front: 'ts-ui-dashboard',
  services: [
    {
      name: 'ts-ui-dashboard',
      port: 8080,
      speaks: 'http',
      language: 'node',
      calls: { GATEWAY_URL: 'ts-gateway-service:18888' },
    },
    {
      ...ts('gateway', 18888, ['travel:12346', 'order:12031', 'auth:12340', 'user:12342', 'basic:15680'], false),
      env: { NACOS_ADDRS: 'nacos:8848' },
    },
    ts('auth', 12340, ['user:12342'], true),
    ts('user', 12342, [], true),
    ts('order', 12031, ['station:12345'], true),
    ts('travel', 12346, ['route:11178', 'basic:15680', 'train:14567', 'order:12031'], true),
    ts('basic', 15680, ['station:12345', 'train:14567', 'route:11178', 'price:16579'], false),
    { ...ts('station', 12345, [], true), replicas: 2 },
    ts('train', 14567, [], true),
    ts('route', 11178, [], true),
    ts('price', 16579, [], true),
    { name: 'tsdb-mysql-leader', port: 3306, speaks: 'tcp', language: 'mysql', calls: {}, claim: 'data-tsdb-mysql' },
  ],
};

const hotel: ShopSpec = {
  name: 'hotel',
  namespaces: ['hotel-reservation', 'hotel', 'default'],
  image: 'deathstarbench/hotel-reservation-NAME:latest',
  front: 'frontend',
  services: [
    {
      name: 'frontend',
      port: 5000,
      speaks: 'http',
      language: 'go',
      settingsFrom: 'frontend-settings',
      calls: {
        SEARCH_ADDR: 'search:8082',
        PROFILE_ADDR: 'profile:8081',
        RECOMMENDATION_ADDR: 'recommendation:8085',
        USER_ADDR: 'user:8086',
        RESERVATION_ADDR: 'reservation:8087',
      },
    },
    {
      name: 'search',
      port: 8082,
      speaks: 'grpc',
      language: 'go',
      settingsFrom: 'search-settings',
      calls: { GEO_ADDR: 'geo:8083', RATE_ADDR: 'rate:8084' },
    },
    { name: 'geo', port: 8083, speaks: 'grpc', language: 'go', calls: { MONGO_ADDR: 'mongodb-geo:27017' } },
    {
      name: 'rate',
      port: 8084,
      speaks: 'grpc',
      language: 'go',
      calls: { MONGO_ADDR: 'mongodb-rate:27017', MEMC_ADDR: 'memcached-rate:11211' },
      secret: { name: 'rate-mongo', keys: ['MONGO_PASSWORD'] },
    },
    { name: 'profile', port: 8081, speaks: 'grpc', language: 'go', calls: { MONGO_ADDR: 'mongodb-profile:27017' } },
    { name: 'recommendation', port: 8085, speaks: 'grpc', language: 'python', calls: {} },
    { name: 'user', port: 8086, speaks: 'grpc', language: 'go', calls: {} },
    { name: 'reservation', port: 8087, speaks: 'grpc', language: 'go', calls: { MEMC_ADDR: 'memcached-rate:11211' } },
    { name: 'mongodb-geo', port: 27017, speaks: 'tcp', language: 'mongo', calls: {}, claim: 'geo-pvc' },
    { name: 'mongodb-rate', port: 27017, speaks: 'tcp', language: 'mongo', calls: {}, claim: 'rate-pvc' },
    { name: 'mongodb-profile', port: 27017, speaks: 'tcp', language: 'mongo', calls: {}, claim: 'profile-pvc' },
    { name: 'memcached-rate', port: 11211, speaks: 'tcp', language: 'redis', calls: {} },
  ],
};

export const SHOPS: ShopSpec[] = [boutique, train, hotel];
