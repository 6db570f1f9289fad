import { createHmac } from 'node:crypto';
import { parseWebhook } from '../../../src/adapters/alertmanager/webhook.ts';
import { readMetadata } from '../../../src/adapters/keda/scaler-metadata.ts';
import { shorten, toFailure } from '../../../src/adapters/kubernetes/failures.ts';
import { ApiError } from '../../../src/adapters/kubernetes/rest.ts';
import { lokiAnswerSchema as lokiAnswer, toLines } from '../../../src/adapters/loki/answer.ts';
import { decodeJson, decodeProtobuf, type Signal } from '../../../src/adapters/otlp/messages.ts';
import { readLogRecords, readPoints, readSpans, type SourceOf } from '../../../src/adapters/otlp/records.ts';
import { sourceOf } from '../../../src/adapters/otlp/source.ts';
import { parsePagerDutyWebhook } from '../../../src/adapters/pagerduty/webhook.ts';
import { readCheckedYaml } from '../../../src/adapters/playbooks/checked-yaml.ts';
import { playbookSchema } from '../../../src/adapters/playbooks/playbook-schema.ts';
import { answerSchema, labelledSeriesOf, toValues } from '../../../src/adapters/prometheus/answer.ts';
import { decodeValue } from '../../../src/adapters/slack/button-value.ts';
import { parseCommand } from '../../../src/adapters/slack/parse-command.ts';
import { spokenDuration } from '../../../src/adapters/slack/parse-duration.ts';
import { holdsAnObject, isSslCheck, verifyRequest } from '../../../src/adapters/slack/verify-request.ts';
import { codeBlock, escapeText, inlineCode } from '../../../src/adapters/slack/views/escape.ts';
import { foldStack, maskLine } from '../../../src/analysis/log-mask.ts';
import { createMiner, learn } from '../../../src/analysis/log-template.ts';
import { maskText, maskTexts } from '../../../src/domain/mask-text.ts';
import { workloadOfPod } from '../../../src/domain/pod-names.ts';
import { parseQuantity } from '../../../src/domain/quantity.ts';

/** What each does with a text from outside, as far as its value is used; a fault that is a value is none. */
export const PARSERS: Record<string, (text: string) => void> = {
  alertmanager: (text) => withJson(text, (value) => void parseWebhook(value, 1_790_000_000_000)),
  pagerduty: (text) => {
    const body = Buffer.from(text);
    parsePagerDutyWebhook(body, `v1=${createHmac('sha256', 's').update(body).digest('hex')}`, 's');
  },
  slackRequest: (text) => {
    const body = Buffer.from(text);
    for (const type of ['application/json', 'application/x-www-form-urlencoded', text]) {
      holdsAnObject(body, type);
      isSslCheck(body, type);
    }
    verifyRequest(body, { 'x-slack-signature': text, 'x-slack-request-timestamp': text }, 's', 1);
  },
  command: (text) => void parseCommand(text),
  buttons: (text) => void [decodeValue(text), spokenDuration(text), parseQuantity(text), workloadOfPod(text)],
  prometheus: (text) =>
    withJson(text, (value) => {
      const answer = answerSchema.safeParse(value);
      if (answer.success && answer.data.status === 'success')
        void [labelledSeriesOf(answer.data.data), toValues(answer.data.data)];
    }),
  loki: (text) =>
    withJson(text, (value) => {
      const answer = lokiAnswer.safeParse(value);
      if (answer.success) toLines(answer.data, 100);
    }),
  kubernetes: (text) => void [shorten(text), toFailure(new ApiError(422, text, {}), 1)],
  otlpJson: (text) => otlp((signal) => decodeJson(signal, text)),
  otlpProtobuf: (text) => otlp((signal) => decodeProtobuf(signal, Buffer.from(text, 'latin1'))),
  keda: (text) => void readMetadata({ service: text, horizon: text, threshold: text, [text]: text }, text),
  playbooks: (text) => void readCheckedYaml('x.yaml', text, playbookSchema),
  logs: (text) => {
    const masked = maskLine(text);
    foldStack(text);
    learn(miner, text, 1);
    if (!masked.isWellFormed() && text.isWellFormed()) throw new Error('half a character');
  },
  texts: (text) => {
    const shown = [
      maskText(text, 200),
      escapeText(text),
      inlineCode(text),
      codeBlock(text),
      maskTexts({ [text]: text }),
    ];
    for (const one of shown)
      if (typeof one === 'string' && !one.isWellFormed()) throw new Error('half a character is shown');
    if (escapeText(text).includes('<')) throw new Error('markup is shown');
  },
};

const miner = createMiner();
const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];

function withJson(text: string, use: (value: unknown) => void): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return;
  }
  use(value);
}

/** What can't be decoded is refused where it comes in; what can must be readable to the end. */
function otlp(decode: (signal: Signal) => object): void {
  const who: SourceOf = (resource) => sourceOf(resource, '10.0.0.1', () => null);
  for (const signal of SIGNALS) {
    let message: object;
    try {
      message = decode(signal);
    } catch {
      continue;
    }
    try {
      void (signal === 'traces'
        ? readSpans(message, who)
        : signal === 'logs'
          ? readLogRecords(message, who)
          : readPoints(message, who));
    } catch (error) {
      // The intake answers such a batch as unreadable: what JSON holds is anything.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}
