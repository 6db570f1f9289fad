import type { FileStore } from './file-store.ts';
import type { MessageStore } from './message-store.ts';
import type { SharedFile, StoredMessage } from './model.ts';

/** What survives a restart: messages and files, whose bytes lie elsewhere. Modals, triggers and response_urls live as long as their people wait. */
type Snapshot = { messages: StoredMessage[]; files: SharedFile[] };

export function takeSnapshot(messages: MessageStore, files: FileStore): Snapshot {
  return { messages: messages.all(), files: files.uploaded() };
}

/** Puts a snapshot back; anything that isn't one is ignored. */
export function restoreSnapshot(messages: MessageStore, files: FileStore, saved: unknown): void {
  const snapshot = saved as Partial<Snapshot> | null | undefined;
  files.restore(snapshot?.files ?? []);
  for (const message of snapshot?.messages ?? []) messages.put(message);
}
