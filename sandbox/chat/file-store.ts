import { randomBytes } from 'node:crypto';
import type { FileBytes } from './file-bytes.ts';
import type { SharedFile } from './model.ts';

export type StoredFile = SharedFile & { uploaded: boolean };

export type FileStore = {
  /** Announces an upload; `size` is what was promised, in bytes. */
  announce(file: { name: string; size: number; altText: string }): StoredFile;
  /** Takes the bytes; false for an unknown file, or one that was uploaded already. */
  receive(id: string, bytes: Buffer): boolean;
  get(id: string): StoredFile | undefined;
  /** Of an uploaded file; undefined when they are gone. */
  bytes(id: string): Buffer | undefined;
  uploaded(): SharedFile[];
  /** Puts back what `uploaded` gave an earlier process; bytes of other files are deleted. */
  restore(files: readonly SharedFile[]): void;
};

/** Uploaded files; the oldest go when their bytes exceed `limitBytes` in all, or their number 1,000. */
export function createFileStore(limitBytes: number, kept: FileBytes): FileStore {
  const files = new Map<string, StoredFile>();
  const trim = (): void => {
    let total = 0;
    for (const file of files.values()) total += sizeOf(file);
    for (const file of files.values()) {
      if (total <= limitBytes && files.size <= 1000) return;
      files.delete(file.id);
      kept.delete(file.id);
      total -= sizeOf(file);
    }
  };
  return {
    announce({ name, size, altText }) {
      const id = `F${randomBytes(8).toString('hex').toUpperCase()}`;
      const file = { id, name, title: name, mimetype: '', size, altText, uploaded: false };
      files.set(id, file);
      trim();
      return file;
    },
    receive(id, bytes) {
      const file = files.get(id);
      if (file === undefined || file.uploaded) return false;
      kept.put(id, bytes);
      Object.assign(file, { uploaded: true, size: bytes.length, mimetype: mimetypeOf(bytes) });
      trim();
      return true;
    },
    get: (id) => files.get(id),
    bytes: (id) => (files.get(id)?.uploaded ? kept.get(id) : undefined),
    uploaded: () => [...files.values()].filter((file) => file.uploaded).map(({ uploaded: _uploaded, ...file }) => file),
    restore(saved) {
      for (const file of saved) files.set(file.id, { ...file, uploaded: true });
      trim();
      kept.keepOnly(new Set(files.keys()));
    },
  };
}

/** What was only announced takes no room. */
const sizeOf = ({ size, uploaded }: StoredFile): number => (uploaded ? size : 0);

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
