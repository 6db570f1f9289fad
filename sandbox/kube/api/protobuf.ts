import { fileURLToPath } from 'node:url';
import { loadSync } from '@grpc/proto-loader';
import type { Tree } from '../tree.ts';

/** Kubernetes' protobuf bodies as the JSON that they stand for: see kubernetes.proto for which, and why others are refused. */

const PACKAGE = 'sandbox.kubernetes';
/** What every body begins with. */
const MAGIC = Buffer.from('k8s\0');

type FieldDescriptor = { name: string; type: string; label: string; typeName: string };
type MessageDescriptor = {
  field: FieldDescriptor[];
  nestedType: MessageDescriptor[];
  oneofDecl: { name: string }[];
  name: string;
};
type Method = {
  requestDeserialize(bytes: Buffer): Tree;
  requestSerialize(message: Tree): Buffer;
  requestType: { type: MessageDescriptor };
};

const definition = loadSync(fileURLToPath(new URL('kubernetes.proto', import.meta.url)), {
  keepCase: true,
  longs: Number,
});
const bodies = definition[`${PACKAGE}.Bodies`] as unknown as Record<string, Method>;

/** Undefined when it is no such body, is of another kind, or holds a field that we don't know. */
export function jsonOfProtobuf(bytes: Buffer): Tree | undefined {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const envelope = read('Envelope', bytes.subarray(MAGIC.length)) as
    | { typeMeta?: { apiVersion?: string; kind?: string }; raw?: Buffer }
    | undefined;
  const { apiVersion, kind } = envelope?.typeMeta ?? {};
  if (!envelope?.raw || apiVersion === undefined || kind === undefined || kind === 'Envelope') return undefined;
  const message = read(kind, envelope.raw);
  if (message === undefined) return undefined;
  return { apiVersion, kind, ...jsonOf(bodies[kind]!.requestType.type, message) };
}

/** A field that isn't in the definition is dropped by the decoder: then what is encoded again is shorter. */
function read(kind: string, bytes: Buffer): Tree | undefined {
  const method = Object.hasOwn(bodies, kind) ? bodies[kind] : undefined;
  try {
    const message = method?.requestDeserialize(bytes);
    return message !== undefined && method?.requestSerialize(message).length === bytes.length ? message : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf(type: MessageDescriptor, message: Tree): Tree {
  const pointers = new Set(type.oneofDecl.map(({ name }) => name.slice(1)));
  const json: Tree = {};
  for (const field of type.field) {
    const value = message[field.name];
    if (value === undefined || field.name === 'status') continue;
    const said = fieldValue(type, field, value);
    if (pointers.has(field.name) || !isNothing(said)) json[field.name] = said;
  }
  return json;
}

function fieldValue(type: MessageDescriptor, field: FieldDescriptor, value: unknown): unknown {
  const entry = type.nestedType.find(({ name }) => field.typeName.endsWith(name));
  if (entry !== undefined) {
    const valueField = entry.field.find(({ name }) => name === 'value')!;
    const entries = Object.entries(value as Tree).map(([key, one]) => [key, single(valueField, one)]);
    return Object.fromEntries(entries);
  }
  return Array.isArray(value) ? value.map((one) => single(field, one)) : single(field, value);
}

function single(field: FieldDescriptor, value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (field.type !== 'TYPE_MESSAGE') return value;
  const message = value as Tree;
  const name = field.typeName.split('.').at(-1) ?? '';
  if (name === 'Quantity') return message.string;
  if (name === 'IntOrString') return message.type === 1 ? message.strVal : message.intVal;
  // Only the server's own times are sent, and those it sets itself.
  if (name === 'Time') return undefined;
  return jsonOf((definition[`${PACKAGE}.${name}`] as unknown as { type: MessageDescriptor }).type, message);
}

/** A zero of Go's that isn't behind a pointer says nothing. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
