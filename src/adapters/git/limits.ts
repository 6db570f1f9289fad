/** A commit that changes more isn't taken back by a machine: nobody would read its reverse before saying yes. */
export const MOST_FILES = 50;
