/** The machines that the shop runs on. */
export type NodeSpec = {
  name: string;
  pool: 'general' | 'data';
  cores: number;
  memoryBytes: number;
  zone: string;
  address: string;
};

const GI = 1024 ** 3;

export const NODES: readonly NodeSpec[] = [
  { name: 'general-a1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'a', address: '10.0.0.31' },
  { name: 'general-b1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'b', address: '10.0.0.32' },
  { name: 'general-c1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'c', address: '10.0.0.33' },
  { name: 'data-a1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'a', address: '10.0.0.34' },
  { name: 'data-b1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'b', address: '10.0.0.35' },
];
