/** What a server shows who it is with, as PEM. */
export type Tls = { cert: string; key: string };
