"""scikit-learn's side of the bench `iforest`: the same rows, no contamination, one process, medians in ms."""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score


def timed(times, work):
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return round(float(np.median(taken)), 4)


def forest(seed=42):
    return IsolationForest(n_estimators=100, max_samples=256, random_state=seed)


sets = json.load(open(sys.argv[1])) if len(sys.argv) > 1 else {}
made_up = np.random.default_rng(7)
first = next(iter(sets.values()), None)
rows = np.array(first["X"]) if first else made_up.normal(size=(4032, 6))
big = made_up.normal(size=(100_000, 6))
fitted = forest().fit(rows)
auc = {}
for name, one in sets.items():
    X, y = np.array(one["X"]), np.array(one["y"])
    auc[name] = round(float(np.mean([roc_auc_score(y, -forest(seed).fit(X).score_samples(X)) for seed in range(5)])), 4)
print(json.dumps({
    "version": sklearn.__version__,
    "fit_ms": timed(9, lambda: forest().fit(rows)),
    "score_4032_ms": timed(9, lambda: fitted.score_samples(rows)),
    "score_one_ms": timed(25, lambda: fitted.score_samples(rows[:1])),
    "fit_100k_ms": timed(5, lambda: forest().fit(big)),
    "auc": auc,
}))
