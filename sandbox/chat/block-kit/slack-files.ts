/** What blocks show by `slack_file.id` must be there and be an image; a line a fault, in Slack's wording. `url`s are taken on trust. */
export function slackFileFaults(value: unknown, isImage: (id: string) => boolean, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.entries(value).flatMap(([key, held]) => slackFileFaults(held, isImage, `${at}/${key}`));
  const id = (value as { slack_file?: { id?: unknown } }).slack_file?.id;
  return typeof id === 'string' && !isImage(id) ? [`invalid slack file [json-pointer:${at}/slack_file]`, ...own] : own;
}
