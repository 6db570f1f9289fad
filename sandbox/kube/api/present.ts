import type { KubeObject } from '../objects.ts';
import type { World } from '../world.ts';
import { type Failure, fail, type Outcome, succeed } from './failure.ts';
import { type Listing, listObject } from './read.ts';
import type { Resource } from './resources.ts';
import { type IncludeObject, tableOf } from './table.ts';

/** How answers are shown to one client. `many` is undefined where the plain list will do. */
export type Presenter = {
  one(object: KubeObject): unknown;
  many(listing: Listing): unknown;
  /** A fresh watch's way of showing; a table names its columns in its first event only. */
  watched(): (object: KubeObject) => unknown;
};

const PLAIN: Presenter = { one: (object) => object, many: () => undefined, watched: () => (object) => object };

/** Objects as they are, in the version that was asked for. */
function plain(resource: Resource): Presenter {
  const show = resource.stored?.show;
  if (show === undefined) return PLAIN;
  return {
    one: show,
    many: ({ items, metadata }) => listObject(resource, { items: items.map(show), metadata }),
    watched: () => show,
  };
}

const NOT_ACCEPTABLE: Failure = {
  code: 406,
  reason: 'NotAcceptable',
  message:
    'only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
};

/** Chooses by the Accept header: objects as they are, tables (kubectl get), or metadata only. */
export function presenterOf(
  world: World,
  resource: Resource,
  accept: string,
  query: URLSearchParams,
): Outcome<Presenter> {
  for (const choice of accept.split(',').map((part) => part.replaceAll(' ', ''))) {
    const [type, ...parameters] = choice.split(';');
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return succeed(plain(resource));
    if (as === 'Table')
      return succeed(tables(world, resource, (query.get('includeObject') ?? 'Metadata') as IncludeObject));
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return succeed(metadataOnly());
  }
  return fail(NOT_ACCEPTABLE);
}

function tables(world: World, resource: Resource, include: IncludeObject): Presenter {
  return {
    one: (object) =>
      tableOf(world, resource, [object], { resourceVersion: object.metadata.resourceVersion }, true, include),
    many: ({ items, metadata }) => tableOf(world, resource, items, metadata, true, include),
    watched: () => {
      let first = true;
      return (object) => {
        const metadata = { resourceVersion: object.metadata.resourceVersion };
        const table = tableOf(world, resource, [object], metadata, first, include);
        first = false;
        return table;
      };
    },
  };
}

function metadataOnly(): Presenter {
  const one = (object: KubeObject): unknown => ({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  });
  return {
    one,
    many: ({ items, metadata }) => ({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: items.map(one),
    }),
    watched: () => one,
  };
}
