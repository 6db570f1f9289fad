import type { Json, StoredMessage } from './model.ts';

/** A message as `/sandbox/messages` and the page's stream show it. */
export function shownMessage(message: StoredMessage): Json {
  return {
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    thread_ts: message.threadTs,
    user: message.user,
    ...(message.edited === null ? {} : { edited: message.edited }),
    ...(message.ephemeralFor === null ? {} : { ephemeral_for: message.ephemeralFor }),
    ...(message.metadata === null ? {} : { metadata: message.metadata }),
    ...(message.reactions.length === 0 ? {} : { reactions: message.reactions }),
    ...(message.broadcast ? { broadcast: true } : {}),
    ...(message.pinned ? { pinned: true } : {}),
    ...(message.files.length === 0
      ? {}
      : {
          files: message.files.map((file) => ({ ...file, alt_text: file.altText, url: `/sandbox/files/${file.id}` })),
        }),
  };
}
