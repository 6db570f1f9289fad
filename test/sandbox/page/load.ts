/** A module of the page, which is plain JavaScript without types: the caller says what it expects. */
export function loadPageModule<T>(file: string): Promise<T> {
  return import(new URL(`../../../sandbox/page/${file}`, import.meta.url).href) as Promise<T>;
}
