/** Says on an object which execution changed it: change and mark go in one patch. */
export const MARK = 'nightshift.dev/execution';
/** Says which execution's change was taken back. */
export const UNDO_MARK = 'nightshift.dev/undo';
