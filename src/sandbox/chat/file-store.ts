import { randomBytes } from 'node:crypto';
import type { SharedFile } from './model.ts';

export type StoredFile = SharedFile & { bytes: Buffer; uploaded: boolean };

export type FileStore = {
  /** Announces an upload; `size` is what was promised, in bytes. */
  announce(file: { name: string; size: number; altText: string }): StoredFile;
  /** Takes the bytes; false for an unknown file, or one that was uploaded already. */
  receive(id: string, bytes: Buffer): boolean;
  get(id: string): StoredFile | undefined;
  all(): StoredFile[];
  restore(file: StoredFile): void;
};

/** Uploaded files in memory; the oldest go when their bytes exceed `limitBytes` in all, or their number 1,000. */
export function createFileStore(limitBytes: number): FileStore {
  const files = new Map<string, StoredFile>();
  const trim = (): void => {
    let total = 0;
    for (const file of files.values()) total += file.bytes.length;
    for (const file of files.values()) {
      if (total <= limitBytes && files.size <= 1000) return;
      files.delete(file.id);
      total -= file.bytes.length;
    }
  };
  return {
    announce({ name, size, altText }) {
      const id = `F${randomBytes(8).toString('hex').toUpperCase()}`;
      const file = { id, name, title: name, mimetype: '', size, altText, bytes: Buffer.alloc(0), uploaded: false };
      files.set(id, file);
      trim();
      return file;
    },
    receive(id, bytes) {
      const file = files.get(id);
      if (file === undefined || file.uploaded) return false;
      Object.assign(file, { bytes, uploaded: true, size: bytes.length, mimetype: mimetypeOf(bytes) });
      trim();
      return true;
    },
    get: (id) => files.get(id),
    all: () => [...files.values()],
    restore(file) {
      files.set(file.id, file);
      trim();
    },
  };
}

const SIGNATURES: readonly [string, string][] = [
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
];

/** The type by the first bytes, never by the name: only these three are ever shown as images. */
function mimetypeOf(bytes: Buffer): string {
  const head = bytes.subarray(0, 8).toString('hex');
  return SIGNATURES.find(([signature]) => head.startsWith(signature))?.[1] ?? 'text/plain';
}
