export const timelineChart = async (_: unknown): Promise<Buffer> => Buffer.alloc(0);
