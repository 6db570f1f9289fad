import type { Command } from '../src/extension-points.ts';

/** Ends a pause. Everybody in the channel is told. */
const resume: Command = {
  name: 'resume',
  usage: 'resume',
  summary: 'end a pause',
  async run({ people, user }) {
    const answer = await people.resume(user);
    return { visible: answer.ok ? 'channel' : 'private', message: answer.message };
  },
};

export default resume;
