import type { FileStore } from './file-store.ts';
import type { MessageStore } from './message-store.ts';
import type { SharedFile, StoredMessage } from './model.ts';

/** What survives a restart: messages and files. Modals, triggers and response_urls live as long as their people wait. */
const MOST_SAVED_BYTES = 8 * 1024 * 1024;

type Snapshot = { messages: StoredMessage[]; files: (SharedFile & { base64: string })[] };

/** Bytes are saved in base64; files that weren't uploaded yet are left out, and the oldest beyond 8 MB: the snapshot is written often. */
export function takeSnapshot(messages: MessageStore, files: FileStore): Snapshot {
  let room = MOST_SAVED_BYTES;
  const uploaded = files
    .all()
    .filter((file) => file.uploaded)
    .reverse()
    .filter((file) => {
      room -= file.bytes.length;
      return room >= 0;
    })
    .reverse();
  return {
    messages: messages.all(),
    files: uploaded.map(({ bytes, uploaded: _uploaded, ...file }) => ({ ...file, base64: bytes.toString('base64') })),
  };
}

/** Puts a snapshot back; anything that isn't one is ignored. */
export function restoreSnapshot(messages: MessageStore, files: FileStore, saved: unknown): void {
  const snapshot = saved as Partial<Snapshot> | null | undefined;
  for (const { base64, ...file } of snapshot?.files ?? []) {
    files.restore({ ...file, bytes: Buffer.from(base64, 'base64'), uploaded: true });
  }
  for (const message of snapshot?.messages ?? []) messages.put(message);
}
