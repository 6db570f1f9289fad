/** The machines that the shop runs on. */
export type NodeSpec = { name: string; pool: 'general' | 'data'; cores: number; memoryBytes: number; zone: string };

const GI = 1024 ** 3;

export const NODES: readonly NodeSpec[] = [
  { name: 'general-a1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'a' },
  { name: 'general-b1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'b' },
  { name: 'general-c1', pool: 'general', cores: 8, memoryBytes: 16 * GI, zone: 'c' },
  { name: 'data-a1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'a' },
  { name: 'data-b1', pool: 'data', cores: 8, memoryBytes: 32 * GI, zone: 'b' },
];
