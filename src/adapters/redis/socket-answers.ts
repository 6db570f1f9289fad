import { connect } from 'node:net';

const ANSWER_MS = 1_000;

/** True when a process listens on the unix socket. A socket file that a killed process left behind doesn't count. */
export const socketAnswers = async (socketPath: string): Promise<boolean> => (await talk(socketPath, null)) !== null;

/** Sends one line and returns the first of the answer, or '' when there is none within a second. */
export const socketSays = async (socketPath: string, line: string): Promise<string> =>
  (await talk(socketPath, line)) ?? '';

function talk(socketPath: string, line: string | null): Promise<string | null> {
  return new Promise((done) => {
    const socket = connect(socketPath);
    const end = (answer: string | null) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(ANSWER_MS, () => end(''));
    socket.on('error', () => end(null));
    socket.on('connect', () => (line === null ? end('') : socket.write(line)));
    socket.on('data', (data) => end(data.toString()));
    socket.on('close', () => end(null));
  });
}
