export const timelineOf = (_: unknown): unknown => null;
