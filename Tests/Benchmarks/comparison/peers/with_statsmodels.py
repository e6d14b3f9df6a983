#!/usr/bin/env python3
"""Two policies compared by statsmodels, as an analyst would: pandas reads and joins both files, OLS with errors HC2.

    with_statsmodels.py ols-hc2|lin EXPERIMENT POLICIES

Prints the difference, its standard error and the seconds from the first byte read to the last figure; imports are not counted.
"""

import sys
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm


def main() -> None:
    method, experiment, policies = sys.argv[1:]
    start = time.perf_counter()
    rows = pd.read_csv(experiment, engine="pyarrow").merge(pd.read_csv(policies, engine="pyarrow"), on="customer")
    customers = len(rows)
    rows = rows[rows.champion != rows.challenger]
    share = len(rows) / customers
    names = [name for name in rows if name.startswith("x")]
    centre = rows[names].mean()
    treated = rows.action == rows.champion
    used = treated | (rows.action == rows.challenger)
    t = treated[used].to_numpy(dtype=float)
    x = (rows.loc[used, names] - centre).to_numpy()
    parts = [np.ones_like(t), t, x] if method == "ols-hc2" else [np.ones_like(t), t, x, t[:, None] * x]
    fit = sm.OLS(rows.outcome[used].to_numpy(), np.column_stack(parts)).fit(cov_type="HC2")
    print(share * fit.params[1], share * fit.bse[1], time.perf_counter() - start)


main()
