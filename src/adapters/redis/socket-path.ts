import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS and the BSDs, the closing zero included. */
const MAX_SOCKET_BYTES = process.platform === 'linux' ? 107 : 103;

/**
 * Where the private Redis of a data folder listens: in the folder, or where that path is too long for a socket, in a folder of our own under the temporary one.
 * Always the same path for the same folder, so that a second start finds the first. Throws when somebody else owns the temporary folder.
 */
export async function socketPathFor(dataDir: string, temporary: string = tmpdir()): Promise<string> {
  const inside = join(dataDir, 'redis.sock');
  if (Buffer.byteLength(inside) <= MAX_SOCKET_BYTES) return inside;
  const folder = join(temporary, `nightshift-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
    throw new Error(
      `${folder} belongs to somebody else or is open to others; remove it, or use a data folder with a shorter path`,
    );
  return join(folder, 'redis.sock');
}
