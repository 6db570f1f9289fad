import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the bytes of uploaded files are, by the file's id. */
export type FileBytes = {
  put(id: string, bytes: Buffer): void;
  /** Undefined when they are gone. */
  get(id: string): Buffer | undefined;
  delete(id: string): void;
  /** Deletes all others. */
  keepOnly(ids: ReadonlySet<string>): void;
};

export function bytesInMemory(): FileBytes {
  const byId = new Map<string, Buffer>();
  return {
    put: (id, bytes) => void byId.set(id, bytes),
    get: (id) => byId.get(id),
    delete: (id) => void byId.delete(id),
    keepOnly(ids) {
      for (const id of byId.keys()) if (!ids.has(id)) byId.delete(id);
    },
  };
}

/** A file each, so that they outlive the process, take none of its memory and are written once. */
export function bytesInFolder(folder: string): FileBytes {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const remove = (id: string): void => rmSync(join(folder, id), { force: true });
  return {
    put: (id, bytes) => writeFileSync(join(folder, id), bytes, { mode: 0o600 }),
    get(id) {
      try {
        return readFileSync(join(folder, id));
      } catch {
        return undefined;
      }
    },
    delete: remove,
    keepOnly(ids) {
      for (const id of readdirSync(folder)) if (!ids.has(id)) remove(id);
    },
  };
}
