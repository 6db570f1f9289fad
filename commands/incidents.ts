import { privately } from '../src/adapters/slack/command-input.ts';
import { escapeText } from '../src/adapters/slack/views/escape.ts';
import { listingLine } from '../src/adapters/slack/views/listing.ts';
import { beginsWith } from '../src/domain/first-words.ts';
import type { Command } from '../src/extension-points.ts';

const MOST_LINES = 12;

/** The newest incidents, open ones and closed ones, of all or of one service. */
const incidents: Command = {
  name: 'incidents',
  usage: 'incidents [service]',
  summary: 'the newest incidents, closed ones too, of all or of one service',
  async run({ people, args }) {
    const service = args[0]?.toLowerCase().split('/').at(-1);
    const all = await people.recent({});
    const found =
      service === undefined ? all : all.filter((one) => one.service === service || beginsWith(one.service, service));
    const whose = service === undefined ? '' : ` of “${escapeText(service, 60)}”`;
    if (found.length === 0) return privately(`No incidents${whose} are known.`);
    const more = found.length > MOST_LINES ? [`and ${found.length - MOST_LINES} more`] : [];
    return privately([...found.slice(0, MOST_LINES).map(listingLine), ...more].join('\n'));
  },
};

export default incidents;
