import { fail, fileForSlack, newMessage, readContent } from '../compose.ts';
import type { StoredFile } from '../file-store.ts';
import { BOT_USER, type Json, type SharedFile } from '../model.ts';
import { isRecord, structure } from '../request-body.ts';
import type { World } from '../world.ts';
import { isOurChannel, type Method } from './method.ts';

/** One file, in bytes. */
export const MOST_FILE_BYTES = 16 * 1024 * 1024;

const getUploadUrl: Method = (world, args, base) => {
  const name = typeof args.filename === 'string' ? args.filename.slice(0, 255) : '';
  const size = Number(args.length);
  if (name === '' || !Number.isInteger(size) || size < 1)
    return fail('invalid_arguments', ['filename and length (bytes) are required']);
  if (size > MOST_FILE_BYTES) return fail('file_upload_size_restricted');
  const file = world.files.announce({
    name,
    size,
    altText: typeof args.alt_text === 'string' ? args.alt_text.slice(0, 1000) : '',
  });
  return { ok: true, upload_url: `${base}/sandbox/upload/${file.id}`, file_id: file.id };
};

const completeUpload: Method = (world, args, base) => {
  const asked = structure(args.files);
  if (!Array.isArray(asked) || asked.length === 0)
    return fail('invalid_arguments', ['files must be a list of {id, title}']);
  const found = asked.map((entry) => named(world, entry));
  const files = found.filter((file) => file !== null);
  if (files.length < found.length) return fail('file_not_found');
  const channel = args.channel_id ?? args.channels;
  if (channel !== undefined) {
    if (!isOurChannel(world, channel)) return fail('channel_not_found');
    const failure = share(world, args, files);
    if (failure !== null) return failure;
  }
  return { ok: true, files: files.map((file) => fileForSlack(file, base)) };
};

/** The uploaded file, with the title that was asked for; null when it isn't there. */
function named(world: World, entry: unknown): SharedFile | null {
  const file = isRecord(entry) && typeof entry.id === 'string' ? world.files.get(entry.id) : undefined;
  if (file === undefined || !file.uploaded) return null;
  if (isRecord(entry) && typeof entry.title === 'string') file.title = entry.title.slice(0, 255);
  return withoutBytes(file);
}

function share(world: World, args: Json, files: SharedFile[]): Json | null {
  const read = readContent(world, { text: args.initial_comment, blocks: args.blocks });
  if ('failure' in read) return read.failure;
  const parent = typeof args.thread_ts === 'string' ? world.messages.get(args.thread_ts) : null;
  if (parent === undefined) return fail('thread_not_found');
  world.messages.put(
    newMessage(world, BOT_USER, read.content, {
      files,
      threadTs: parent === null ? null : (parent.threadTs ?? parent.ts),
    }),
  );
  return null;
}

function withoutBytes(file: StoredFile): SharedFile {
  const { id, name, title, mimetype, size, altText } = file;
  return { id, name, title, mimetype, size, altText };
}

export const FILE_METHODS: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};
