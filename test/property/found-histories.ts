import type { History } from './store-histories.ts';

/** Histories that the soak came upon and that broke a law then, with all left out that they broke it without. `id`: as the soak named it. */
export const FOUND: { id: string; what: string; history: History }[] = [
  {
    id: '501000/97',
    what: 'alerts tell of slowness that nobody measures, and end',
    history: {
      mode: 'act',
      clicks: 'approves',
      toTheEnd: true,
      first: { service: 'b-api', remedy: 'heals' },
      commands: [
        { do: 'tell', service: 'b-api', metric: 'latency_p99', told: 'absent' },
        { do: 'alert', on: 1, service: 'b-api', prints: [2, 0], firing: false, taken: true },
      ],
    },
  },
  {
    id: '501000/3119',
    what: 'an alert of slowness comes again where nobody measures it any more, and ends',
    history: {
      mode: 'act',
      clicks: 'approves',
      toTheEnd: false,
      first: { service: 'b-api', remedy: 'nothing' },
      commands: [
        { do: 'alert', on: 0, service: 'c-api', prints: [0, 1], firing: false, taken: false },
        { do: 'tell', service: 'c-api', metric: 'latency_p99', told: 'absent' },
        { do: 'alert', on: 1, service: 'c-api', prints: [0], firing: true, taken: true },
      ],
    },
  },
  {
    id: '61000/1430',
    what: 'slowness that was measured is not measured any more when its alerts end',
    history: {
      mode: 'act',
      clicks: 'approves',
      toTheEnd: false,
      first: { service: 'c-api', remedy: 'worsens' },
      commands: [
        { do: 'work', on: 0, rounds: 2 },
        { do: 'tell', service: 'c-api', metric: 'latency_p99', told: 'absent' },
        { do: 'alert', on: 1, service: 'c-api', prints: [0, 1], firing: false, taken: false },
      ],
    },
  },
  {
    id: '810000000/20457',
    what: 'the clock of a replica is set back between its look and its write',
    history: {
      mode: 'act',
      clicks: 'nobody',
      toTheEnd: true,
      first: { service: 'c-api', remedy: 'nothing' },
      commands: [
        { do: 'work', on: 0, rounds: 1 },
        { do: 'work', on: 1, rounds: 1 },
        { do: 'begin', on: 0, pick: 20, upTo: 'now' },
        { do: 'step', pick: 6, times: 3 },
        { do: 'skew', on: 0, ms: -9000 },
        { do: 'step', pick: 16, times: 3 },
      ],
    },
  },
];
