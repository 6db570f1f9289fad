import { actionFiles } from './action.ts';
import {
  commandFiles,
  correlatorFiles,
  detectorFiles,
  kindFiles,
  playbookFiles,
  stateCorrelatorFiles,
} from './others.ts';

export type NewFile = { path: string; text: string };

/** In the three ways in which a name is written: raise_hpa_max, raise-hpa-max, raiseHpaMax. */
export type Names = { snake: string; kebab: string; camel: string };

const TEMPLATES = {
  action: actionFiles,
  correlator: correlatorFiles,
  'state-correlator': stateCorrelatorFiles,
  detector: detectorFiles,
  kind: kindFiles,
  command: commandFiles,
  playbook: playbookFiles,
} satisfies Record<string, (names: Names) => NewFile[]>;
type Point = keyof typeof TEMPLATES;

export const POINTS = Object.keys(TEMPLATES) as Point[];
export const isPoint = (text: string): text is Point => Object.hasOwn(TEMPLATES, text);
export const isName = (text: string): boolean => /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(text);

export const filesFor = (point: Point, name: string): NewFile[] =>
  TEMPLATES[point]({
    snake: name,
    kebab: name.replaceAll('_', '-'),
    camel: name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  });
