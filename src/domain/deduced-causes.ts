/** What may be wrong with a cause and is no finding by itself: it is concluded from several (src/evidence/diagnosis.ts), or by a forecast. `unknown`: something is, and nothing says what. */
export const DEDUCED_CAUSES = ['deadlock', 'demand', 'overload', 'saturation', 'unknown'] as const;
