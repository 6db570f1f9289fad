import { describe, expect, it } from 'vitest';
import { jsonOfProtobuf } from '../../../../sandbox/kube/api/protobuf.ts';

/** Bytes as they are on the wire: a field of length-delimited content, and the envelope that Kubernetes puts around a body. */
const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content);
  if (bytes.length > 127) throw new Error('longer than one byte of length');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const body = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, raw)]);
const METADATA = field(1, field(1, 'words'));
const entry = (key: string, value: string) => field(2, Buffer.concat([field(1, key), field(2, value)]));

describe('a protobuf body', () => {
  it('is the JSON that it stands for, empty values of a map among it', () => {
    const raw = Buffer.concat([METADATA, entry('a', 'b'), entry('empty', '')]);
    expect(jsonOfProtobuf(body('v1', 'ConfigMap', raw))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'words' },
      data: { a: 'b', empty: '' },
    });
  });

  it('keeps a false that is behind a pointer, and bytes as base64', () => {
    const raw = Buffer.concat([METADATA, entry('key', '\u0001'), Buffer.from([5 << 3, 0])]);
    expect(jsonOfProtobuf(body('v1', 'Secret', raw))).toMatchObject({ data: { key: 'AQ==' }, immutable: false });
  });

  it('with a field that is not known is not read by halves', () => {
    const raw = Buffer.concat([METADATA, field(15, 'new in some release')]);
    expect(jsonOfProtobuf(body('v1', 'ConfigMap', raw))).toBeUndefined();
  });

  it.each([
    ['of another kind', body('v1', 'Pod', METADATA)],
    ['that names what every object has', body('v1', 'constructor', METADATA)],
    ['that names the envelope', body('v1', 'Envelope', METADATA)],
    ['without the mark', body('v1', 'ConfigMap', METADATA).subarray(1)],
    ['that is cut off', body('v1', 'ConfigMap', METADATA).subarray(0, -2)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s is none of ours', (_title, bytes) => {
    expect(jsonOfProtobuf(bytes)).toBeUndefined();
  });
});
